"""What is not exported: who one is, satisfaction ratings, tickets by id."""

import base64
import binascii
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sandbox.zendesk import exports
from sandbox.zendesk.access import Role
from sandbox.zendesk.book import HELD_BACK_S, ZendeskBook
from sandbox.zendesk.errors import Refused
from sandbox.zendesk.objects import SatisfactionRating, seconds

LARGEST_PAGE = 100
MOST_IDS = 100
RECEIVED = frozenset({"good", "bad"})


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No arguments."""


class Ratings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of the satisfaction ratings; times are in seconds since 1970."""

    score: Literal["", "received", "offered", "unoffered", "good", "bad"] = ""
    start_time: Annotated[int, Meta(ge=0)] = 0
    size: Annotated[int, Meta(ge=1, le=LARGEST_PAGE)] = msgspec.field(default=100, name="page[size]")
    after: str = msgspec.field(default="", name="page[after]")


class Many(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ids of tickets or organizations, separated by commas."""

    ids: str
    include: Literal["", "metric_sets"] = ""

    @property
    def numbers(self) -> list[int]:
        """The ids. Raises `Refused` for too many, and for what is none."""
        ids = self.ids.split(",")
        if len(ids) > MOST_IDS or not all(each.isdecimal() for each in ids):
            raise Refused(400, "InvalidIds", f"up to {MOST_IDS} ids, separated by commas")
        return [int(each) for each in ids]


def me(role: Role) -> dict[str, object]:
    """Who one is."""
    user = {"id": 1 if role == "admin" else 2, "role": role, "name": "Robin Vale", "active": True}
    return {"user": user}


def ratings(book: ZendeskBook, asked: Ratings) -> dict[str, object]:
    """Ratings that last changed since then, in the order of their ids."""
    if asked.start_time > book.now_s() - HELD_BACK_S:
        raise Refused(422, "InvalidValue", "start_time must be at least one minute ago")
    after = _after(asked.after)
    rows = [row for row in book.ratings() if row.id > after and _fits(row, asked)]
    part, more = rows[: asked.size], asked.size < len(rows)
    cursor = base64.b64encode(f"id:{part[-1].id}".encode()).decode() if part else None
    return {
        "satisfaction_ratings": part,
        "meta": {"has_more": more, "after_cursor": cursor, "before_cursor": None},
        "links": {"next": None, "prev": None},
    }


def _fits(rating: SatisfactionRating, asked: Ratings) -> bool:
    wanted = RECEIVED if asked.score == "received" else {asked.score or rating.score}
    return rating.score in wanted and seconds(rating.updated_at) >= asked.start_time


def _after(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("id:") or 0)
    except (binascii.Error, ValueError) as error:
        raise Refused(400, "InvalidPaginationParameter", "page[after] is not valid") from error


def many(book: ZendeskBook, asked: Many) -> dict[str, object]:
    """The tickets with those ids, with their times if asked for; what is deleted or never was is left out."""
    there = book.tickets()
    found = [there[each] for each in asked.numbers if each in there]
    shown = [exports.shown(each, times=bool(asked.include)) for each in found]
    return {"tickets": shown, "count": len(found), "next_page": None, "previous_page": None}
