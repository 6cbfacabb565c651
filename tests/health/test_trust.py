"""What a source states is unknown while too few of its accounts are ours, and the rest stays known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from health.features import (
    ChampionFact,
    EventFact,
    Features,
    Freshness,
    LicenceFact,
    LimitFact,
    PaymentFact,
    Pulse,
    SurveyFact,
    TicketFact,
)
from health.judge import judge
from health.measures import beat
from health.nouns import Assessment
from health.policy import Policy
from health.records import SHAPES
from health.trust import trusted
from tests.health.examples import AS_OF, YESTERDAY, Weekends, account, kinds, policy, series

FLOOR = 0.6
USE, CHECKS = frozenset({"usage"}), frozenset({"validations"})
EVERYTHING = frozenset(SHAPES)
FULL = account(
    sources=("files", "log"),
    customer_type="business",
    created_on=date(2024, 1, 1),
    series=series(active_users_30d=[18.0] * 92, active_users=12.0, validations=4.0, rate_limit_hits=1.0),
    tickets=(TicketFact("t1", YESTERDAY, subject="please cancel our contract"),),
    payments=(PaymentFact("i1", YESTERDAY - timedelta(days=9), "failed"),),
    limits=(LimitFact("domains", 9, 10),),
    events=(EventFact("api_key_deleted", YESTERDAY),),
    surveys=(SurveyFact("nps", 3, YESTERDAY),),
    licences=(LicenceFact(AS_OF - timedelta(days=20)),),
    champions=(ChampionFact(date(2024, 2, 1), date(2025, 5, 1)),),
)
"""An account of which something is known of every kind."""
OF_NO_SOURCE = {"growth_seats"}
"""Never unknown: none are declared as bought ahead."""


def floored(*sources: str) -> Policy:
    return replace(policy(), match_rate_min=dict.fromkeys(sources, FLOOR))


def pulse(rate: float, of_files: frozenset[str] = EVERYTHING, of_log: frozenset[str] = frozenset()) -> Pulse:
    """Where two sources state what they do, the second's match rate is this."""
    fleet = dict.fromkeys(("active_users", "validations"), 1.0)
    log = Freshness(of_log, YESTERDAY, rate)
    return Pulse({"files": Freshness(of_files, YESTERDAY), "log": log}, fleet)


def assess(at: Pulse, row: Features = FULL, rules: Policy | None = None) -> Assessment:
    return judge(row, AS_OF, rules or floored("log"), at, Weekends())


def unknown(assessment: Assessment) -> set[str]:
    return {name for name, value in assessment.inputs.items() if value is None}


@pytest.mark.parametrize(("rate", "counts"), [(0.0, False), (0.5999, False), (FLOOR, True), (1.0, True)])
def test_under_its_floor_a_source_does_not_count(rate, counts):
    found = assess(pulse(rate, frozenset(), EVERYTHING))
    assert (found.inputs["open_tickets"] == 1.0) is counts
    assert (found.band != "unknown") is counts
    assert ("distrusted" in found.facts) is not counts


def test_a_source_without_a_floor_always_counts():
    at = pulse(0.0, frozenset(), EVERYTHING)
    assert assess(at, rules=floored()) == assess(at, rules=floored("files"))
    assert assess(at, rules=floored()).inputs["open_tickets"] == 1.0


def test_a_source_that_states_everything_leaves_nothing_known_and_nothing_is_signalled():
    found = assess(pulse(0.5, frozenset(), EVERYTHING))
    assert unknown(found) == found.inputs.keys() - OF_NO_SOURCE
    assert (found.score.points, found.score.coverage, found.signals) == (5_000, 0.0, ())
    assert (found.facts["renewal_on"], found.facts["seats"], found.facts["revenue_at_risk_minor"]) == (
        None,
        None,
        0,
    )


