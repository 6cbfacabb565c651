"""Facts that cannot be so: each has a treatment (docs/metrics.md, "Bad facts"); none turns an account red."""

from array import array
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.features import EventFact, LimitFact, PaymentFact, Series, SurveyFact, TicketFact
from health.nouns import NOT_APPLICABLE
from tests.health.examples import AS_OF, TERM, YESTERDAY, account, assess, daily, kinds, series

TOMORROW = AS_OF + timedelta(days=1)
BEFORE = replace(TERM, term_start=date(2024, 1, 1), term_end=date(2025, 1, 1))
ENDED = replace(BEFORE, auto_renew=False)


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def with_days_ahead(value: float) -> Series:
    """Steady use, and ten more days of a value that begin today."""
    steady = series(active_users_30d=daily(18), active_users=12.0)
    ahead = {name: array("d", [*values, *[value] * 10]) for name, values in steady.values.items()}
    return Series(steady.start, ahead)


CASES = [
    # use outside of the subscription
    (
        {"terms": (replace(TERM, term_start=days_ago(20)),)},
        {"account_age_days": 513.0, "utilisation_pct": 90.0},
    ),
    ({"terms": (replace(TERM, term_start=TOMORROW),)}, {"account_age_days": 513.0, "utilisation_pct": None}),
    ({"terms": (ENDED,)}, {"utilisation_pct": None, "idle_days": 0.0}),
    # in the future
    ({"series": with_days_ahead(0.0)}, {"utilisation_pct": 90.0, "trend_pct": pytest.approx(0)}),
    ({"series": with_days_ahead(900.0)}, {"utilisation_pct": 90.0, "trend_pct": pytest.approx(0)}),
    ({"last_used_on": TOMORROW}, {"idle_days": 0.0, "never_used": 0.0}),
    (
        {"series": series(active_users=daily(9, then=0, last=4)), "last_used_on": TOMORROW},
        {"idle_days": 4.0},
    ),
    (
        {"series": None, "first_used_on": TOMORROW, "last_used_on": TOMORROW},
        {"idle_days": None, "active_users": None},
    ),
    ({"events": (EventFact("api_key_deleted", TOMORROW),)}, {"api_keys_deleted": 0.0}),
    ({"events": (EventFact("downgrade_enquiry", TOMORROW),)}, {"downgrade_enquiries": 0.0}),
    ({"tickets": (TicketFact("t", TOMORROW, subject="Cancel our plan"),)}, {"cancel_tickets": 0.0}),
    ({"tickets": (TicketFact("t", TOMORROW, subject="Smaller plan?"),)}, {"downgrade_enquiries": 0.0}),
    ({"surveys": (SurveyFact("nps", 0, TOMORROW),)}, {"nps": None, "sentiment": None}),
    ({"payments": (PaymentFact("i", TOMORROW, "open"),)}, {"failed_payments": 0.0, "overdue_days": 0.0}),
    # numbers below zero
    ({"terms": (replace(TERM, seats=-5),)}, {"seats": None, "utilisation_pct": None}),
    ({"terms": (BEFORE, replace(TERM, seats=-5))}, {"seats_change_pct": NOT_APPLICABLE}),
    ({"terms": (TERM, replace(TERM, subscription_id="sub-2", seats=-15))}, {"seats": None}),
    ({"terms": (replace(TERM, growth_seats=-90),)}, {"committed_utilisation_pct": 90.0}),
    ({"terms": (BEFORE, replace(TERM, mrr_minor=-40_000))}, {"mrr_change_pct": NOT_APPLICABLE}),
    (
        {"series": series(active_users_30d=daily(-5), active_users=daily(-12))},
        {"utilisation_pct": None, "trend_pct": NOT_APPLICABLE},
    ),
    ({"series": series(active_users=daily(12, then=-12, last=14))}, {"trend_pct": NOT_APPLICABLE}),
    (
        {"series": series(active_users=daily(12, then=-12, last=14)), "last_used_on": TOMORROW},
        {"utilisation_pct": None, "idle_days": 14.0},
    ),
    ({"limits": (LimitFact("domains", 3, -10),)}, {"domain_use_pct": NOT_APPLICABLE}),
    ({"surveys": (SurveyFact("nps", -5, YESTERDAY),)}, {"nps": None}),
    ({"surveys": (SurveyFact("nps", 700, YESTERDAY),)}, {"nps": None}),
    # more active users than people
    (
        {"series": series(active_users_30d=daily(300), active_users=300.0)},
        {"utilisation_pct": 1500.0, "adopted_pct": 1500.0},
    ),
    # currencies without a rate
    (
        {"terms": (replace(BEFORE, mrr_minor=5_000_000, currency="JPY"), TERM)},
        {"mrr_change_pct": NOT_APPLICABLE},
    ),
    # terms that overlap, ids told twice
    (
        {"terms": (TERM, replace(TERM, term_start=days_ago(40), term_end=date(2026, 4, 25)))},
        {"seats": 20.0, "days_into_term": 40.0},
    ),
    ({"terms": (TERM, replace(TERM))}, {"seats": 20.0, "mrr_change_pct": NOT_APPLICABLE}),
    ({"terms": (replace(TERM, term_end=date(2024, 1, 1)),)}, {"seats": None}),
    ({"tickets": (TicketFact("t", YESTERDAY), TicketFact("t", YESTERDAY))}, {"open_tickets": 1.0}),
]


