"""The earlier and the later of two clocks, as far as the vendor's is known and to be believed."""

import pytest

from integrations.skew import BELIEVED_S, NEGLIGIBLE_S, earliest, latest
from integrations.vitals import Vitals

NOW_S = 1_800_000_000.0


@pytest.mark.parametrize(
    ("skew_s", "early_s", "late_s"),
    [
        (None, 0, 0),
        (0.0, 0, 0),
        (float(NEGLIGIBLE_S), 0, 0),
        (-float(NEGLIGIBLE_S), 0, 0),
        (NEGLIGIBLE_S + 1.0, 0, NEGLIGIBLE_S + 1),
        (-7_200.0, -7_200, 0),
        (7_200.0, 0, 7_200),
        (-float(BELIEVED_S), -BELIEVED_S, 0),
        (-BELIEVED_S - 1.0, 0, 0),
        (BELIEVED_S + 1.0, 0, 0),
    ],
)
def test_clocks(skew_s: float | None, early_s: float, late_s: float) -> None:
    told = Vitals(skew_s)
    assert (earliest(NOW_S, told), latest(NOW_S, told)) == (NOW_S + early_s, NOW_S + late_s)
