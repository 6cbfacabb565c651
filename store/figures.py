"""Records of accounts as figures of the book take them: an account at a time, in the order of their ids."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, null, select

from health.figures.active import Act
from health.figures.book import Known
from health.figures.days import Span
from health.records import FACTS, Account, Record, Seat, Shape
from store.among import among
from store.order import in_order
from store.people import Tokens, acts_of
from store.reading import DAILY
from store.tables import (
    accounts,
    facts,
    links,
    past,
    source_accounts,
    source_status,
    stored_fields,
    stored_key,
)

ACCOUNTS_A_QUERY = 500
OVER_TIME = "limits_over_time"
"""The kind that has the past versions of quotas beside those that stand."""


def known(
    connection: Connection,
    kinds: Collection[str],
    days: Span,
    first: int = 0,
    last: int | None = None,
    *,
    only: Collection[int] | None = None,
) -> Iterator[Known]:
    """Yield what is known of each account in a key range, both ends included; few are held at once.

    With ``only`` it is of these accounts alone. Whatever sources say of an account goes under its own key. Of
    kinds that are stated by the day only these days are read.
    """
    for chosen in _chunks(connection, first, last, only):
        ids = [row.id for row in chosen]
        keys = {row.id: row.key for row in chosen}
        found = {kind: _of_kind(connection, kind, keys, days) for kind in kinds}
        stated = _stated(connection, ids)
        for account in ids:
            of = {kind: by_account.get(account, ()) for kind, by_account in found.items()}
            yield _known(keys[account], of, stated[account])


def _chunks(
    connection: Connection, first: int, last: int | None, only: Collection[int] | None
) -> Iterator[Sequence[Row[int, str]]]:
    """Yield ids and keys of accounts, so many at a time."""
    after = first - 1
    while True:
        query = select(accounts.c.id, accounts.c.key).where(accounts.c.id > after)
        query = query if last is None else query.where(accounts.c.id <= last)
        query = query if only is None else query.where(among(accounts.c.id, only))
        rows = connection.execute(query.order_by(accounts.c.id).limit(ACCOUNTS_A_QUERY)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _known(key: str, of: Mapping[str, Sequence[Any]], stated: frozenset[str]) -> Known:
    known: Mapping[str, Any] = {**of, "accounts": merged(of.get("accounts", ())), "stated": stated}
    return Known(key, **known)


def _stated(connection: Connection, ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Return by account the kinds of fact of which any source linked to it tells."""
    query = select(links.c.account, source_status.c.kinds).where(links.c.account.in_(ids))
    query = query.join(source_accounts, source_accounts.c.id == links.c.source_account)
    query = query.join(source_status, source_status.c.source == source_accounts.c.source)
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    for account, kinds in connection.execute(query.where(links.c.to_batch.is_(None))):
        told = frozenset(json.loads(kinds or "[]"))
        found[account] |= told | ({OVER_TIME} if "limits" in told else frozenset())
    return found


def _of_kind(
    connection: Connection, kind: str, keys: Mapping[int, str], days: Span
) -> Mapping[int, Sequence[Any]]:
    if kind == "people":
        return _people(connection, keys, days)
    if kind != OVER_TIME:
        return _records(connection, kind, keys, days)
    before = _records(connection, "limits", keys, days, past)
    now = _records(connection, "limits", keys, days)
    return {account: [*before.get(account, ()), *now.get(account, ())] for account in keys}


def _people(connection: Connection, keys: Mapping[int, str], days: Span) -> Mapping[int, Sequence[Act]]:
    """Return what the users of each account did, under the ids and with the roles of the seats they have."""
    tokens = Tokens(connection)
    rows = _records(connection, "people", keys, days)
    seats = _records(connection, "seats", {account: keys[account] for account in rows}, days)
    found: dict[int, Sequence[Act]] = {}
    for account, of in rows.items():
        named = {tokens[seat.user_id]: seat for seat in seats.get(account, ())}
        found[account] = [_named(act, named.get(act.user_id)) for act in acts_of(keys[account], of)]
    return found


def _named(act: Act, seat: Seat | None) -> Act:
    if seat is None:
        return act
    department = act.department or seat.department or ""
    return act._replace(user_id=seat.user_id, role=seat.role or "", department=department)


def merged(profiles: Sequence[Account]) -> Sequence[Account]:
    """Return what sources say of an account as one: of each field the first value that any of them states."""
    if not profiles:
        return ()
    first: Any = (
        next((value for value in row if value is not None), None) for row in zip(*profiles, strict=True)
    )
    return (Account(*first),)


def _records(
    connection: Connection,
    kind: str,
    keys: Mapping[int, str],
    days: Span,
    tables: Mapping[str, Table] = facts,
) -> Mapping[int, Sequence[Any]]:
    """Return the records of one kind by account, each source's in the order of its name."""
    shape = FACTS[kind]
    whose = shape.fields.index("account_id")
    make: Any = shape.record
    found: dict[int, list[Record]] = defaultdict(list)
    for account, *values in connection.execute(_query(shape, tables[kind], keys, days)):
        values.insert(whose, keys[account])
        found[account].append(make(*values))
    return found


def _query(shape: Shape, fact: Table, keys: Collection[int], days: Span) -> Select[Any]:
    """Select our account and a record's fields but ``account_id``; what is kept as a token is left out."""
    order = [fact.c[name] for name in (*stored_key(shape), "batch")]
    stored = stored_fields(shape)
    fields = [fact.c[name] if name in stored else null() for name in shape.fields if name != "account_id"]
    query = (
        select(links.c.account, *fields)
        .join(links, (links.c.source_account == fact.c.source_account) & links.c.to_batch.is_(None))
        .join(source_accounts, source_accounts.c.id == fact.c.source_account)
        .where(links.c.account.in_(list(keys)))
        .order_by(*in_order([source_accounts.c.source, *order]))
    )
    if shape.name in DAILY:
        query = query.where(fact.c.day >= days.first, fact.c.day < days.until)
    return query
