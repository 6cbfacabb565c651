"""Records of accounts as figures of the book take them: an account at a time, in the order of their ids."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, null, select

from health.figures.days import Span
from health.figures.present import Known
from health.records import FACTS, Account, Record, Shape
from store.order import in_order
from store.reading import DAILY
from store.tables import accounts, facts, links, source_accounts, stored_fields

ACCOUNTS_A_QUERY = 500


def known(
    connection: Connection,
    kinds: Collection[str],
    days: Span,
    first: int = 0,
    last: int | None = None,
) -> Iterator[Known]:
    """Yield what is known of each account in a key range, both ends included; few are held at once.

    Whatever sources say of an account goes under its own key. Of kinds that are stated by the day only these
    days are read.
    """
    for chosen in _chunks(connection, first, last):
        ids = [row.id for row in chosen]
        keys = {row.id: row.key for row in chosen}
        found = {kind: _records(connection, FACTS[kind], keys, days) for kind in kinds}
        for account in ids:
            of = {kind: by_account.get(account, ()) for kind, by_account in found.items()}
            yield _known(keys[account], of)


def _chunks(connection: Connection, first: int, last: int | None) -> Iterator[Sequence[Row[int, str]]]:
    """Yield ids and keys of accounts, so many at a time."""
    after = first - 1
    while True:
        query = select(accounts.c.id, accounts.c.key).where(accounts.c.id > after)
        query = query if last is None else query.where(accounts.c.id <= last)
        rows = connection.execute(query.order_by(accounts.c.id).limit(ACCOUNTS_A_QUERY)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _known(key: str, of: Mapping[str, Sequence[Any]]) -> Known:
    return Known(key, **{**of, "accounts": merged(of.get("accounts", ()))})


def merged(profiles: Sequence[Account]) -> Sequence[Account]:
    """Return what sources say of an account as one: of each field the first value that any of them states."""
    if not profiles:
        return ()
    first: Any = (
        next((value for value in row if value is not None), None) for row in zip(*profiles, strict=True)
    )
    return (Account(*first),)


def _records(
    connection: Connection, shape: Shape, keys: Mapping[int, str], days: Span
) -> Mapping[int, Sequence[Any]]:
    """Return the records of one kind by account, each source's in the order of its name."""
    whose = shape.fields.index("account_id")
    make: Any = shape.record
    found: dict[int, list[Record]] = defaultdict(list)
    for account, *values in connection.execute(_query(shape, keys, days)):
        values.insert(whose, keys[account])
        found[account].append(make(*values))
    return found


def _query(shape: Shape, keys: Collection[int], days: Span) -> Select[Any]:
    """Select our account and a record's fields but ``account_id``; what is kept as a token is left out."""
    fact = facts[shape.name]
    stored = stored_fields(shape)
    fields = [fact.c[name] if name in stored else null() for name in shape.fields if name != "account_id"]
    query = (
        select(links.c.account, *fields)
        .join(links, (links.c.source_account == fact.c.source_account) & links.c.to_batch.is_(None))
        .join(source_accounts, source_accounts.c.id == fact.c.source_account)
        .where(links.c.account.in_(list(keys)))
        .order_by(*in_order([source_accounts.c.source, *fact.primary_key.columns]))
    )
    if shape.name in DAILY:
        query = query.where(fact.c.day >= days.first, fact.c.day < days.until)
    return query
