"""Gates: candidates of which a gate stopped that anybody is alerted, as they stand."""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, tuple_

from store import places
from store.among import among
from store.order import by_bytes
from store.tables import accounts, book, flags

EXACT = ("gate", "reason")
_STOPPED = and_(flags.c.gate != "", flags.c.since.is_not(None))
_ORDER = (flags.c.since, flags.c.account, *(by_bytes(flags.c[name]) for name in ("kind", "reason", "term")))
_KINDS = (date, int, str, str, str)


class Stopped(NamedTuple):
    """A candidate that a gate stopped: of which account, what it says, by which gate and since when."""

    key: str
    name: str
    kind: str
    signal: str
    gate: str
    since: date
    evidence: str
    severity: str


class Page(NamedTuple):
    """Some of them, the latest first; ``after`` asks for the next ones, and is empty on the last page."""

    found: list[Stopped]
    after: str


def stopped(
    connection: Connection,
    only: Mapping[str, str] = MappingProxyType({}),
    owners: Collection[str] | None = None,
    after: str = "",
    limit: int = 50,
) -> Page:
    """Return candidates by exact values (`EXACT`), of whose accounts one of ``owners`` looks after.

    Raises `store.places.BadPlace` where ``after`` is none.
    """
    query = select(accounts.c.key, accounts.c.name, flags).join(accounts, accounts.c.id == flags.c.account)
    query = query.where(_STOPPED, *(flags.c[name] == value for name, value in only.items() if name in EXACT))
    if owners is not None:
        query = query.join(book, book.c.account == flags.c.account).where(_owned(owners))
    if after:
        query = query.where(tuple_(*_ORDER) < tuple_(*places.whole(after, _KINDS)))
    rows = connection.execute(query.order_by(*(each.desc() for each in _ORDER)).limit(limit + 1)).all()
    shown = rows[:limit]
    found = [
        Stopped(r.key, r.name or r.key, r.kind, r.reason, r.gate, r.since, r.evidence, r.severity)
        for r in shown
    ]
    last = shown[-1] if len(rows) > limit else None
    ended = places.written((last.since, last.account, last.kind, last.reason, last.term)) if last else ""
    return Page(found, ended)


def values(connection: Connection, owners: Collection[str] | None, column: str) -> list[str]:
    """Return what one of the `EXACT` columns says of those of accounts that ``owners`` look after."""
    query = select(flags.c[column]).where(_STOPPED).distinct()
    if owners is not None:
        query = query.join(book, book.c.account == flags.c.account).where(_owned(owners))
    return sorted(connection.execute(query).scalars())


def _owned(owners: Collection[str]) -> ColumnElement[bool]:
    if not owners:
        return false()
    return or_(among(book.c.csm_email, owners), among(book.c.sales_email, owners))
