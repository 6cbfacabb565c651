"""Facts in bulk: load a page beside the table, move what it changes to the past, then upsert.

One set of statements serves both databases; only the way in differs: COPY on PostgreSQL, ``executemany``
on SQLite. A row that says what is stored already changes nothing. Most pages are all new or say nothing
new: the former are told by a look-up for each account and go straight into the table, the latter by one for
each row, and neither keep a past nor upsert.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import compress, groupby
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    MetaData,
    Table,
    and_,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects import postgresql, sqlite

from health.domains import with_spelled_domain
from health.records import FACTS, Contact, People, Record, Seat, Shape, Usage, Validation
from store import doubt, late, people
from store.among import each
from store.bulk import Row, load
from store.lookup import one_each
from store.reading import DAILY
from store.sources import Batch, account_ids
from store.subjects import erased, remember
from store.tables import PERSONAL, facts, owner_columns, past, stored_key
from store.upsert import insert

_SHAPE_OF = {shape.record: shape for shape in FACTS.values()}


def store_records(connection: Connection, batch: Batch, records: Iterable[Record]) -> int:
    """Store one page of records under a batch, note the accounts they change, return how many repeat an id.

    Of several records with one id the last counts. Raises `store.doubt.Implausible` for a page that changes
    everything at once.
    """
    pages = groupby(sorted(records, key=_kind), type)  # a page may mix them
    return sum(_store(connection, batch, _SHAPE_OF[kind], list(page)) for kind, page in pages)


def _kind(record: Record) -> str:
    return _SHAPE_OF[type(record)].name


def kinds_of(records: Sequence[Record]) -> set[str]:
    """Return the kinds of fact on a page."""
    return {_SHAPE_OF[kind].name for kind in set(map(type, records))}


def last_day(records: Sequence[Record], today: date = date.max) -> date | None:
    """Return the last day of use or validations on a page that is not after ``today``; `None` without one."""
    days = (record.day for record in records if isinstance(record, Usage | Validation))
    return max((day for day in days if day <= today), default=None)


def _store(connection: Connection, batch: Batch, shape: Shape, page: list[Record]) -> int:
    stated = _rows(connection, batch, shape, page)
    rows = _last_of_each(stated, shape)
    repeats = len(stated) - len(rows)
    if not rows:
        return repeats
    if _all_new(connection, batch, shape, rows):
        _load(connection, facts[shape.name], rows)
        _changes(connection, batch, shape, rows, _owners(shape, rows))
        return repeats
    stage = _stage(shape)
    stage.create(connection, checkfirst=True)
    connection.execute(stage.delete())
    _load(connection, stage, rows)
    _changes(connection, batch, shape, rows, _write(connection, batch, shape))
    return repeats


def _changes(
    connection: Connection, batch: Batch, shape: Shape, rows: Collection[Row], changed: Collection[int]
) -> None:
    """Note the source accounts that a page changes, and of which it says something late."""
    batch.note(shape.name, changed, min(_stated(shape, rows, "day")) if shape.name in DAILY else date.min)
    day = late.before_which(connection, shape, batch.status) if changed else None
    if day is None or not late.any_dated(shape, rows, day):
        return
    for account, on in late.found(connection, shape, batch.number, changed, day).items():
        batch.late[account] = min(on, batch.late.get(account, on))


def _all_new(connection: Connection, batch: Batch, shape: Shape, rows: Collection[Row]) -> bool:
    """Tell whether none of a page's facts can be stored yet.

    That is where no account has facts of the kind, or none of the page's first day or later; of facts with
    ids of their own, where no id has. What is found stays so until the end of the batch, which alone may
    write its source's facts.
    """
    fact, key = facts[shape.name], stored_key(shape)
    whose = next(name for name in key if name != "source")
    ids = each(connection, fact.c[whose], set(_stated(shape, rows, whose)))
    stored = select(true()).where(fact.c[whose] == ids.c.value).limit(1)
    if "source" in key:
        stored = stored.where(fact.c.source == batch.source)
    if "day" in key:
        stored = stored.where(fact.c.day >= min(_stated(shape, rows, "day")))
    met = select(true()).select_from(ids).where(stored.correlate(ids).scalar_subquery()).limit(1)
    return connection.execute(met).first() is None


def _write(connection: Connection, batch: Batch, shape: Shape) -> set[int]:
    """Write the staged page, no more than it needs, and return the source accounts it changed."""
    if not _any_differs(connection, shape):
        if not batch.believed and shape.name == "subscriptions":
            doubt.check(connection, _staged(batch, shape))
        return _changed(connection, _insert(connection, shape).on_conflict_do_nothing())
    if not batch.believed:
        doubt.check(connection, _staged(batch, shape))
    left = _keep_past(connection, batch, shape)
    return left | _changed(connection, _upsert(connection, shape))


def _staged(batch: Batch, shape: Shape) -> doubt.Page:
    status = batch.status
    return doubt.Page(batch.source, shape, _stage(shape), _same_key(shape), status.complete_through)


def _rows(connection: Connection, batch: Batch, shape: Shape, page: list[Record]) -> list[Row]:
    """Return rows of the fact table: whose it is, the record's stored fields, the batch."""
    if shape.name in {"accounts", "identifiers"}:
        page = list(map(with_spelled_domain, page))
    if "account_id" not in shape.fields:
        return [(batch.source, *record, batch.number) for record in page]
    at = shape.fields.index("account_id")
    ids: dict[Any, int] = account_ids(connection, batch, {str(record[at]) for record in page})
    stored = _pseudonymous(connection, shape, page)
    if owner_columns(shape)[0] == "source":
        return [(batch.source, ids[row[at]], *row[:at], *row[at + 1 :], batch.number) for row in stored]
    return [(ids[row[at]], *row[:at], *row[at + 1 :], batch.number) for row in stored]


