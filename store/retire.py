"""Retire what an exhaustive listing leaves out: its facts move to the past, and nothing is destroyed.

The keys that a listing names are gathered page by page in a temporary table, on a connection kept for
them (`Database.kept`): more than memory should hold, and gone with a process that dies on the way.

How much a listing leaves out is measured against what was known before it began. That batch is
remembered until the listing is settled, across kills and repetitions: a listing whose ids are all new
would otherwise land, be held, and pass when it is given again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    and_,
    delete,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy import insert as plain_insert

from health.domains import with_spelled_domain
from health.records import Record, Shape
from store.database import is_postgresql
from store.installation import secret, set_setting, setting
from store.sources import Batch, known
from store.subjects import token
from store.tables import facts, past, source_accounts, stored_key
from store.upsert import insert

MOST_PCT = 10
"""A listing that leaves out more than this share of what stood is more likely wrong than right."""


@dataclass(frozen=True, slots=True)
class Absence:
    """How many of the current facts a listing leaves out, beside the number that ``stood`` before it."""

    stood: int
    absent: int

    @property
    def too_large(self) -> bool:
        """Whether a person should look first."""
        return self.absent * 100 > self.stood * MOST_PCT


def open_listing(connection: Connection, source: str, shape: Shape) -> None:
    """Begin to gather keys; remember what is known by now, unless an earlier listing is not settled."""
    _named(shape).create(connection, checkfirst=True)
    name = _setting(source, shape)
    if not setting(connection, name):
        set_setting(connection, name, str(known(connection)[source]))


def gather(
    connection: Connection, source: str, ids: Mapping[str, int], shape: Shape, records: Iterable[Record]
) -> None:
    """Add the keys of stored records; ``ids`` are their source accounts by external id."""
    readers = {name: _reader(connection, source, ids, shape, name) for name in stored_key(shape)}
    kept = map(with_spelled_domain, records)
    rows = [{name: read(record) for name, read in readers.items()} for record in kept]
    if rows:
        connection.execute(insert(connection, _named(shape)).on_conflict_do_nothing(), rows)


def _reader(
    connection: Connection, source: str, ids: Mapping[str, int], shape: Shape, name: str
) -> Callable[[Any], object]:
    """Return what reads one column of a fact's key from its record."""
    match name:
        case "source":
            return lambda _: source
        case "source_account":
            return lambda record: ids[record.account_id]
        case "subject":
            key = secret(connection)
            return lambda record: token(key, record.email)
        case _:
            at = shape.fields.index(name)
            return lambda record: record[at]


def absence(connection: Connection, source: str, shape: Shape) -> Absence:
    """Count what a listing that was gathered to its end leaves out."""
    if is_postgresql(connection):
        connection.exec_driver_sql(f"ANALYZE {_named(shape).name}")  # else it guesses
    fact, before = facts[shape.name], past[shape.name]
    at = int(setting(connection, _setting(source, shape)))
    still = select(func.count()).where(of_source(fact, source), fact.c.batch <= at)
    since = select(func.count()).where(
        of_source(before, source), before.c.batch <= at, before.c.until_batch > at
    )
    absent = select(func.count()).where(_absent(source, shape))
    stood = sum(connection.execute(query).scalar_one() for query in (still, since))
    return Absence(stood, connection.execute(absent).scalar_one())


def retire(connection: Connection, batch: Batch, shape: Shape) -> None:
    """Move what a listing leaves out to the past, known until this batch, and note its accounts."""
    withdraw(connection, batch, shape, _absent(batch.source, shape))


def withdraw(connection: Connection, batch: Batch, shape: Shape, gone: ColumnElement[bool]) -> int:
    """Move some facts of a batch's source to the past, note their accounts, and return how many they were."""
    fact = facts[shape.name]
    names = [*(column.name for column in fact.columns), "until_batch"]
    rows = select(*fact.columns, literal(batch.number)).where(gone)
    moved = plain_insert(past[shape.name]).from_select(names, rows)
    changed = connection.execute(moved.returning(past[shape.name].c.source_account)).scalars().all()
    connection.execute(delete(fact).where(gone))
    batch.note(shape.name, changed, date.min)
    return len(changed)


def settled(connection: Connection, source: str, shape: Shape) -> None:
    """Say that a listing's absence was dealt with: the next one is measured against what is known then."""
    set_setting(connection, _setting(source, shape), "")


def _setting(source: str, shape: Shape) -> str:
    return f"listing:{source}/{shape.name}"


@cache
def _named(shape: Shape) -> Table:
    """Return the temporary table of the keys that a listing names."""
    columns = [
        Column(name, facts[shape.name].c[name].type, primary_key=True, autoincrement=False)
        for name in stored_key(shape)
    ]
    return Table(f"named_{shape.name}", MetaData(), *columns, prefixes=["TEMPORARY"])


def of_source(table: Table, source: str) -> ColumnElement[bool]:
    """Return the condition that a fact is of a source."""
    if "source" in table.c:
        return table.c.source == source
    return table.c.source_account.in_(select(source_accounts.c.id).where(source_accounts.c.source == source))


def _absent(source: str, shape: Shape) -> ColumnElement[bool]:
    fact, named = facts[shape.name], _named(shape)
    same_key = and_(*(fact.c[name] == named.c[name] for name in stored_key(shape)))
    return of_source(fact, source) & ~exists().where(same_key)
