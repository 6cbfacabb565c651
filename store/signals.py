"""Signals: what stands of accounts or was held back by a gate, a page at a time by account."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection, select, tuple_

from store import places
from store.tables import accounts, flags


class Standing(NamedTuple):
    """A flag of an account, by the account's key and name; ``gate`` is what held it back, mostly nothing.

    ``evidence`` is what was seen when it last changed; ``id`` is the account's.
    """

    account: str
    name: str
    kind: str
    reason: str
    term: str
    state: str
    why: str
    severity: str
    evidence: str
    gate: str
    since: date | None
    opened: date | None
    until: date | None
    id: int


class Found(NamedTuple):
    """A page, and where the next one begins; empty on the last."""

    rows: list[Standing]
    after: str


EXACT = ("kind", "reason", "state", "severity", "gate")
"""The columns that a page may be narrowed down by."""
_KEY = (flags.c.account, flags.c.kind, flags.c.reason, flags.c.term)


def page(
    connection: Connection,
    only: Mapping[str, str] = MappingProxyType({}),
    account: str = "",
    after: str = "",
    limit: int = 100,
) -> Found:
    """Return a page of flags, of one account by its key if that is given. Raises `places.BadPlace`."""
    named = (flags.c[name] for name in Standing._fields[2:-1])
    query = select(accounts.c.key, accounts.c.name, *named, flags.c.account.label("id"))
    query = query.join(accounts, accounts.c.id == flags.c.account)
    query = query.where(*(flags.c[name] == only[name] for name in EXACT if name in only))
    query = query.where(accounts.c.key == account) if account else query
    if after:
        query = query.where(tuple_(*_KEY) > tuple_(*_place(after)))
    rows = connection.execute(query.order_by(*_KEY).limit(limit + 1)).all()
    shown = [Standing._make(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Found(shown, "")
    last = rows[limit - 1]
    return Found(shown, places.written([last.id, last.kind, last.reason, last.term]))


def _place(after: str) -> list[object]:
    values: list[object] = places.read(after, (int, str, str, str))
    if None in values:
        raise places.BadPlace
    return values
