"""Facts in bulk: load a page beside the table, move what it changes to the past, then upsert.

One set of statements serves both databases; only the way into the staging table differs: COPY on
PostgreSQL, ``executemany`` on SQLite. A row that says what is stored already changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Insert, MetaData, Table, and_, literal, select, true, tuple_
from sqlalchemy import insert as plain_insert

from health.records import SHAPES, Contact, Record, Seat, Shape, Usage, Validation
from store.database import is_postgresql
from store.sources import Batch, account_ids, touch
from store.subjects import remember
from store.tables import PERSONAL, facts, owner_columns, past, stored_fields, stored_key
from store.upsert import insert

_SHAPE_OF = {shape.record: shape for shape in SHAPES.values()}
Row = tuple[Any, ...]


def store_records(connection: Connection, batch: Batch, records: Iterable[Record]) -> int:
    """Store one page of records under a batch, touch the accounts they change, return rows read."""
    rows = 0
    for kind, group in groupby(records, type):
        page = list(group)
        rows += len(page)
        _store(connection, batch, _SHAPE_OF[kind], page)
    return rows


def kinds_of(records: Sequence[Record]) -> set[str]:
    """Return the kinds of fact on a page."""
    return {_SHAPE_OF[kind].name for kind in set(map(type, records))}


def last_day(records: Sequence[Record]) -> date | None:
    """Return the last day of use or validations on a page, or `None` if it has none."""
    return max((record.day for record in records if isinstance(record, Usage | Validation)), default=None)


def _store(connection: Connection, batch: Batch, shape: Shape, page: list[Record]) -> None:
    rows = _rows(connection, batch, shape, page)
    stage = _stage(shape)
    stage.create(connection, checkfirst=True)
    connection.execute(stage.delete())
    _load(connection, stage, _last_of_each(rows, shape))
    if is_postgresql(connection):
        connection.exec_driver_sql(f"ANALYZE {stage.name}")  # else it guesses, and reads the whole table
    left = _keep_past(connection, batch, shape, stage)
    touch(connection, left | _upsert(connection, batch, shape, stage))


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


def _last_of_each(rows: list[Row], shape: Shape) -> Iterable[Row]:
    columns = (*owner_columns(shape), *stored_fields(shape))
    key: Callable[[Row], Any] = itemgetter(*(columns.index(name) for name in stored_key(shape)))
    return {key(row): row for row in rows}.values()


@cache
def _stage(shape: Shape) -> Table:
    """Return the temporary table that a page of this shape is loaded into."""
    fact = facts[shape.name]
    columns = [Column(column.name, column.type) for column in fact.columns if column.name != "batch"]
    return Table(f"stage_{shape.name}", MetaData(), *columns, prefixes=["TEMPORARY"])


def _load(connection: Connection, stage: Table, rows: Iterable[Row]) -> None:
    names = ", ".join(f'"{column.name}"' for column in stage.columns)
    if not is_postgresql(connection):
        marks = ", ".join("?" * len(stage.columns))
        into = f"INSERT INTO {stage.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.exec_driver_sql(into, list(rows))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {stage.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _values(shape: Shape) -> tuple[str, ...]:
    """Return the columns that may change while the key stays."""
    return tuple(
        column.name
        for column in facts[shape.name].columns
        if column.name not in {*stored_key(shape), "batch"}
    )


def _keep_past(connection: Connection, batch: Batch, shape: Shape, stage: Table) -> set[int]:
    """Move what the page changes to the past and return the source accounts it belonged to."""
    fact = facts[shape.name]
    same_key = [fact.c[name] == stage.c[name] for name in stored_key(shape)]
    changed = select(*fact.columns, literal(batch.number)).join(stage, and_(*same_key))
    changed = changed.where(_differs(shape, fact.c, stage.c))
    names = [*(column.name for column in fact.columns), "until_batch"]
    return _changed(connection, plain_insert(past[shape.name]).from_select(names, changed), past[shape.name])


def _upsert(connection: Connection, batch: Batch, shape: Shape, stage: Table) -> set[int]:
    """Write the page and return the source accounts whose facts it changed."""
    fact = facts[shape.name]
    rows = select(*stage.columns, literal(batch.number)).where(true())
    statement = insert(connection, fact).from_select([column.name for column in fact.columns], rows)
    new = {name: statement.excluded[name] for name in (*_values(shape), "batch")}
    statement = statement.on_conflict_do_update(
        index_elements=list(stored_key(shape)), set_=new, where=_differs(shape, fact.c, statement.excluded)
    )
    return _changed(connection, statement, fact)


def _changed(connection: Connection, statement: Insert, table: Table) -> set[int]:
    if "source_account" not in table.c:
        connection.execute(statement)
        return set()
    changed = connection.execute(statement.returning(table.c.source_account)).all()
    return {row.source_account for row in changed}


def _differs(shape: Shape, left: Any, right: Any) -> Any:  # noqa: ANN401 - columns of any table
    names = _values(shape)
    if not names:
        return ~true()
    return tuple_(*(left[name] for name in names)).is_distinct_from(tuple_(*(right[name] for name in names)))
