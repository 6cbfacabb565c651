"""Bands of revenue: an edge belongs to the band above it."""

import pytest

from health.revenue_bands import BANDS, revenue_band
from templates.content import RevenueBand


@pytest.mark.parametrize(
    ("yearly", "band"),
    [
        (0.0, "under_1k"),
        (999.99, "under_1k"),
        (1_000.0, "1k_10k"),
        (9_999.0, "1k_10k"),
        (10_000.0, "10k_50k"),
        (50_000.0, "50k_250k"),
        (250_000.0, "over_250k"),
        (9e9, "over_250k"),
    ],
)
def test_bands(yearly: float, band: str) -> None:
    assert revenue_band(yearly) == band


def test_contents_name_the_same_bands() -> None:
    assert tuple(BANDS) == RevenueBand.__args__
