"""Onboarding, champions, consumption, shared keys, smaller plans, and a source's own bad day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from health.features import ChampionFact, EventFact, Freshness, LicenceFact, LimitFact, Pulse, TicketFact
from health.nouns import NOT_APPLICABLE
from tests.health.examples import AS_OF, KINDS, TERM, YESTERDAY, account, assess, daily, kinds, pulse, series
from tests.health.test_measures import measured

LICENSED = KINDS | {"licences", "validations"}


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def licences(*issued_and_activated: tuple[int, int | None]) -> tuple[LicenceFact, ...]:
    return tuple(
        LicenceFact(days_ago(issued), None if activated is None else days_ago(activated))
        for issued, activated in issued_and_activated
    )


@pytest.mark.parametrize(
    ("issued", "expected", "signal"),
    [
        (licences((7, None)), 0.0, True),
        (licences((6, None)), NOT_APPLICABLE, False),
        (licences((55, None)), 0.0, True),
        (licences((56, None)), NOT_APPLICABLE, False),
        (licences((20, 1), (20, None)), 50.0, False),
        (licences((20, 1), (20, None), (20, None)), 100 / 3, True),
        (licences((20, 0)), 0.0, True),
        ((LicenceFact(None, days_ago(3)),), NOT_APPLICABLE, False),
        ((), NOT_APPLICABLE, False),
    ],
)
def test_activation_is_of_licences_one_to_eight_weeks_old(issued, expected, signal):
    at = pulse(LICENSED)
    assert measured(licences=issued, at=at)["activation_pct"] == (
        expected if expected is NOT_APPLICABLE else pytest.approx(expected)
    )
    assert ("onboarding_stuck" in kinds(assess(account(licences=issued), at=at))) == signal


def test_without_a_source_of_licences_activation_is_unknown():
    assert measured(licences=licences((20, None)))["activation_pct"] is None


@pytest.mark.parametrize(
    ("since", "seen", "silent"), [(100, 15, 1.0), (100, 14, 0.0), (71, 15, 1.0), (70, 15, 0.0), (100, 1, 0.0)]
)
def test_a_champion_is_silent_after_two_weeks_if_they_were_one_for_eight(since, seen, silent):
    champion = ChampionFact(days_ago(since), days_ago(seen))
    assert measured(champions=(champion,))["champions_silent"] == silent
    assert ("champion_silent" in kinds(assess(account(champions=(champion,))))) == bool(silent)


def test_where_no_champion_is_named_nobody_knows():
    assert measured()["champions_silent"] is None


def consumption(day_levels: dict[int, float], as_of: date):
    """A series of consumption that ends the day before ``as_of``: its level by month."""
    days = [as_of - timedelta(days=back) for back in range(92, 0, -1)]
    found = series(consumption=[day_levels[day.month] for day in days])
    return replace(found, start=days[0])


@pytest.mark.parametrize(
    ("as_of", "levels", "expected"),
    [
        (date(2025, 6, 1), {3: 10, 4: 10, 5: 10}, 100.0),
        (date(2025, 6, 2), {3: 10, 4: 10, 5: 10, 6: 0}, NOT_APPLICABLE),
        (date(2025, 6, 7), {3: 10, 4: 10, 5: 10, 6: 0}, NOT_APPLICABLE),
        (date(2025, 6, 8), {3: 10, 4: 10, 5: 10, 6: 0}, 0.0),
        (date(2025, 6, 21), {3: 10, 4: 10, 5: 10, 6: 4}, 40.0),
        (date(2025, 6, 21), {3: 10, 4: 10, 5: 0, 6: 4}, NOT_APPLICABLE),
    ],
)
def test_consumption_is_compared_with_the_same_days_of_the_month_before(as_of, levels, expected):
    """The whole of May against a whole April on the first of June; never a day against a month."""
    row = account(series=consumption(levels, as_of), terms=(replace(TERM, licence_model="usage"),))
    through = as_of - timedelta(days=1)
    found = measured(row, as_of=as_of, at=pulse(through=through))
    assert found["consumption_pace_pct"] == (
        expected if expected is NOT_APPLICABLE else pytest.approx(expected)
    )
    assert found["utilisation_pct"] is NOT_APPLICABLE


@pytest.mark.parametrize(("refused", "signal"), [(9, False), (10, True)])
def test_a_key_that_is_used_elsewhere_is_told_to_licensing_and_is_no_risk(refused, signal):
    used = series(validations=daily(5), **{"validation:domain_mismatch": daily(0, then=refused, last=1)})
    found = assess(account(series=used), at=pulse(LICENSED))
    assert [each.group for each in found.signals if each.kind == "key_shared"] == ["licensing"] * signal
    assert "key_shared" not in {line.name for line in found.score.contributions}


def test_a_key_that_is_used_elsewhere_alone_is_told_too():
    refused = series(active_users=12.0, **{"validation:fingerprint_mismatch": daily(0, then=500, last=1)})
    found = assess(account(series=refused), at=pulse(LICENSED))
    assert "key_shared" in kinds(found)


def test_where_no_source_states_validations_mismatches_are_unknown():
    assert measured()["key_mismatches"] is None


DESK = Freshness(frozenset({"tickets"}), YESTERDAY)
ASKED = (TicketFact("t", days_ago(2), subject="Can we downgrade to the smaller plan?"),)


@pytest.mark.parametrize(
    ("tickets", "desk", "enquiries"),
    [
        ((), DESK, 0.0),
        ((), replace(DESK, complete_through=days_ago(30)), None),  # it may have been asked since
        (ASKED, replace(DESK, complete_through=days_ago(30)), 1.0),
        ((), None, 0.0),  # no desk, so nobody could have asked one
    ],
)
def test_nobody_asked_for_a_smaller_plan_is_said_only_where_all_is_heard(tickets, desk, enquiries):
    sources = {"files": Freshness(KINDS - {"tickets"}, YESTERDAY)} | ({"desk": desk} if desk else {})
    row = account(tickets=tickets, sources=tuple(sources))
    assert assess(row, at=Pulse(sources)).inputs["downgrade_enquiries"] == enquiries


@pytest.mark.parametrize(
    ("ticket", "enquiries"),
    [
        ("Can we downgrade to the smaller plan?", 1.0),
        ("We need fewer seats next year", 1.0),
        ("Günstigeren Tarif gesucht", 1.0),
        ("The downgraded library breaks our import", 0.0),
        ("Please add seats", 0.0),
    ],
)
def test_a_ticket_may_ask_for_a_smaller_plan(ticket, enquiries):
    asked = (TicketFact("t", days_ago(2), subject=ticket),)
    assert measured(tickets=asked)["downgrade_enquiries"] == enquiries
    old = (TicketFact("t", days_ago(31), solved_on=days_ago(30), subject=ticket),)
    assert measured(tickets=old)["downgrade_enquiries"] == 0.0
    both = measured(tickets=asked, events=(EventFact("downgrade_enquiry", days_ago(1)),))
    assert both["downgrade_enquiries"] == enquiries + 1


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((LimitFact("domains", 19, 20),), ("domains", 19.0, 20.0)),
        ((LimitFact("domains", 1, 10),), ("seats", 18.0, 20.0)),
        ((LimitFact("domains", 5, 0),), ("seats", 18.0, 20.0)),
    ],
)
def test_the_nearest_limit_is_named(limits, expected):
    found = measured(limits=limits)
    near = found["nearest_limit"], found["nearest_used"], found["nearest_allowed"]
    assert near == (expected[0], pytest.approx(expected[1]), expected[2])


QUIET = series(validations=daily(20, then=0, last=14))


@pytest.mark.parametrize(
    ("fleet", "gate"),
    [
        ({"active_users": 1.0, "validations": 0.1}, "fleet"),
        ({"active_users": 0.1, "validations": 1.0}, ""),
        ({"active_users": 0.1}, ""),
    ],
)
def test_one_source_s_bad_day_holds_back_only_whom_it_tells_of(fleet, gate):
    at = Pulse({"files": Freshness(LICENSED, YESTERDAY)}, fleet)
    found = assess(account(series=QUIET, last_used_on=days_ago(15)), at=at)
    assert kinds(found)["use_drop"] == gate


def test_validations_tell_use_where_no_source_states_use():
    at = Pulse({"files": Freshness(LICENSED - {"usage"}, YESTERDAY)}, {})
    assert kinds(assess(account(series=QUIET, last_used_on=days_ago(15)), at=at))["use_drop"] == ""
