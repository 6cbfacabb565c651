import pytest

from health.pulse import fleet_trend


@pytest.mark.parametrize(
    ("trends", "expected"),
    [
        ([1.0] * 9, None),
        ([1.0] * 9 + [None] * 5, None),
        ([0.5] * 6 + [1.0] * 4, 0.5),
        ([None, *[0.25 * n for n in range(11)]], 1.25),
    ],
)
def test_it_is_the_median_of_enough_accounts(trends, expected):
    assert fleet_trend(trends) == expected
