"""The incremental exports: organizations by time, tickets by cursor."""

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from sandbox.zendesk.book import HELD_BACK_S, ZendeskBook
from sandbox.zendesk.errors import Refused
from sandbox.zendesk.objects import Organization, Ticket

LARGEST_PAGE = 1_000
PerPage = Annotated[int, Meta(ge=1, le=LARGEST_PAGE)]
Start = Annotated[int, Meta(ge=0)]


class Since(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of an export by time, in seconds since 1970."""

    start_time: Start
    per_page: PerPage = LARGEST_PAGE


class From(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of an export by cursor: where to begin, or where to go on."""

    start_time: Start | UnsetType = UNSET
    cursor: str | UnsetType = UNSET
    per_page: PerPage = LARGEST_PAGE
    include: str = ""


def organizations(book: ZendeskBook, asked: Since) -> dict[str, object]:
    """Organizations that changed since then, in the order of change.

    A page ends with a whole second. Inside the stream ``end_time`` is the second after it; at its end it is
    the last second shown, which the next export shows again.
    """
    _not_recent(book, asked.start_time)
    rows = [row for row in book.exported_organizations() if row.changed_s >= asked.start_time]
    size = asked.per_page
    while size < len(rows) and rows[size].changed_s == rows[size - 1].changed_s:
        size += 1
    part, more = rows[:size], size < len(rows)
    end_time = part[-1].changed_s + more if part else None
    return _page(part, end_time) | {"end_of_stream": not more}


def _page(part: list[Organization], end_time: int | None) -> dict[str, object]:
    return {"organizations": part, "count": len(part), "end_time": end_time, "next_page": None}


def tickets(book: ZendeskBook, asked: From) -> dict[str, object]:
    """Tickets that changed since then, in the order of change, each with its times if asked for."""
    if asked.include not in {"", "metric_sets"}:
        raise Refused(400, "InvalidInclude", f"{asked.include} cannot be included")
    rows = [row for row in book.exported_tickets() if _place(row) > _start(book, asked)]
    part, more = rows[: asked.per_page], asked.per_page < len(rows)
    rows_shown = [shown(ticket, times=bool(asked.include)) for ticket in part]
    known = None if asked.cursor is UNSET else asked.cursor
    return {
        "tickets": rows_shown,
        "after_cursor": _cursor(part[-1]) if part else known,
        "before_cursor": None,
        "end_of_stream": not more,
    }


def shown(ticket: Ticket, *, times: bool) -> dict[str, object]:
    """A ticket, with its times if asked for."""
    names = (name for name in ticket.__struct_fields__ if times or name != "metric_set")
    return {name: getattr(ticket, name) for name in names}


def _place(ticket: Ticket) -> tuple[int, int]:
    return ticket.generated_timestamp, ticket.id


def _cursor(ticket: Ticket) -> str:
    return base64.b64encode(f"{ticket.generated_timestamp}.0||{ticket.id}|".encode()).decode()


def _start(book: ZendeskBook, asked: From) -> tuple[int, int]:
    """The place after which to begin."""
    if (asked.start_time is UNSET) == (asked.cursor is UNSET):
        raise Refused(400, "InvalidParameter", "either start_time or cursor is needed")
    if asked.start_time is not UNSET:
        _not_recent(book, asked.start_time)
        return asked.start_time, 0
    try:
        time, _, rest = base64.b64decode(str(asked.cursor), validate=True).decode().partition(".0||")
        place = int(time), int(rest.removesuffix("|"))
    except (binascii.Error, ValueError) as error:
        raise Refused(400, "InvalidPaginationParameter", "cursor is not valid") from error
    if place[0] < book.cursors_since_s:
        raise Refused(400, "InvalidPaginationParameter", "cursor is not valid")
    return place


def _not_recent(book: ZendeskBook, start_time: int) -> None:
    if start_time > book.now_s() - HELD_BACK_S:
        description = "Too recent start_time. Use a start_time older than 60 seconds"
        raise Refused(422, "InvalidValue", description)
