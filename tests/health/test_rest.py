"""Rest: what happens to all accounts at once is not read as the trouble of any."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from health.measures import measures
from health.nouns import Assessment
from tests.health.examples import AS_OF, YESTERDAY, Weekends, account, daily, policy, pulse, series
from tests.health.fleets import fleet, verdicts

FORTNIGHT = tuple(YESTERDAY - timedelta(day) for day in range(14))
SHUT, OPEN_AGAIN = date(2024, 12, 21), date(2025, 1, 6)
NEW_YEAR = [date(2024, 12, 27), date(2025, 1, 2), OPEN_AGAIN, date(2025, 1, 13)]


def used(levels: dict[str, list[float]], rests: Sequence[date], fleet: dict[str, float] | None = None):
    told = {"active_users": tuple(rests)} if rests else {}
    at = replace(pulse(), fleet_rests=told, fleet_trends=fleet or {})
    rows = account(series=series(**levels), last_used_on=YESTERDAY - timedelta(9))
    return measures(rows, AS_OF, policy(), at, Weekends())


@pytest.mark.parametrize(
    ("rests", "users"), [((), 6.0), (FORTNIGHT, 10.0), (FORTNIGHT[:7], 22 / 3), (FORTNIGHT * 2, 10.0)]
)
def test_a_mean_over_working_days_leaves_rest_out(rests, users):
    found = used({"active_users": daily(10, then=2, last=14)}, rests)
    assert found.licence.active_users == pytest.approx(users)


def test_a_mean_over_nothing_but_rest_is_of_all_the_days():
    month = [YESTERDAY - timedelta(day) for day in range(28)]
    assert used({"active_users": daily(10)}, month).licence.active_users == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("rests", "weeks", "trend", "beyond"),
    [
        ((), [4.0, 4.0], -60.0, -50.0),  # no rest: what the fleet fell by is divided out
        (FORTNIGHT[:7], [6.0, 2.0], -40.0, -40.0),  # rest on half of the days: the others tell
        (FORTNIGHT, [8.0, 2.0, 2.0], -20.0, -20.0),  # on all of them: the week before it tells
    ],
)
def test_the_trend_leaves_rest_out_and_nothing_is_divided_then(rests, weeks, trend, beyond):
    days = daily(10, 92 - 7 * len(weeks)) + [level for level in weeks for _ in range(7)]
    found = used({"active_users": days}, rests, {"active_users": 0.8}).use
    assert (found.trend_pct, found.trend_beyond_fleet_pct) == pytest.approx((trend, beyond))


def test_days_of_rest_are_no_days_without_use():
    found = used({"active_users": daily(10)}, FORTNIGHT[:5]).use
    assert (found.idle_days, found.idle_beyond_fleet_days) == (9.0, 4.0)
    assert used({"active_users": daily(10)}, ()).use.idle_beyond_fleet_days == 9.0


def low(found: Sequence[Assessment]) -> float:
    return sum(each.score.points < 5_000 for each in found) / len(found)


def test_a_quiet_fortnight_moves_few_below_50():
    """Accounts rise and fall on their own; over New Year they do 15 % of it. Nobody is worse for that."""
    lives = fleet(120, 150, lambda day: 0.15 if SHUT <= day < OPEN_AGAIN else 1.0)
    before = low(verdicts(lives, date(2024, 12, 17), policy()))
    blind = replace(policy(), rest_pct=0.0)
    assert [low(verdicts(lives, day, policy())) - before < 0.05 for day in NEW_YEAR] == [True] * 4
    assert low(verdicts(lives, OPEN_AGAIN, blind)) - before > 0.1  # so it would be without
