"""What was known of a fact before it was read: a table of cases, and no column forgotten."""

from datetime import UTC, date, datetime

import pytest

from health.dated import DATING, backfilled, before
from health.records import FACTS, Limit, Payment, Seat, Subscription, Ticket

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