def _without_erased(connection: Connection, shape: Shape, page: list[Record]) -> list[Record]:
    """Put the token in place of a user's id that is the address of somebody who was erased."""
    at = shape.fields.index("user_id")
    gone = erased(connection, {str(record[at]) for record in page if "@" in str(record[at])})
    if not gone:
        return page
    renamed: list[Any] = page
    return [record._replace(user_id=gone.get(record[at], record[at])) for record in renamed]


def _pseudonymous(connection: Connection, shape: Shape, page: list[Record]) -> Sequence[Row]:
    """Replace a person's address by a token and leave the name out; both go to `subjects`.

    Who is behind a day of use is a token too, and only as long as it is of use.
    """
    if shape is FACTS["people"]:
        return people.under_tokens(connection, cast("list[People]", page))
    if "user_id" in shape.fields:
        page = _without_erased(connection, shape, page)
    if shape.name not in PERSONAL:
        return page
    named = {r.email: getattr(r, "name", None) for r in page if isinstance(r, Contact | Seat) and r.email}
    tokens: dict[Any, str] = remember(connection, named)
    personal = PERSONAL[shape.name]
    kept = [(index, name) for index, name in enumerate(shape.fields) if name not in personal[1:]]
    return [
        tuple(tokens.get(row[index]) if name == personal[0] else row[index] for index, name in kept)
        for row in page
    ]


def _last_of_each(rows: list[Row], shape: Shape) -> Collection[Row]:
    columns = facts[shape.name].columns.keys()
    key: Callable[[Row], Any] = itemgetter(*(columns.index(name) for name in stored_key(shape)))
    return {key(row): row for row in rows}.values()


def _stated(shape: Shape, rows: Collection[Row], column: str) -> Iterator[Any]:
    at = facts[shape.name].columns.keys().index(column)
    return (row[at] for row in rows)


@cache
def _stage(shape: Shape) -> Table:
    """Return the temporary table that a page of this shape is loaded into.

    It lasts as long as its connection and is never vacuumed: PostgreSQL cuts it off at each commit.
    """
    columns = [Column(column.name, column.type) for column in facts[shape.name].columns]
    return Table(
        f"stage_{shape.name}",
        MetaData(),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DELETE ROWS",
    )


def _load(connection: Connection, table: Table, rows: Collection[Row]) -> None:
    """Load the columns that any row states; a page seldom states half of them, and each has its price."""
    stated = [column.count(None) < len(rows) for column in zip(*rows, strict=True)]
    pick: Callable[[Row], Row] = itemgetter(*compress(range(len(stated)), stated))
    load(connection, table, list(compress(table.columns, stated)), map(pick, rows))


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


def _any_differs(connection: Connection, shape: Shape) -> bool:
    """Tell whether any staged row changes a stored fact.

    A subquery for each row, since that is an index look-up whatever the planner believes of the page.
    """
    fact, stage = facts[shape.name], _stage(shape)
    found = select(_differs(shape, fact.c, stage.c)).where(_same_key(shape))
    query = select(true()).select_from(stage).where(found.correlate(stage).scalar_subquery()).limit(1)
    return connection.execute(query).first() is not None


def _keep_past(connection: Connection, batch: Batch, shape: Shape) -> set[int]:
    """Move what the page changes to the past and return the source accounts it belonged to."""
    stage = _stage(shape)
    stored, beside = one_each(connection.dialect.name, facts[shape.name], _same_key(shape))
    changed = select(*stored.columns, literal(batch.number)).select_from(stage.join(stored, beside))
    changed = changed.where(_differs(shape, stored.c, stage.c))
    names = [*stored.columns.keys(), "until_batch"]
    return _changed(connection, plain_insert(past[shape.name]).from_select(names, changed))


def _insert(connection: Connection, shape: Shape) -> postgresql.Insert | sqlite.Insert:
    """Return the statement that writes the staged page as if none of it were stored."""
    stage = _stage(shape)
    rows = select(*stage.columns).where(true())  # SQLite would take ON CONFLICT for a join's ON
    return insert(connection, facts[shape.name]).from_select(stage.columns.keys(), rows)


def _upsert(connection: Connection, shape: Shape) -> Insert:
    """Return the statement that writes what the staged page adds or changes."""
    statement = _insert(connection, shape)
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
    return set(_stated(shape, rows, "source_account")) if "account_id" in shape.fields else set()


def _differs(shape: Shape, left: Any, right: Any) -> Any:  # noqa: ANN401 - columns of any table
    names = _values(shape)
    if not names:
        return ~true()
    return tuple_(*(left[name] for name in names)).is_distinct_from(tuple_(*(right[name] for name in names)))