@pytest.mark.parametrize(("changes", "measured"), CASES)
def test_bad_facts(changes, measured):
    found = assess(account(**changes))
    assert {name: found.inputs[name] for name in measured} == measured
    assert found.band != "at_risk"
    assert [signal.kind for signal in found.signals if signal.severity == "high"] == []
    assert "" not in [
        gate for kind, gate in kinds(found).items() if kind in {"use_drop", "idle_30", "contraction"}
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, (40_000, 480_000)),
        ({"mrr_minor": -40_000}, (None, None)),
        ({"mrr_minor": None}, (None, None)),
    ],
)
def test_revenue_that_nobody_states_is_told_as_unknown_and_ranks_as_none(changes, told):
    facts = assess(account(terms=(replace(TERM, **changes),))).facts
    assert (facts["mrr_minor"], facts["revenue_at_risk_minor"]) == told
    assert (facts["priority"] == 0) is bool(changes)


@pytest.mark.parametrize("metric", ["active_users_30d", "rate_limit_hits", "locked_feature_attempts"])
def test_use_of_which_no_source_states_the_days_is_no_missing_first_use(metric):
    """A file of monthly active users alone: somebody was there, and nobody knows when."""
    row = account(series=series(**{metric: daily(18)}), first_used_on=None, last_used_on=None)
    found = assess(row)
    assert (found.inputs["never_used"], found.inputs["idle_days"]) == (0.0, None)
    assert not {"no_first_use", "idle_7", "idle_30"} & kinds(found).keys()


def test_two_subscriptions_with_an_id_each_count_both():
    other = replace(TERM, subscription_id="sub-2", seats=5)
    assert assess(account(terms=(TERM, other))).inputs["seats"] == 25.0


def test_two_tickets_of_one_id_and_two_days_are_two():
    """Two desks may number alike."""
    tickets = (TicketFact("7", YESTERDAY), TicketFact("7", days_ago(3)))
    assert assess(account(tickets=tickets)).inputs["open_tickets"] == 2.0


@settings(max_examples=200)
@given(st.data())
def test_any_of_them_together_raise_nothing_and_turn_nobody_red(data):
    mixed = {}
    for changes, _ in data.draw(st.lists(st.sampled_from(CASES), max_size=6)):
        mixed |= changes
    assert assess(account(**mixed)).band != "at_risk"
