"""PostgreSQL lost, or in the way, in the middle of what the driver itself does: one error, as ever."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import LiteralString

import psycopg
import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import func, insert, select, text

from store.bulk import Row, blobs, load
from store.database import Connection, Database, Unavailable
from store.tables import accounts, features

ROWS = 1_000
KEY = "a" * 200
"""As long that a COPY of so many cannot wait in a buffer until its end."""

Fault = Callable[[int], None]


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    made = Database(postgresql_url)
    with made.write() as connection:
        connection.execute(insert(accounts), {"id": 0, "key": "first"})
        connection.execute(insert(features), {"account": 0, "packed": b"first"})
    yield made
    made.close()


def ended(database: Database, pid: int) -> None:
    _signalled(database, "SELECT pg_terminate_backend(%s, 10000)", pid)


def cancelled(database: Database, pid: int) -> None:
    _signalled(database, "SELECT pg_cancel_backend(%s)", pid)


def _signalled(database: Database, statement: LiteralString, pid: int) -> None:
    url = database.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(), autocommit=True) as other:
        assert other.execute(statement, (pid,)).fetchone() == (True,)


def backend(connection: Connection) -> int:
    return connection.execute(text("SELECT pg_backend_pid()")).scalar_one()


def copied(connection: Connection, fault: Fault = lambda _pid: None) -> None:
    """Copy rows, and meet a fault between two of them."""
    pid = backend(connection)

    def rows() -> Iterator[Row]:
        for at in range(1, ROWS + 1):
            if at == ROWS // 2:
                fault(pid)
            yield at, f"{KEY}{at}"

    load(connection, accounts, [accounts.c.id, accounts.c.key], rows())


def written(database: Database, fault: Fault = lambda _pid: None) -> None:
    with database.write() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '1ms'"))
        copied(connection, fault)


def stored(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(accounts)).scalar_one()


@pytest.mark.parametrize("signal", [ended, cancelled])
def test_a_copy_that_cannot_go_on_says_so_and_stores_nothing(database, signal):
    with pytest.raises(Unavailable, match=r"locked or away \(.+\); try again"):
        written(database, partial(signal, database))
    assert stored(database) == 1
    written(database)
    assert stored(database) == 1 + ROWS


def test_a_copy_that_waits_too_long_for_a_lock_says_so(database):
    with database.write() as holder:
        holder.execute(text("LOCK TABLE accounts"))
        with pytest.raises(Unavailable, match="lock timeout"):
            written(database)
    assert stored(database) == 1


def test_a_kept_connection_that_is_lost_says_so(database):
    def twice() -> None:
        with database.kept() as connection:
            with connection.begin():
                copied(connection)
            with connection.begin():
                copied(connection, partial(ended, database))

    with pytest.raises(Unavailable, match="locked or away"):
        twice()
    assert stored(database) == 1 + ROWS


@pytest.mark.parametrize("begin", ["read", "write"])
def test_bytes_that_cannot_be_read_say_so(database, begin):
    def read(fault: Fault) -> list[bytes]:
        with getattr(database, begin)() as connection:
            fault(backend(connection))
            return list(blobs(connection, select(features.c.packed)))

    with pytest.raises(Unavailable, match="locked or away"):
        read(partial(ended, database))
    assert read(lambda _pid: None) == [b"first"]


def test_what_is_wrong_with_the_rows_is_not_said_to_be_the_database(database):
    written(database)
    with pytest.raises(UniqueViolation):
        written(database)
    assert stored(database) == 1 + ROWS
