import pytest

from health.pulse import fleet_trends


def told(shares: list[float | None], metric: str = "active_users"):
    return [None if share is None else (metric, share) for share in shares]


@pytest.mark.parametrize(
    ("trends", "expected"),
    [
        (told([1.0] * 9), {}),
        (told([1.0] * 9 + [None] * 5), {}),
        (told([0.5] * 6 + [1.0] * 4), {"active_users": 0.5}),
        (told([None, *[0.25 * n for n in range(11)]]), {"active_users": 1.25}),
        (told([1.0] * 10) + told([0.1] * 12, "validations"), {"active_users": 1.0, "validations": 0.1}),
        (told([1.0] * 10) + told([0.1] * 9, "validations"), {"active_users": 1.0}),
    ],
)
def test_it_is_the_median_of_enough_accounts_of_a_metric(trends, expected):
    assert fleet_trends(trends) == expected
