from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from health.features import Freshness
from health.pulse import Beat, Days, Rests, fleet_breadth, fleet_depth, fleet_sources, fleet_trends, taken


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


@pytest.mark.parametrize(
    ("actions", "expected"), [([2.0] * 5 + [8.0] * 5, 5.0), ([2.0] * 9, None), ([3.0] * 11 + [99.0], 3.0)]
)
def test_depth_of_the_fleet_is_the_median_of_enough_accounts(actions, expected):
    assert fleet_depth(actions) == expected


@pytest.mark.parametrize(
    ("features", "expected"),
    [([*range(1, 12)], 10.0), ([3] * 9, None), ([2] * 18 + [20] * 2, 3.8), ([], None)],
)
def test_breadth_of_the_fleet_is_what_the_broadest_tenth_use_at_the_least(features, expected):
    found = fleet_breadth(features)
    assert found == (expected if expected is None else pytest.approx(expected))


END = date(2025, 1, 5)  # a Sunday
WEEKS = 10


def heard(*levels: list[float], end: date = END) -> Rests:
    """Ten accounts of each kind, by what they do on the last days; before, each day is like any other."""
    rests = Rests()
    for last in levels:
        days = [1.0] * (7 * WEEKS - len(last)) + last
        for _ in range(10):
            assert rests.heard(Beat(days=Days("events", end, days))).days is None
    return rests


@pytest.mark.parametrize(
    ("levels", "least", "back"),
    [
        ([[0.5, 0.5]], 0.7, [1, 0]),
        ([[0.7, 0.69]], 0.7, [0]),
        ([[0.0], [1.0]], 0.7, [0]),
        ([[0.0], [9.0]], 0.7, []),
        ([[0.5] * 14], 0.7, [*range(13, -1, -1)]),
        ([[0.5] * 42], 0.7, []),
        ([[0.0] * 3], 0.0, []),
    ],
    ids=["two", "at the edge", "half of them", "one kind alone", "a fortnight", "what is usual", "never"],
)
def test_the_fleet_rests_on_days_far_below_what_their_weekday_holds(levels, least, back):
    expected = tuple(END - timedelta(day) for day in back)
    assert heard(*levels).told(10, least) == ({"events": expected} if back else {})


def test_few_accounts_are_no_fleet_that_rests():
    assert heard([0.0]).told(11, 0.7) == {}


def test_a_weekday_is_beside_its_own_kind():
    weekly = [0.1 if day % 7 > 4 else 1.0 for day in range(7 * WEEKS)]
    assert heard(weekly, end=END).told(10, 0.7) == {}


def test_the_pulse_is_taken_in_one_pass_over_the_accounts():
    days = Days("events", END, [1.0] * (7 * WEEKS - 1) + [0.0])
    found = taken(FRESH, iter([Beat(("files",), ("events", 0.5), 4.0, 3, days)] * 10), 10, 70)
    assert (found.fleet_trends, found.fleet_sources) == ({"events": 0.5}, {"events": "files"})
    assert (found.fleet_depth, found.fleet_breadth) == (4.0, 3.0)
    assert found.fleet_rests == {"events": (END,)}
