import pytest

from health.bands import band, worse
from health.nouns import Score
from tests.health.examples import policy


@pytest.mark.parametrize(
    ("points", "coverage", "expected"),
    [
        (0, 1.0, "at_risk"),
        (4_999, 1.0, "at_risk"),
        (5_000, 1.0, "watch"),
        (7_499, 1.0, "watch"),
        (7_500, 1.0, "healthy"),
        (10_000, 1.0, "healthy"),
        (0, 0.6, "at_risk"),
        (10_000, 0.599, "unknown"),
        (0, 0.0, "unknown"),
    ],
)
def test_edges_belong_to_the_better_band(points, coverage, expected):
    assert band(Score(points, 0, 10_000, coverage, ()), policy().bands) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("at_risk", "watch", True),
        ("watch", "healthy", True),
        ("watch", "watch", False),
        ("healthy", "at_risk", False),
        ("unknown", "healthy", False),
        ("at_risk", "unknown", False),
    ],
)
def test_worse(now, before, expected):
    assert worse(now, before) is expected
