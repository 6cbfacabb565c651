from collections.abc import Sequence

import pytest

from health.features import Freshness
from health.pulse import fleet_sources, fleet_trends


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


FRESH = {
    "files": Freshness(frozenset({"usage", "tickets"})),
    "keygen": Freshness(frozenset({"validations"})),
    "posthog": Freshness(frozenset({"usage"})),
    "stripe": Freshness(frozenset({"payments"})),
}


def of(many: int, share: float, *sources: str, metric: str = "active_users"):
    """As many accounts with the same trend, linked to the same sources."""
    return [((metric, share), sources)] * many


@pytest.mark.parametrize(
    ("trends", "expected"),
    [
        ([], {}),
        ([(None, ("posthog",))] * 20, {}),
        (of(20, 0.3, "posthog", "stripe", "keygen"), {"active_users": "posthog"}),
        (of(20, 0.3, "posthog") + of(20, 0.9, "files"), {"active_users": "posthog"}),
        (of(20, 0.9, "posthog") + of(20, 0.3, "files"), {"active_users": "files"}),
        (of(20, 0.5, "posthog", "files"), {"active_users": "files"}),
        (of(20, 0.5, "posthog") + of(9, 0.1, "files"), {"active_users": "posthog"}),
        (of(9, 0.5, "posthog") + of(8, 0.1, "files"), {"active_users": "files"}),
        (of(20, 0.5, "stripe"), {}),
        (of(20, 0.5, "nobody"), {}),
        (
            of(20, 1.0, "posthog", "keygen") + of(10, 0.2, "keygen", metric="validations"),
            {"active_users": "posthog", "validations": "keygen"},
        ),
    ],
)
def test_the_source_that_looks_ill_is_the_one_whose_accounts_stand_lowest(trends: Sequence, expected):
    assert fleet_sources(trends, FRESH) == expected
