"""What was known of a fact before it was read: a table of cases, and no column forgotten."""

from datetime import UTC, date, datetime

import pytest

from health.dated import DATING, MOVES, backfilled, before, restated, speaks_of
from health.records import (
    FACTS,
    Contact,
    Licence,
    Limit,
    Payment,
    Seat,
    Subscription,
    Survey,
    Ticket,
    Usage,
)

D = date(2025, 6, 4)
EARLIER, LATER = date(2025, 5, 1), date(2025, 7, 1)


def ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp() * 1000)


def stated(record) -> dict:
    return record._asdict()


@pytest.mark.parametrize("kind", FACTS)
def test_every_column_of_the_import_format_is_in_one_class(kind):
    dating = DATING[kind]
    assert sorted(dating.by + dating.later + dating.present + dating.lasting) == sorted(FACTS[kind].fields)


def test_every_kind_is_dated_or_has_always_held():
    assert DATING.keys() == FACTS.keys()
    assert {kind for kind in DATING if not DATING[kind].by} == {"identifiers", "contacts"}


TICKET = Ticket("t", "a", ms(EARLIER))
INVOICE = Payment("i", "a", EARLIER, "open")
TERM = Subscription("s", "a", EARLIER)
CASES = {
    "a term that starts on the day": ("subscriptions", TERM._replace(term_start=D), {"term_start": D}, ()),
    "a term that starts later": ("subscriptions", TERM._replace(term_start=LATER), None, ()),
    "the seats of a term": ("subscriptions", TERM._replace(seats=9), {"seats": 9}, ()),
    "a cancellation": (
        *("subscriptions", TERM._replace(cancel_at_period_end=True), {"cancel_at_period_end": None}),
        ("cancelling",),
    ),
    "no cancellation": (
        *("subscriptions", TERM._replace(cancel_at_period_end=False), {"cancel_at_period_end": None}),
        ("cancelling",),
    ),
    "a status": ("subscriptions", TERM._replace(status="canceled"), {"status": None}, ("in_trial",)),
    "a status beside the end of a trial": (
        *("subscriptions", TERM._replace(status="trialing", trial_end=LATER), {"trial_end": LATER}),
        (),
    ),
    "the next price": (
        *("subscriptions", TERM._replace(renewal_mrr_minor=5), {"renewal_mrr_minor": None}),
        ("price_change_pct",),
    ),
    "an open ticket": ("tickets", TICKET._replace(status="open"), {"status": None}, ()),
    "a ticket solved later": (
        *("tickets", TICKET._replace(status="solved", solved_ms=ms(LATER))),
        *({"status": None, "solved_ms": None}, ()),
    ),
    "a ticket solved before": (
        *("tickets", TICKET._replace(status="solved", solved_ms=ms(EARLIER))),
        *({"solved_ms": ms(EARLIER)}, ()),
    ),
    "a ticket solved who knows when": (
        *("tickets", TICKET._replace(status="solved"), {"status": "solved"}),
        ("open_tickets", "urgent_tickets", "ticket_load"),
    ),
    "a ticket opened on the day": ("tickets", TICKET._replace(opened_ms=ms(D)), None, ()),
    "an invoice paid before": (
        *("payments", INVOICE._replace(status="paid", paid_on=EARLIER, attempts=3)),
        *({"paid_on": EARLIER, "attempts": None}, ()),
    ),
    "an invoice paid later": (
        *("payments", INVOICE._replace(status="paid", paid_on=LATER, attempts=3)),
        *({"paid_on": None, "attempts": None, "status": "open"}, ("failed_payments",)),
    ),
    "an invoice never paid": (
        *("payments", INVOICE._replace(status="uncollectible"), {"status": "open"}),
        ("failed_payments",),
    ),
    "an invoice paid who knows when": (
        *("payments", INVOICE._replace(status="paid"), {"status": None}),
        ("failed_payments", "overdue_days"),
    ),
    "an invoice due on the day": ("payments", INVOICE._replace(due_on=D), None, ()),
    "a seat given out before": (
        *("seats", Seat("a", "u", assigned_on=EARLIER, last_active_ms=ms(EARLIER), role="champion")),
        *({"last_active_ms": None, "role": None}, ()),
    ),
    "a seat given out before and used later": (
        *("seats", Seat("a", "u", assigned_on=EARLIER, activated_ms=ms(LATER)), {"activated_ms": None}, ()),
    ),
    "a seat given out later": ("seats", Seat("a", "u", assigned_on=LATER), None, ()),
    "a seat given out who knows when": (
        *("seats", Seat("a", "u"), None, ("assigned_seats", "assigned_pct", "adopted_pct")),
    ),
    "a quota stated before": ("limits", Limit("a", "domains", 1, 5, EARLIER), {"used": 1}, ()),
    "a quota stated later": ("limits", Limit("a", "domains", 1, 5, LATER), None, ()),
    "a quota stated who knows when": ("limits", Limit("a", "domains", 1, 5), None, ("domain_use_pct",)),
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_known_of_a_fact_that_was_read_later(name):
    kind, record, expected, unknown = CASES[name]
    known = backfilled(kind, stated(record), D)
    assert known.unknown == unknown
    assert (known.stated is None) == (expected is None)
    if expected is not None:
        assert expected.items() <= known.stated.items()


def test_what_was_read_in_time_keeps_its_present_and_loses_only_what_is_dated_later():
    ticket = TICKET._replace(status="open", solved_ms=ms(LATER))
    assert before("tickets", stated(ticket), D) == stated(ticket._replace(solved_ms=None))
    assert before("tickets", stated(TICKET._replace(opened_ms=ms(D))), D) is None


# -- what came late ----------------------------------------------------------------------------------

SURVEY = Survey("a", "nps", 3, ms(EARLIER))
LICENCE = Licence("l", "a", "active", issued_ms=ms(EARLIER))
SEAT = Seat("a", "u", assigned_on=EARLIER, last_active_ms=ms(EARLIER))
SEEN = date(2025, 5, 20)
STOOD = {
    "paid before the day": (
        *("payments", INVOICE, INVOICE._replace(status="paid", paid_on=SEEN)),
        {"status": "paid", "paid_on": SEEN},
    ),
    "paid on the day": (
        *("payments", INVOICE, INVOICE._replace(status="paid", paid_on=D)),
        {"status": "open", "paid_on": None},
    ),
    "void without a date": ("payments", INVOICE, INVOICE._replace(status="void"), {"status": "open"}),
    "an invoice that nobody knew": ("payments", None, INVOICE, {"status": "open"}),
    "an invoice of later": ("payments", None, INVOICE._replace(due_on=LATER), None),
    "an invoice that is gone": ("payments", INVOICE, None, {"status": "open"}),
    "solved before the day": (
        *("tickets", TICKET._replace(status="open"), TICKET._replace(status="solved", solved_ms=ms(SEEN))),
        {"status": "solved", "solved_ms": ms(SEEN)},
    ),
    "solved later": (
        *("tickets", TICKET._replace(status="open"), TICKET._replace(status="solved", solved_ms=ms(LATER))),
        {"status": "open", "solved_ms": None},
    ),
    "calmed down without a date": (
        *("tickets", TICKET._replace(priority="urgent"), TICKET._replace(priority="low")),
        {"priority": "urgent"},
    ),
    "an answer put right": ("surveys", SURVEY, SURVEY._replace(score=9), {"score": 9}),
    "seats added": ("subscriptions", TERM._replace(seats=5), TERM._replace(seats=9), {"seats": 5}),
    "a term that nobody knew": ("subscriptions", None, TERM._replace(seats=9), {"seats": 9, "status": None}),
    "activated before the day": (
        *("licences", LICENCE, LICENCE._replace(activated_ms=ms(SEEN), status="old")),
        {"activated_ms": ms(SEEN), "status": "active"},
    ),
    "seen before the day": (
        "seats",
        SEAT,
        SEAT._replace(last_active_ms=ms(SEEN)),
        {"last_active_ms": ms(SEEN)},
    ),
    "seen later": ("seats", SEAT, SEAT._replace(last_active_ms=ms(LATER)), {"last_active_ms": ms(EARLIER)}),
    "a quota measured again": (
        *("limits", Limit("a", "x", 1, 9, EARLIER), Limit("a", "x", 8, 9, SEEN)),
        {"used": 8, "as_of": SEEN},
    ),
    "a quota measured later": (
        *("limits", Limit("a", "x", 1, 9, EARLIER), Limit("a", "x", 8, 9, LATER)),
        {"used": 1, "as_of": EARLIER},
    ),
    "a quota without a date": ("limits", None, Limit("a", "x", 8, 9), None),
    "a contact without a date": ("contacts", None, Contact("a", "ann@a.example"), None),
}


@pytest.mark.parametrize(("kind", "then", "now", "stood"), STOOD.values(), ids=STOOD)
def test_what_came_late_of_a_fact_is_what_is_dated_before_the_day(kind, then, now, stood):
    found = restated(kind, then and stated(then), now and stated(now), D).stated
    if stood is None:
        assert found is None
    else:
        assert found.items() >= stood.items()


SPOKEN_OF = {
    "a new invoice": ("payments", None, INVOICE, EARLIER),
    "a payment": ("payments", INVOICE, INVOICE._replace(status="paid", paid_on=SEEN), SEEN),
    "an attempt": ("payments", INVOICE, INVOICE._replace(attempts=2), None),
    "a new ticket": ("tickets", None, TICKET, EARLIER),
    "a solution": ("tickets", TICKET, TICKET._replace(solved_ms=ms(SEEN)), SEEN),
    "opened again": ("tickets", TICKET._replace(solved_ms=ms(SEEN)), TICKET, None),
    "a day of use": ("usage", Usage("a", SEEN), Usage("a", SEEN, sign_ins=3), SEEN),
    "an answer": ("surveys", SURVEY, SURVEY._replace(score=9), EARLIER),
    "seats added": ("subscriptions", TERM, TERM._replace(seats=9), None),
    "seen": ("seats", SEAT, SEAT._replace(last_active_ms=ms(SEEN)), SEEN),
    "a contact": ("contacts", None, Contact("a", "ann@a.example"), None),
}


@pytest.mark.parametrize(("kind", "then", "now", "on"), SPOKEN_OF.values(), ids=SPOKEN_OF)
def test_the_day_that_a_fact_speaks_of(kind, then, now, on):
    assert speaks_of(kind, then and stated(then), stated(now)) == on


def test_what_moves_are_dates_of_the_import_format():
    assert all(set(names) <= set(FACTS[kind].fields) for kind, names in MOVES.items())
