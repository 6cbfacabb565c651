"""Facts in bulk: load a page beside the table, move what it changes to the past, then upsert.

One set of statements serves both databases; only the way into the staging table differs: COPY on
PostgreSQL, ``executemany`` on SQLite. A row that says what is stored already changes nothing. Most pages
are all new or say nothing new: those are told by a look-up per row, and neither keep a past nor upsert.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cache
from itertools import compress, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    MetaData,
    ScalarSelect,
    Table,
    and_,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects import postgresql, sqlite

from health.records import SHAPES, Contact, Record, Seat, Shape, Usage, Validation
from store.bulk import Row, load
from store.database import is_postgresql
from store.sources import Batch, account_ids
from store.subjects import remember
from store.tables import PERSONAL, facts, owner_columns, past, stored_fields, stored_key
from store.upsert import insert

_SHAPE_OF = {shape.record: shape for shape in SHAPES.values()}


def store_records(connection: Connection, batch: Batch, records: Iterable[Record]) -> int:
    """Store one page of records under a batch, note the accounts they change, return rows read."""
    rows = 0
    for kind, group in groupby(sorted(records, key=_kind), type):  # a page may mix them
        page = list(group)
        rows += len(page)
        _store(connection, batch, _SHAPE_OF[kind], page)
    return rows


def _kind(record: Record) -> str:
    return _SHAPE_OF[type(record)].name


def kinds_of(records: Sequence[Record]) -> set[str]:
    """Return the kinds of fact on a page."""
    return {_SHAPE_OF[kind].name for kind in set(map(type, records))}


def last_day(records: Sequence[Record]) -> date | None:
    """Return the last day of use or validations on a page, or `None` if it has none."""
    return max((record.day for record in records if isinstance(record, Usage | Validation)), default=None)


def _store(connection: Connection, batch: Batch, shape: Shape, page: list[Record]) -> None:
    rows = _last_of_each(_rows(connection, batch, shape, page), shape)
    stage = _stage(shape)
    stage.create(connection, checkfirst=True)
    connection.execute(stage.delete())
    _load(connection, stage, rows)
    batch.changed.update(_write(connection, batch, shape, rows))


def _write(connection: Connection, batch: Batch, shape: Shape, rows: Collection[Row]) -> set[int]:
    """Write the staged page, no more than it needs, and return the source accounts it changed.

    What is found stays so until the end of the batch, which alone may write its source's facts.
    """
    if not _any_staged(connection, shape, _differs_from_stored(shape).is_not(None)):
        connection.execute(_insert(connection, batch, shape))
        return _owners(shape, rows)
    if not _any_staged(connection, shape, _differs_from_stored(shape)):
        return _changed(connection, _insert(connection, batch, shape).on_conflict_do_nothing())
    left = _keep_past(connection, batch, shape)
    return left | _changed(connection, _upsert(connection, batch, shape))


def _rows(connection: Connection, batch: Batch, shape: Shape, page: list[Record]) -> list[Row]:
    """Return rows in the order of the fact table: whose it is, then the record's stored fields."""
    if "account_id" not in shape.fields:
        return [(batch.source, *record) for record in page]
    at = shape.fields.index("account_id")
    ids: dict[Any, int] = account_ids(connection, batch, {str(record[at]) for record in page})
    stored = _pseudonymous(connection, shape, page) if shape.name in PERSONAL else page
    if owner_columns(shape)[0] == "source":
        return [(batch.source, ids[row[at]], *row[:at], *row[at + 1 :]) for row in stored]
    return [(ids[row[at]], *row[:at], *row[at + 1 :]) for row in stored]


def _pseudonymous(connection: Connection, shape: Shape, page: list[Record]) -> Sequence[Row]:
    """Replace a person's address by a token and leave the name out; both go to `subjects`."""
    people = {r.email: getattr(r, "name", None) for r in page if isinstance(r, Contact | Seat) and r.email}
    tokens: dict[Any, str] = remember(connection, people)
    personal = PERSONAL[shape.name]
    kept = [(index, name) for index, name in enumerate(shape.fields) if name not in personal[1:]]
    return [
        tuple(tokens.get(row[index]) if name == personal[0] else row[index] for index, name in kept)
        for row in page
    ]


def _last_of_each(rows: list[Row], shape: Shape) -> Collection[Row]:
    columns = (*owner_columns(shape), *stored_fields(shape))
    key: Callable[[Row], Any] = itemgetter(*(columns.index(name) for name in stored_key(shape)))
    return {key(row): row for row in rows}.values()


