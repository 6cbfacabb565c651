"""Delta: what changed since the verdict before, line by line, and to the hundredth."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from health.delta import RULES, Change, Move, delta
from health.features import PaymentFact, TicketFact
from health.judge import ENGINES
from tests.health.examples import AS_OF, account, assess, daily, policy, pulse, series
from tests.health.policies import judged, measured, policies

FULL = series(active_users_30d=daily(18), active_users=12.0)
LOW = series(active_users_30d=daily(8), active_users=12.0)
TICKET = TicketFact("t", AS_OF, subject="Please cancel our contract")
FAILED = PaymentFact("i", AS_OF, "failed")
STEADY = assess(account())


def changed(now, before=STEADY, engine="weighted"):
    return delta(now, before, policy(engine), same_rules=True)


def test_nothing_changed_is_no_line():
    assert changed(STEADY) == (0, ())


def test_a_line_names_its_measure_before_and_now():
    found = changed(assess(account(series=LOW)))
    assert found.changes == (
        Change("utilisation", found.points, (Move("committed_utilisation_pct", 90.0, 40.0),)),
    )
    assert found.points < 0


def test_a_cap_names_what_of_its_condition_changed_and_the_largest_comes_first():
    found = changed(assess(account(tickets=(TICKET,))))
    names = [change.name for change in found.changes]
    assert names == ["cap:explicit_intent", "tickets"]
    assert found.changes[0].moves == (Move("cancel_tickets", 0.0, 1.0),)
    assert found.points == 4_900 - STEADY.score.points


def test_what_became_unknown_is_said_to_be_and_spreads_its_weight():
    found = changed(assess(account(), at=pulse(frozenset({"subscriptions", "usage", "payments"}))))
    by_name = {change.name: change for change in found.changes}
    assert sum(change.points for change in found.changes) == found.points
    assert by_name["utilisation"].moves == ()  # it is as it was, and weighs more


def test_what_moved_and_made_no_difference_is_not_said_to_have():
    later = STEADY.inputs["days_to_renewal"] + 1  # a day passes, and the stricter curve is far
    before = replace(STEADY, inputs={**STEADY.inputs, "days_to_renewal": later})
    found = changed(assess(account(), at=pulse(frozenset({"subscriptions", "usage", "payments"}))), before)
    assert {change.name: change.moves for change in found.changes}["utilisation"] == ()


@pytest.mark.parametrize("same", [True, False])
def test_another_policy_is_a_line_of_its_own(same):
    before = assess(account(payments=(FAILED,)), engine="deductions")
    now = assess(account(payments=(FAILED,), series=LOW))
    found = delta(now, before, policy(), same_rules=same)
    rules = {change.name: change.points for change in found.changes}.get(RULES)
    as_judged_now = assess(account(payments=(FAILED,))).score.points
    assert rules == (None if same else as_judged_now - before.score.points)
    assert sum(change.points for change in found.changes) == now.score.points - before.score.points


def test_the_same_under_another_policy_is_that_line_alone():
    before = assess(account(payments=(FAILED,)), engine="deductions")
    now = assess(account(payments=(FAILED,)))
    assert [change.name for change in delta(now, before, policy(), same_rules=False).changes] == [RULES]


def test_a_verdict_of_before_with_measures_that_are_none_today_compares():
    before = replace(STEADY, inputs={"idle_days": 3.0, "gone": 1.0})
    found = changed(assess(account(series=LOW)), before)
    assert sum(change.points for change in found.changes) == found.points


QUICK = settings(max_examples=60, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))


@QUICK
@given(policies(), measured(), measured())
def test_the_lines_sum_to_the_change_of_the_score(by, was, numbers):
    before, now = judged(by, was), judged(by, numbers)
    found = delta(now, before, by, same_rules=True)
    assert found.points == now.score.points - before.score.points
    assert sum(change.points for change in found.changes) == found.points
    assert all(change.points for change in found.changes)


@QUICK
@given(policies(), st.sampled_from(list(ENGINES)), measured(), measured())
def test_they_do_across_policies_too(by, engine, was, numbers):
    before, now = judged(policy(engine), was), judged(by, numbers)
    found = delta(now, before, by, same_rules=False)
    assert sum(change.points for change in found.changes) == found.points
    assert found.points == now.score.points - before.score.points
