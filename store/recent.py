"""Recent: which facts that are settled a feature row still holds, and the row when it gets later."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from health.features import SERIES_DAYS, EventFact, Features, PaymentFact, TicketFact
from health.service import EXPECTED, SETTLED, SOLVED
from store.days import series_since
from store.series import Use

AHEAD = timedelta(days=1)
"""How far a source's days may be ahead of ours: somewhere it is tomorrow already."""


def advanced(old: Features, used: Use, through: date) -> Features | None:
    """Return a feature row with other days of use, of whose other facts none changed.

    It is what building the row anew would give. `None` where the row does not tell that: where time went
    back, where an answer that was dated ahead may be the latest by now, or where days of use that leave the
    series count towards a commitment.
    """
    if old.through is None or through < old.through or old.commitments:
        return None
    if any(answer.answered_on > old.through - AHEAD for answer in old.surveys):
        return None
    first = since(last(old.tickets, old.payments, old.events, used.span.stated), through)
    return replace(
        old,
        series=used.series,
        first_used_on=used.span.first,
        last_used_on=used.span.last,
        tickets=tickets(old.tickets, first),
        payments=payments(old.payments, first),
        events=events(old.events, first),
        last_seen=tuple(seen for seen in old.last_seen if seen.on > first),
        stated_on=used.span.stated,
        through=through,
    )


def since(last: date, through: date) -> date:
    """Return the day after which settled facts still count: a series' length before the last fact."""
    return series_since(min(last, through))


def last(
    tickets: Iterable[TicketFact],
    payments: Iterable[PaymentFact],
    events: Iterable[EventFact],
    stated_on: date | None,
) -> date:
    """Return the day of the last of an account's dated facts."""
    days = [ticket.opened_on for ticket in tickets]
    days += [payment.due_on for payment in payments]
    days += [event.on for event in events]
    days += [stated_on] if stated_on else []
    return max(days, default=date.min + timedelta(days=SERIES_DAYS))


def tickets(opened: Iterable[TicketFact], since: date) -> tuple[TicketFact, ...]:
    """Return the tickets that are open, or were opened after a day."""
    return tuple(t for t in opened if t.opened_on > since or (t.solved_on is None and t.status not in SOLVED))


def payments(due: Iterable[PaymentFact], since: date) -> tuple[PaymentFact, ...]:
    """Return the invoices that are not settled, or fell due after a day."""
    return tuple(p for p in due if p.due_on > since or (p.paid_on is None and p.status not in SETTLED))


def events(happened: Iterable[EventFact], since: date) -> tuple[EventFact, ...]:
    """Return the events after a day, and those that may hold for longer."""
    return tuple(event for event in happened if event.on > since or event.kind == EXPECTED)