@cache
def _stage(shape: Shape) -> Table:
    """Return the temporary table that a page of this shape is loaded into.

    It lasts as long as its connection and is never vacuumed: PostgreSQL cuts it off at each commit.
    """
    fact = facts[shape.name]
    columns = [Column(column.name, column.type) for column in fact.columns if column.name != "batch"]
    return Table(
        f"stage_{shape.name}",
        MetaData(),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DELETE ROWS",
    )


def _load(connection: Connection, stage: Table, rows: Collection[Row]) -> None:
    """Load the columns that any row states; a page seldom states half of them, and each has its price."""
    stated = [column.count(None) < len(rows) for column in zip(*rows, strict=True)]
    load(
        connection,
        stage,
        list(compress(stage.columns, stated)),
        (tuple(compress(row, stated)) for row in rows),
    )


def _values(shape: Shape) -> tuple[str, ...]:
    """Return the columns that may change while the key stays."""
    return tuple(
        column.name
        for column in facts[shape.name].columns
        if column.name not in {*stored_key(shape), "batch"}
    )


def _same_key(shape: Shape) -> ColumnElement[bool]:
    fact, stage = facts[shape.name], _stage(shape)
    return and_(*(fact.c[name] == stage.c[name] for name in stored_key(shape)))


def _differs_from_stored(shape: Shape) -> ScalarSelect[bool]:
    """Say of a staged row that it changes a stored fact, or not; NULL where none is stored.

    A subquery for each row, since that is an index look-up whatever the planner believes of the page.
    """
    fact, stage = facts[shape.name], _stage(shape)
    found = select(_differs(shape, fact.c, stage.c)).where(_same_key(shape))
    return found.correlate(stage).scalar_subquery()


def _any_staged(connection: Connection, shape: Shape, condition: ColumnElement[bool]) -> bool:
    query = select(true()).select_from(_stage(shape)).where(condition).limit(1)
    return connection.execute(query).first() is not None


def _keep_past(connection: Connection, batch: Batch, shape: Shape) -> set[int]:
    """Move what the page changes to the past and return the source accounts it belonged to."""
    stage = _stage(shape)
    stored, beside = _stored(connection, shape)
    changed = select(*stored.columns, literal(batch.number)).select_from(stage.join(stored, beside))
    changed = changed.where(_differs(shape, stored.c, stage.c))
    names = [*stored.columns.keys(), "until_batch"]
    return _changed(connection, plain_insert(past[shape.name]).from_select(names, changed))


def _stored(connection: Connection, shape: Shape) -> tuple[FromClause, ColumnElement[bool]]:
    """Return what a staged row is joined with for the fact of its key, and on what.

    SQLite looks each one up by itself; PostgreSQL would rather read all facts, unless told that a row has
    one at most.
    """
    fact = facts[shape.name]
    if not is_postgresql(connection):
        return fact, _same_key(shape)
    return select(fact).where(_same_key(shape)).limit(1).lateral(), true()


def _insert(connection: Connection, batch: Batch, shape: Shape) -> postgresql.Insert | sqlite.Insert:
    """Return the statement that writes the staged page as if none of it were stored."""
    fact = facts[shape.name]
    rows = select(*_stage(shape).columns, literal(batch.number)).where(true())
    return insert(connection, fact).from_select([column.name for column in fact.columns], rows)


def _upsert(connection: Connection, batch: Batch, shape: Shape) -> Insert:
    """Return the statement that writes what the staged page adds or changes."""
    statement = _insert(connection, batch, shape)
    return statement.on_conflict_do_update(
        index_elements=list(stored_key(shape)),
        set_={name: statement.excluded[name] for name in (*_values(shape), "batch")},
        where=_differs(shape, facts[shape.name].c, statement.excluded),
    )


def _changed(connection: Connection, statement: Insert) -> set[int]:
    """Write, and return the source accounts of the rows written."""
    owner = statement.table.c.get("source_account")
    if owner is None:
        connection.execute(statement)
        return set()
    return set(connection.execute(statement.returning(owner)).scalars())


def _owners(shape: Shape, rows: Collection[Row]) -> set[int]:
    """Return the source accounts that rows belong to."""
    owners = owner_columns(shape)
    if "source_account" not in owners:
        return set()
    at = owners.index("source_account")
    return {row[at] for row in rows}


def _differs(shape: Shape, left: Any, right: Any) -> Any:  # noqa: ANN401 - columns of any table
    names = _values(shape)
    if not names:
        return ~true()
    return tuple_(*(left[name] for name in names)).is_distinct_from(tuple_(*(right[name] for name in names)))
