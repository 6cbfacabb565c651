"""Breadth and depth: what an account does with the product, beside the others on the same day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from health.features import FEATURE_DAYS, Pulse, Series
from health.measures import beat, measures
from health.nouns import NOT_APPLICABLE
from tests.health.examples import AS_OF, YESTERDAY, Weekends, account, daily, policy, pulse, series

TODAY_ONLY, LONG_AGO = 0b1, 1 << 40


def beside(rows: Series, **fleet: object):
    found = measures(account(series=rows), AS_OF, policy(), replace(pulse(), **fleet), Weekends())
    return found.use


def featured(*days: int, ends: date = YESTERDAY) -> Series:
    used = series(active_users=10.0, events=40.0)
    return Series(used.start + (ends - YESTERDAY), used.values, days)


@pytest.mark.parametrize(
    ("levels", "fleet", "expected"),
    [
        ({"active_users": daily(5), "events": daily(20)}, 8.0, 50.0),
        ({"active_users": daily(5, then=0, last=14), "events": daily(20, then=0, last=14)}, 8.0, 50.0),
        ({"active_users": daily(5), "events": daily(0)}, 8.0, 0.0),
        ({"active_users": daily(5, then=0, last=28), "events": daily(20)}, 8.0, NOT_APPLICABLE),
        ({"active_users": daily(5)}, 8.0, NOT_APPLICABLE),
        ({"events": daily(20)}, 8.0, NOT_APPLICABLE),
        ({"active_users": daily(5), "events": daily(20)}, None, NOT_APPLICABLE),
    ],
    ids=["shallow", "a quiet fortnight", "idle", "nobody", "no events", "no users", "no fleet"],
)
def test_depth_is_actions_per_active_user_beside_the_median(levels, fleet, expected):
    assert beside(series(**levels), fleet_depth=fleet).depth_pct == expected


def test_depth_is_told_by_core_features_where_some_are_named():
    rows = series(active_users=daily(5), events=daily(900), **{"core:send": daily(10)})
    tuned = replace(policy(), core_features=("core:send", "core:sign"))
    found = measures(account(series=rows), AS_OF, tuned, replace(pulse(), fleet_depth=4.0), Weekends())
    assert found.use.depth_pct == 50.0
    assert (found.use.breadth_pct, found.traits.breadth_of) == (50.0, "core features")


@pytest.mark.parametrize(
    ("days", "broadest", "expected"),
    [
        ((TODAY_ONLY, TODAY_ONLY << 29, TODAY_ONLY << 30, 0), 4.0, 50.0),
        ((TODAY_ONLY,) * 6, 4.0, 150.0),
        ((LONG_AGO, 0), 4.0, 0.0),
        ((), 4.0, NOT_APPLICABLE),
        ((TODAY_ONLY,), None, NOT_APPLICABLE),
    ],
)
def test_breadth_without_core_features_is_beside_the_broadest_accounts(days, broadest, expected):
    assert beside(featured(*days), fleet_breadth=broadest).breadth_pct == expected


def test_features_of_tomorrow_are_not_used_yet():
    ahead = featured(0b1, 0b10, ends=AS_OF)
    assert beside(ahead, fleet_breadth=1.0).breadth_pct == 100.0
    behind = featured(1 << 27, 1 << 28, ends=YESTERDAY - timedelta(2))
    assert beside(behind, fleet_breadth=1.0).breadth_pct == 100.0


def test_a_holiday_does_not_narrow_breadth():
    rests = {"active_users": tuple(YESTERDAY - timedelta(day) for day in range(14))}
    rows = featured(1 << 35, 1 << (FEATURE_DAYS - 1))
    assert beside(rows, fleet_breadth=1.0).breadth_pct == 0.0
    assert beside(rows, fleet_breadth=1.0, fleet_rests=rests).breadth_pct == 100.0


def test_what_an_account_adds_to_the_pulse():
    rows = account(series=featured(TODAY_ONLY, LONG_AGO))
    found = beat(rows, AS_OF, policy(), pulse(), Weekends())
    assert (found.actions, found.features) == (4.0, 1)
    assert beat(rows, AS_OF, policy(), Pulse(), Weekends()).actions is None
