"""Tickets: what an organization's people asked for."""

from collections.abc import Collection

from msgspec.structs import replace

from health.records import Ticket as TicketRecord
from integrations.zendesk.answers import Score, Ticket, Tickets
from integrations.zendesk.errors import contradiction, repeated
from integrations.zendesk.instants import milliseconds, seconds
from integrations.zendesk.place import Place

SOLVED = frozenset({"solved", "closed"})
DELETED = "deleted"
SCORES = {"good": 5.0, "bad": 1.0}
"""Zendesk's two answers on the scale from 1 to 5."""


def after(place: Place, answer: Tickets, seen: Collection[str]) -> Place:
    """The place behind a page. Raises `RetryLater` for one that leads nowhere, or to a cursor of ``seen``.

    A page without tickets moves nothing, so that one that was emptied on its way loses none.
    """
    if not answer.tickets:
        if not answer.end_of_stream:
            raise contradiction()
        return place
    if not answer.after_cursor and not answer.end_of_stream:
        raise contradiction()
    if answer.after_cursor and answer.after_cursor in seen:
        raise repeated()
    changed_s = max(place.tickets_s, *map(_changed_s, answer.tickets))
    return replace(place, tickets_cursor=answer.after_cursor or "", tickets_s=changed_s)


def _changed_s(ticket: Ticket) -> int:
    return ticket.generated_timestamp or seconds(ticket.updated_at) or 0


def is_readable(ticket: Ticket) -> bool:
    """Whether it has what every ticket has."""
    instants = (ticket.created_at, ticket.updated_at)
    return bool(ticket.status) and None not in map(seconds, instants)


def record(ticket: Ticket, topic: str) -> TicketRecord | None:
    """The ticket as a record; `None` without an organization, for then it is nobody's.

    ``topic`` is the setting of that name. Of a deleted ticket nothing is kept but that it was there, and
    that it has been no open one since.
    """
    opened_ms = milliseconds(ticket.created_at)
    if ticket.organization_id is None or opened_ms is None:
        return None
    whose = TicketRecord(str(ticket.id), str(ticket.organization_id), opened_ms, status=ticket.status)
    if ticket.status == DELETED:
        return whose._replace(solved_ms=milliseconds(ticket.updated_at))
    tags = [tag for tag in ticket.tags or () if tag]
    return whose._replace(
        solved_ms=_solved_ms(ticket),
        priority=ticket.priority,
        topic=_topic(ticket, tags, topic),
        subject=ticket.subject,
        tags=" ".join(tags) or None,
        csat=score(ticket.satisfaction_rating),
    )


def _solved_ms(ticket: Ticket) -> int | None:
    """When it was solved, if it still is: a ticket that was opened again may keep the time."""
    if ticket.status not in SOLVED or ticket.metric_set is None:
        return None
    return milliseconds(ticket.metric_set.solved_at)


def score(rating: Score | None) -> float | None:
    """The answer on the scale from 1 to 5; `None` without one."""
    return SCORES.get(rating.score or "") if rating else None


def _topic(ticket: Ticket, tags: list[str], topic: str) -> str | None:
    kind, _, named = topic.partition(":")
    match kind:
        case "tags":
            return next((tag for tag in named.split(",") if tag in tags), None)
        case "field":
            return _text(next((f.value for f in ticket.custom_fields or () if f.id == int(named)), None))
        case _:
            return ticket.type


def _text(value: object) -> str | None:
    """The value of a text, drop-down or number field; the first choice of many; nothing of a tick."""
    match value:
        case str() | float():
            return str(value) or None
        case bool() | None:
            return None
        case int():
            return str(value)
        case [str(first), *_]:
            return first
        case _:
            return None
