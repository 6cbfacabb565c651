from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health import answers
from health.answers import Answer, Refused, answered, listed, snoozed_until, state
from health.decide import decide
from health.nouns import Flag, Signal, Why
from tests.health.examples import AS_OF, policy
from tests.health.test_decide import GOOD, TERM, alerts, decided, flag, flags, verdict

DROP = Signal("use_drop", "risk", "use down 70 %")
IDLE = Signal("idle_7", "risk", "no use for 9 days")
FAILED = Signal("failed_payment", "risk", "failed payments: 1", "high")
URGENT_DROP = replace(DROP, severity="high")
NEXT_WEEK = AS_OF + timedelta(days=7)


def said(kind: str, until: date | None = None, on: date = AS_OF) -> Answer:
    return Answer(kind, "U1", on, until)


def now(flags_: list[Flag], answer: Answer) -> list[Flag]:
    """The flags as an answer leaves them."""
    changed = {each.reason: each for each in answered(listed(flags_, expansion=False), answer)}
    return [changed.get(each.reason, each) for each in flags_]


SNOOZED = now([flag("use_drop")], said("snooze", NEXT_WEEK))[0]


@pytest.mark.parametrize("stands", ["firing", "snoozed", "acknowledged"])
@pytest.mark.parametrize(
    ("answer", "then"),
    [
        (said("acknowledge"), "acknowledged"),
        (said("done"), "acknowledged"),
        (said("snooze", NEXT_WEEK), "snoozed"),
        (said("dismiss"), "resolved"),
        (said("assign"), None),
    ],
)
def test_an_answer_to_an_open_alert(stands, answer, then):
    before = [flag("use_drop", stands)]
    after = now(before, answer)
    assert state(after) == (then or stands)
    assert after[0].until == (NEXT_WEEK if then == "snoozed" else None)
    assert now(after, answer) == after


@pytest.mark.parametrize("kind", answers.ANSWERS)
@pytest.mark.parametrize("stands", ["resolved", "ok"])
def test_an_answer_to_what_is_closed_changes_nothing(kind, stands):
    closed = [flag("use_drop", stands)]
    assert now(closed, said(kind, NEXT_WEEK)) == closed
    assert state(closed) == "resolved"


@pytest.mark.parametrize("days", [-1, 0, answers.SNOOZE_DAYS_MAX + 1, None])
def test_a_snooze_has_an_end_within_bounds(days):
    until = None if days is None else AS_OF + timedelta(days=days)
    with pytest.raises(Refused, match="1 to 90 days"):
        answered([flag("use_drop")], said("snooze", until))


def test_an_alert_lists_what_may_cost_the_account_or_its_room_to_grow():
    stands = [
        flag("use_drop"),
        flag("30", kind="renewal_window"),
        flag("capacity", kind="expansion"),
        flag("over_use", kind="licensing"),
        flag("idle_7", "resolved"),
    ]
    assert [each.reason for each in listed(stands, expansion=False)] == ["use_drop", "30"]
    assert [each.reason for each in listed(stands, expansion=True)] == ["capacity"]


# -- what the next run makes of it -------------------------------------------------------------------


def test_what_is_dismissed_stays_closed_in_its_term():
    dismissed = now([flag("use_drop")], said("dismiss"))
    assert flags(decided(verdict(DROP), *dismissed)) == []


def test_a_snooze_ends_by_itself_and_is_told_then():
    assert decided(verdict(DROP), SNOOZED, as_of=NEXT_WEEK - timedelta(days=1)).flags == ()
    over = decided(verdict(DROP), SNOOZED, as_of=NEXT_WEEK)
    assert flags(over) == [("use_drop", "firing", Why.REPEAT_DUE)]
    assert over.flags[0].until is None
    assert alerts(over) == [("csm", "at_risk", Why.REPEAT_DUE)]


def test_a_snooze_breaks_when_it_gets_worse():
    worse = decided(verdict(URGENT_DROP), SNOOZED)
    assert flags(worse) == [("use_drop", "firing", Why.WORSENED)]
    assert alerts(worse) == [("csm", "at_risk", Why.WORSENED)]


