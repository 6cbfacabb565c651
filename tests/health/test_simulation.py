"""What a replay makes of accounts step by step, and how it counts."""

from datetime import date, timedelta

import pytest

from health.backtest import Ending
from health.chance import Share
from health.decide import decide
from health.judge import judge
from health.nouns import Why
from health.overrides import Override
from health.simulation import (
    Lens,
    Matter,
    Question,
    Seen,
    Side,
    Stand,
    Told,
    apart,
    revenue,
    step,
    volumes,
)
from tests.health.examples import AS_OF, TERM, Weekends, account, policy, pulse, series

LENS = Lens(policy(), pulse(), Weekends())
SILENT = account(series=series(active_users_30d=0.0), last_used_on=AS_OF - timedelta(days=40))
WEEK = timedelta(days=7)


def question(**changes):
    ahead = {"since": AS_OF, "until": AS_OF + 3 * WEEK, "every": 7, "horizon": 30}
    known = {"known_until": AS_OF + timedelta(days=99), "renewals": policy().renewals}
    return Question(**ahead | known | changes)


def seen(row=SILENT, weeks=0, *ended, override=None):
    return Seen(row, AS_OF + weeks * WEEK, override, ended)


def lens(weeks):
    """What the policy sees through some weeks later, when facts have come as they should."""
    return LENS._replace(pulse=pulse(through=AS_OF + weeks * WEEK - timedelta(days=1)))


def replayed(weeks, *ended, row=SILENT, asked=None):
    """One side after some weeks, and what stands then."""
    asked, side, stand, told = asked or question(), Side(), Stand(), []
    for week in range(weeks):
        at = seen(row, week, *ended)
        found = step(at, lens(week), stand)
        side.add(at, found, asked)
        stand = found.stand
        told.append([alert.why for alert in found.alerts if alert.audience == "csm"])
    return side, stand, told


def test_a_step_is_what_a_run_does():
    verdict = judge(SILENT, AS_OF, *LENS)
    decision = decide(verdict, None, (), policy(), AS_OF, first_run=False)
    found = step(seen(), LENS, Stand())
    assert (found.alerts, found.stand.flags) == (decision.alerts, decision.flags)
    assert found.alerts
    assert (found.band, found.stand.previous[:2]) == (verdict.band, (verdict.band, verdict.score.points))
    assert (found.mrr_minor, found.currency) == (TERM.mrr_minor, TERM.currency)


def test_what_stands_is_said_once_and_again_when_that_is_due():
    _, stand, told = replayed(4)
    assert told == [[Why.FIRST], [], [Why.REPEAT_DUE], []]
    assert stand.risk_on == AS_OF + 2 * WEEK
    assert len({(flag.kind, flag.reason, flag.term) for flag in stand.flags}) == len(stand.flags)


def test_a_band_that_was_set_by_hand_counts_and_the_computed_one_goes_on():
    by_hand = Override("healthy", "they signed again", AS_OF + WEEK)
    found = step(seen(override=by_hand), LENS, Stand())
    assert (found.band, found.stand.previous) == ("healthy", step(seen(), LENS, Stand()).stand.previous)


def test_days_are_those_that_are_judged():
    asked = question(until=AS_OF + timedelta(days=20))
    assert asked.days == (AS_OF, AS_OF + WEEK, AS_OF + 2 * WEEK)
    assert asked.last == asked.days[-1]
    assert question(until=AS_OF).days == (AS_OF,)


LEFT = (AS_OF + timedelta(days=29), "churned")


@pytest.mark.parametrize(
    ("changes", "ended", "row", "became"),
    [
        ({}, (LEFT,), SILENT, Ending(29)),
        ({}, (), SILENT, Ending(None)),
        ({"horizon": 29}, (LEFT,), SILENT, Ending(None)),
        ({"known_until": LEFT[0]}, (LEFT,), SILENT, Ending(29)),
        ({"known_until": LEFT[0] - timedelta(days=1)}, (LEFT,), SILENT, None),
        ({"known_until": None}, (LEFT,), SILENT, None),
        ({}, ((AS_OF - timedelta(days=1), "churned"),), SILENT, None),
        ({}, (LEFT,), account(terms=()), None),
    ],
    ids=["within", "stayed", "after", "known", "not yet", "no outcomes", "left before", "no term"],
)
def test_what_became_of_an_account(changes, ended, row, became):
    asked = question(**changes)
    assert asked.became(seen(row, 0, *ended), asked.horizon) == became


@pytest.mark.parametrize(
    ("left_after", "counted"),
    [(None, (1, 1, 0, 0, 0)), (20, (1, 1, 1, 1, 1)), (0, (1, 1, 1, 1, 1))],
    ids=["stayed", "left", "left on the day"],
)
def test_an_alert_counts_once_however_often_it_is_repeated(left_after, counted):
    ended = [] if left_after is None else [(AS_OF + timedelta(days=left_after), "churned")]
    side, _, _ = replayed(4, *ended)
    assert (side.opened, side.closed, side.right, side.left, side.foreseen) == counted


def test_who_was_told_too_long_ago_was_not_told_in_time():
    left = AS_OF + timedelta(days=20)  # told at first and two weeks later: six days before
    foreseen = [
        replayed(3, (left, "churned"), asked=question(horizon=horizon))[0].foreseen for horizon in (6, 7)
    ]
    assert foreseen == [0, 1]


def test_who_leaves_without_an_alert_was_not_foreseen():
    well = account(terms=(TERM,))
    side, _, _ = replayed(1, (AS_OF + timedelta(days=3), "churned"), row=well)
    assert (side.opened, side.left, side.foreseen) == (0, 1, 0)


def test_what_stood_on_the_first_day_is_no_volume():
    side, _, told = replayed(3)
    assert [len(each) for each in told] == [1, 0, 1]
    assert volumes(side, question(until=AS_OF + 2 * WEEK)) == {
        "kim@ours.example": (1, 0.5, 1, AS_OF + 2 * WEEK)
    }
    assert volumes(Side(), question(until=AS_OF)) == {}


def side(*matters):
    made = Side()
    for at, kind, on, minor, currency in matters:
        made.matters[Matter(at, "csm", kind)] = Told(f"a{at}", "", "", on, "normal", minor, currency)
    return made


def test_what_one_tells_and_the_other_does_not_the_most_revenue_first():
    later = date(2025, 7, 1)
    one = side(
        (1, "recovered", later, 900, "EUR"),
        (2, "at_risk", AS_OF, 100, "EUR"),
        (3, "at_risk", AS_OF, 300, "EUR"),
        (4, "at_risk", AS_OF, 500, "EUR"),
        (1, "at_risk", AS_OF, 200, "USD"),
    )
    gained = apart(one, side((4, "at_risk", later, 0, ""), (2, "recovered", AS_OF, 0, "")))
    assert [(each.account, each.kind) for each in gained] == [
        (3, "at_risk"),
        (1, "at_risk"),
        (2, "at_risk"),
        (1, "recovered"),
    ]
    assert revenue(gained) == {"EUR": (2, 400), "USD": (1, 200)}  # of account 1 the risk, not the recovery


@pytest.mark.parametrize(("count", "of", "rate"), [(0, 0, None), (0, 4, 0.0), (1, 4, 0.25)])
def test_a_share_of_nothing_is_unknown(count, of, rate):
    share = Share(count, of)
    assert share.rate == rate
    assert (share.interval is None) is (rate is None)
    if share.interval and rate is not None:
        assert share.interval[0] <= rate <= share.interval[1]
