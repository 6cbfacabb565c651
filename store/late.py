"""Late facts: of which accounts something came that speaks of a day which was judged already."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, select
from sqlalchemy import Row as Stored

from health.dated import DATING, MOVES, speaks_of
from health.records import Shape
from store.among import among
from store.bulk import Row
from store.installation import business_day
from store.reading import DAILY
from store.tables import accounts, facts, late, links, past, runs, stored_key
from store.upsert import insert


def before_which(connection: Connection, shape: Shape, status: Stored[Any]) -> date | None:
    """Return the day before which facts of a kind are late; `None` where none can be.

    ``status`` is the source's row. What its first pull brings is no correction of anything, and a day of use
    is late once it counted as complete.
    """
    if status.pulled_ms is None or "account_id" not in shape.fields or not DATING[shape.name].by:
        return None
    if shape.name not in DAILY:
        return business_day(connection)
    through: date | None = status.complete_through
    return through and min(business_day(connection), through + timedelta(days=1))


def any_dated(shape: Shape, rows: Collection[Row], day: date) -> bool:
    """Tell whether any date of a page's rows is before a day: most pages of use have none."""
    columns = facts[shape.name].columns.keys()
    instant = int(datetime.combine(day, time(), UTC).timestamp() * 1000)
    for name in _dates(shape):
        at, limit = columns.index(name), instant if name.endswith("_ms") else day
        if any(row[at] < limit for row in rows if row[at] is not None):
            return True
    return False


def _dates(shape: Shape) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*DATING[shape.name].by, *MOVES.get(shape.name, ()))))


def found(
    connection: Connection, shape: Shape, number: int, changed: Collection[int], day: date
) -> dict[int, date]:
    """Return by source account the first day before ``day`` that a batch's facts of a kind speak of.

    None while nothing was ever judged, as with the first import.
    """
    first: dict[int, date] = {}
    if connection.execute(select(runs.c.id).limit(1)).first() is None:
        return first
    was = {_key(shape, row): row for row in _versions(connection, shape, number, changed, gone=True)}
    for row in _versions(connection, shape, number, changed, gone=False):
        then = was.get(_key(shape, row))
        on = speaks_of(shape.name, then and _stated(then), _stated(row))
        if on is not None and on < day:
            first[row.source_account] = min(on, first.get(row.source_account, on))
    return first


def _versions(
    connection: Connection, shape: Shape, number: int, changed: Collection[int], *, gone: bool
) -> Sequence[Stored[Any]]:
    """Return the facts that a batch wrote to some source accounts, or those that it replaced."""
    table = past[shape.name] if gone else facts[shape.name]
    by_batch = table.c.until_batch if gone else table.c.batch
    query = select(*(table.c[name] for name in dict.fromkeys(("source_account", *stored_key(shape)))))
    query = query.add_columns(*(table.c[name] for name in _dates(shape) if name not in stored_key(shape)))
    query = query.where(among(table.c.source_account, changed), by_batch == number)
    return connection.execute(query).all()


def _stated(row: Stored[Any]) -> Mapping[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - the documented way to a row's names


def _key(shape: Shape, row: Stored[Any]) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in stored_key(shape))


def mark(connection: Connection, first: Mapping[int, date]) -> None:
    """Remember since when facts of source accounts are late, for the accounts that were judged."""
    if not first:
        return
    since: dict[int, date] = {}
    query = select(links.c.source_account, accounts.c.id).join(accounts).where(links.c.to_batch.is_(None))
    query = query.where(accounts.c.judged_run.is_not(None))
    for row in connection.execute(query.where(among(links.c.source_account, first))):
        since[row.id] = min(first[row.source_account], since.get(row.id, date.max))
    rows = [{"account": account, "since": since[account]} for account in sorted(since)]
    if rows:
        statement = insert(connection, late)
        earlier = case(
            (statement.excluded.since < late.c.since, statement.excluded.since), else_=late.c.since
        )
        connection.execute(
            statement.on_conflict_do_update(index_elements=["account"], set_={"since": earlier}), rows
        )


def since(connection: Connection, first: int, last: int) -> dict[int, date]:
    """Return the accounts of a key range of which facts came late, and the first day these speak of."""
    rows = connection.execute(select(late).where(late.c.account.between(first, last)))
    return {row.account: row.since for row in rows}


def settled(connection: Connection, ids: Collection[int]) -> None:
    """Forget of accounts that facts came late: the days they speak of were judged again."""
    connection.execute(delete(late).where(among(late.c.account, ids)))