def test_of_a_row_that_rests_on_it_alone_nothing_is_left_but_who_it_is():
    told = {name: getattr(FULL, name) for name in ("account", "key", "name", "csm_email", "sources")}
    assert trusted(FULL, pulse(0.5, frozenset(), EVERYTHING), floored("log")) == Features(**told)


def test_what_is_unknown_closes_nothing():
    well = {"tickets": (), "payments": (), "events": (), "surveys": (), "champions": ()}
    before = kinds(assess(pulse(1.0, frozenset(), EVERYTHING)))
    assert {"cancel_ticket", "failed_payment", "detractor", "champion_silent"} <= before.keys()
    now = assess(pulse(0.5, frozenset(), EVERYTHING), replace(FULL, **well))
    assert before.keys() - {"band"} <= set(now.undecided)


RESTING = {
    "subscriptions": {"seats", "utilisation_pct", "days_to_renewal", "cancelling", "mrr_change_pct"},
    "usage": {"idle_days", "never_used", "trend_pct", "active_users", "utilisation_pct", "rate_limit_hits"},
    "validations": {"idle_days", "never_used", "trend_pct", "key_mismatches"},
    "tickets": {"open_tickets", "urgent_tickets", "ticket_load", "cancel_tickets"},
    "payments": {"failed_payments", "overdue_days"},
    "limits": {"domain_use_pct"},
    "events": {"api_keys_deleted", "domains_deactivated"},
    "surveys": {"nps", "sentiment"},
    "licences": {"activation_pct"},
    "seats": {"assigned_seats", "assigned_pct", "champions_silent"},
    "contacts": {"champions_silent"},
}


@pytest.mark.parametrize("kind", RESTING)
def test_only_what_rests_on_the_source_is_unknown(kind):
    rest = EVERYTHING - {kind}
    before = assess(pulse(1.0, rest, frozenset({kind})))
    now = assess(pulse(0.5, rest, frozenset({kind})))
    assert RESTING[kind] & unknown(before) == set()
    assert RESTING[kind] <= unknown(now)
    others = RESTING.keys() - {kind, "usage", "validations", "seats", "subscriptions", "contacts"}
    for other in others:
        assert RESTING[other] & unknown(now) == set()


@pytest.mark.parametrize("kind", RESTING)
def test_what_another_source_states_too_cannot_be_told_apart_and_is_unknown(kind):
    assert RESTING[kind] <= unknown(assess(pulse(0.5, EVERYTHING, frozenset({kind}))))


def test_enquiries_in_tickets_are_not_counted_where_only_events_are_trusted():
    asking = replace(FULL, tickets=(TicketFact("t1", YESTERDAY, subject="a downgrade please"),))
    assert assess(pulse(1.0, EVERYTHING - {"tickets"}, frozenset({"tickets"})), asking).inputs[
        "downgrade_enquiries"
    ]
    found = assess(pulse(0.5, EVERYTHING - {"tickets"}, frozenset({"tickets"})), asking)
    assert found.inputs["downgrade_enquiries"] is None


def test_the_fleet_is_not_measured_by_what_does_not_count():
    def told(rate: float):
        return beat(
            FULL, AS_OF, floored("log"), pulse(rate, EVERYTHING - USE - CHECKS, USE), Weekends()
        ).trend

    assert told(1.0) is not None
    assert told(0.5) is None


def test_an_account_that_is_not_linked_to_it_is_as_it_was():
    alone = replace(FULL, sources=("files",))
    assert assess(pulse(0.5, of_log=EVERYTHING), alone) == assess(pulse(1.0, of_log=EVERYTHING), alone)
    assert trusted(alone, pulse(0.5, of_log=EVERYTHING), floored("log")) is alone


@pytest.mark.parametrize(("rate", "said"), [(0.0, 0), (0.4, 40), (0.58, 58), (0.599, 59)])
def test_the_reason_is_in_plain_words(rate, said):
    assert assess(pulse(rate, of_log=USE)).facts["distrusted"] == (
        f"log, of whose accounts {said}% are linked, under its floor of 60%: what it states is unknown"
    )