def test_what_comes_beside_a_snoozed_alert_is_as_silent_unless_it_is_urgent():
    beside = decided(verdict(DROP, IDLE), SNOOZED)
    assert flags(beside) == [("idle_7", "snoozed", Why.FIRST)]
    assert beside.flags[0].until == NEXT_WEEK
    assert beside.alerts == ()
    urgent = decided(verdict(DROP, FAILED), SNOOZED)
    assert flags(urgent) == [("failed_payment", "firing", Why.FIRST)]
    assert ("csm", "at_risk", Why.WORSENED) in alerts(urgent)


def test_a_failed_payment_is_told_beside_a_snoozed_alert_however_severe_its_rule_is():
    told = decided(verdict(DROP, replace(FAILED, severity="normal")), SNOOZED)
    assert flags(told) == [("failed_payment", "firing", Why.FIRST)]
    assert ("csm", "at_risk", Why.WORSENED) in alerts(told)


def test_who_wakes_an_alert_leaves_what_was_taken_on():
    stands = [SNOOZED, flag("idle_7", "acknowledged")]
    assert [(each.state, each.until) for each in now(stands, said("wake"))] == [
        ("firing", None),
        ("acknowledged", None),
    ]


def test_what_came_while_it_was_silent_is_told_with_the_rest_once_the_snooze_is_over():
    stands = [SNOOZED, *decided(verdict(DROP, IDLE), SNOOZED).flags]
    over = decided(verdict(DROP, IDLE), *stands, as_of=NEXT_WEEK)
    assert {each.reason for each in over.alerts[0].flags} == {"use_drop", "idle_7"}


def test_beside_an_alert_of_which_something_fires_nothing_is_silent():
    stands = [SNOOZED, flag("band")]
    assert snoozed_until(stands, "at_risk", AS_OF) is None
    assert snoozed_until([SNOOZED], "expansion", AS_OF) is None
    assert snoozed_until([SNOOZED], "at_risk", NEXT_WEEK) is None


def test_a_snoozed_alert_that_recovers_is_closed_where_people_see_it():
    gone = decided(verdict(), SNOOZED)
    assert flags(gone) == [("use_drop", "resolved", Why.RECOVERED)]
    assert alerts(gone) == [("csm", "recovered", Why.RECOVERED)]


# -- any order of answers and days -------------------------------------------------------------------

SIGNALS = st.sets(st.sampled_from([DROP, IDLE, FAILED, URGENT_DROP]), max_size=3)
STEPS = st.one_of(
    st.tuples(st.just("judge"), SIGNALS),
    st.tuples(st.sampled_from(answers.ANSWERS), st.integers(1, 9)),
)


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=25))
def test_whoever_answers_when_a_day_with_nothing_new_tells_nothing(steps):
    """Whatever happened: a run over the same day again says nothing, and only what is snoozed has an end."""
    stands: dict[tuple[str, str], Flag] = {}
    day = AS_OF
    for kind, what in steps:
        if kind == "judge":
            day += timedelta(days=1)
            signals = sorted({signal.kind: signal for signal in what}.values(), key=lambda each: each.kind)
            _judge(stands, signals, day)
            assert _judge(stands, signals, day) == ()
        else:
            until = day + timedelta(days=what)
            for each in answered(listed(list(stands.values()), expansion=False), said(kind, until, day)):
                stands[each.kind, each.reason] = each
    assert {each.state for each in stands.values()} <= {"ok", "firing", "acknowledged", "snoozed", "resolved"}
    assert all((each.until is not None) == (each.state == "snoozed") for each in stands.values())


def _judge(stands, signals, day):
    decision = decide(verdict(*signals), GOOD, tuple(stands.values()), policy(), day, False)
    for each in decision.flags:
        assert each.term == TERM
        stands[each.kind, each.reason] = each
    return decision.alerts
