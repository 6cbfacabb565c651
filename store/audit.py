"""The append-only record of every decision. It holds ids and labels, never a name or an address."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from store import places
from store.database import now_ms
from store.tables import audit


def record(
    connection: Connection, action: str, about: str = "", detail: str = "", actor: str = "system"
) -> None:
    """Append one line in the unit of work that it speaks of."""
    record_each(connection, action, [about], detail, actor)


def record_each(
    connection: Connection, action: str, about: Iterable[str], detail: str = "", actor: str = "system"
) -> None:
    """Append a line for each thing that the same was done about."""
    rows = [{"actor": actor, "action": action, "about": one, "detail": detail} for one in about]
    if rows:
        connection.execute(insert(audit).values(at_ms=now_ms()), rows)


class Act(NamedTuple):
    """A line of the record: when, who, what, about what, and what more."""

    id: int
    at_ms: int
    actor: str
    action: str
    about: str
    detail: str


def about(connection: Connection, thing: str, most: int = 50) -> list[Act]:
    """Return what was done about one thing, the latest first."""
    query = select(*(audit.c[name] for name in Act._fields)).where(audit.c.about == thing)
    return [Act(*row) for row in connection.execute(query.order_by(audit.c.id.desc()).limit(most))]


class Page(NamedTuple):
    """Lines of the record, the latest first; ``after`` asks for those before, empty on the last page."""

    acts: list[Act]
    after: str


SOUGHT = ("actor", "action", "about")
"""The columns by whose exact values the record may be looked through."""


def page(connection: Connection, only: Mapping[str, str], after: str = "", limit: int = 50) -> Page:
    """Return lines of the record. Raises `store.places.BadPlace` where ``after`` is none."""
    query = select(*(audit.c[name] for name in Act._fields))
    query = query.where(*(audit.c[name] == value for name, value in only.items() if name in SOUGHT))
    if after:
        (last,) = places.whole(after, (int,))
        query = query.where(audit.c.id < last)
    rows = connection.execute(query.order_by(audit.c.id.desc()).limit(limit + 1)).all()
    acts = [Act(*row) for row in rows[:limit]]
    return Page(acts, places.written((acts[-1].id,)) if len(rows) > limit else "")
