"""Move an installation from one database to another, SQLite to PostgreSQL or back: all of it, or nothing.

The source is held for as long as it takes: nobody writes to it, and no worker may be alive. The target is
written in one unit of work and starts paused. Only when every table of it is found equal is the source marked
as moved, for good, and then the target goes on: at no moment may both send. What was cut off anywhere is
gone on with by saying the same again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, false, func, select

from config.errors import Actionable
from store import audit, bulk
from store.database import Database, is_postgresql, shown
from store.installation import MOVED, MOVING, SECRET, paused, set_setting, setting
from store.processes import alive
from store.tables import installation, metadata

ROWS = 5_000
"""Rows that are read, written and compared at once."""
_BEFORE = "paused_before_move"
_SUMS = 2**128


class MoveError(Actionable):
    """A move that did not come about; its words say what stands where."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and a digest of them that their order does not matter to."""

    rows: int = 0
    digest: int = 0


def move(source: Database, target: Database, actor: str) -> dict[str, int]:
    """Move everything, both of the newest schema; return the rows of each table that has any.

    Raises `MoveError`; nothing then leaves from the target.
    """
    if source.url == target.url:
        raise MoveError(f"{shown(target.url)} is not empty: it is where everything is")
    with source.write() as connection:
        _hold(connection, source)
        begun = _begun(connection, target)
        if paused(connection) != MOVED:
            if not begun:
                _fill(connection, target)
            _compare(connection, target)
            set_setting(connection, "paused", MOVED)
            audit.record(connection, "moved", shown(target.url), actor=actor)
        elif not begun:
            raise MoveError(f"{shown(source.url)} was moved before: the audit table says where to")
    _go_on(target, actor)
    return _counted(target)


def _hold(connection: Connection, source: Database) -> None:
    """Keep everybody from writing: SQLite's unit of work does by itself."""
    if is_postgresql(connection):
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
    running = alive(connection)
    if running:
        raise MoveError(
            f"{shown(source.url)}: {len(running)} processes work on it; stop them all, the web app too. "
            "Of one that was killed we hear no more after a minute"
        )


def _begun(connection: Connection, target: Database) -> bool:
    """Tell whether the target holds all of this installation, by an earlier attempt, and waits."""
    with target.read() as there:
        same = setting(there, SECRET) == setting(connection, SECRET)
        return same and paused(there) == MOVING


def _fill(connection: Connection, target: Database) -> None:
    """Copy every table in one unit of work of the target."""
    with target.write() as there:
        full = [
            table.name for table in metadata.sorted_tables if table is not installation and _any(there, table)
        ]
        if full:
            raise MoveError(
                f"{shown(target.url)} is not empty ({', '.join(full[:3])}): move into a new database"
            )
        there.execute(installation.delete())
        for table in metadata.sorted_tables:
            _copy(connection, there, table)
        was = paused(connection)
        set_setting(there, _BEFORE, was)
        set_setting(there, "paused", MOVING)


def _any(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None


def _copy(connection: Connection, there: Connection, table: Table) -> None:
    columns = list(table.columns)
    for rows in _chunks(connection, table):
        try:
            bulk.load(there, table, columns, rows)
        except there.dialect.loaded_dbapi.DataError:  # a NUL, say, which is no text to PostgreSQL
            raise MoveError(
                f"{table.name}: the new database cannot hold one of its rows; nothing moved"
            ) from None
    if is_postgresql(there) and table.autoincrement_column is not None:
        key = table.autoincrement_column
        last = select(func.coalesce(func.max(key), 0) + 1)
        numbers = func.pg_get_serial_sequence(table.name, key.name)
        there.execute(select(func.setval(numbers, last.scalar_subquery(), false())))


def _chunks(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    result = connection.execute(select(table), execution_options={"yield_per": ROWS})
    rows = map(tuple, result)
    yield from iter(partial(_taken, rows), [])


def _taken(rows: Iterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(islice(rows, ROWS))


def _compare(connection: Connection, target: Database) -> None:
    """Raise `MoveError` if a table of the target is not the source's."""
    with target.read() as there:
        for table in metadata.sorted_tables:
            if _sum(connection, table) != _sum(there, table):
                raise MoveError(
                    f"{shown(target.url)}: {table.name} is not what was copied: nothing leaves from there. "
                    "Make it anew and move again; the old one goes on as it was"
                )


def _counted(database: Database) -> dict[str, int]:
    with database.read() as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def _sum(connection: Connection, table: Table) -> Sum:
    """Add up a table; of the installation's settings all but those of the move."""
    rows = digest = 0
    for chunk in _chunks(connection, table):
        for row in chunk:
            if table is installation and row[0] in {"paused", _BEFORE}:
                continue
            rows += 1
            digest += int.from_bytes(sha256(repr(row).encode("utf-8", "surrogatepass")).digest()[:16])
    return Sum(rows, digest % _SUMS)


def _go_on(target: Database, actor: str) -> None:
    """Let the target work, or stay paused as the source was."""
    with target.write() as there:
        set_setting(there, "paused", setting(there, _BEFORE))
        set_setting(there, _BEFORE, "")
        audit.record(there, "moved_here", actor=actor)
