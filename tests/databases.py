"""Empty, migrated PostgreSQL databases, used one after another: to make one is to copy ten megabytes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import URL, Engine

from store import database as product
from store.database import Database
from store.schema import migrate
from store.tables import metadata
from tests.services import PostgreSQL

SINCE_STRATEGIES = 150_000
"""The first PostgreSQL that logs each page it copies into a new database, unless told to copy files."""

MIGRATED = "migrated"
_MAINTAINED = "postgres"
_OURS = "seatsignal-tests-databases"
"""What our own connections call themselves: they make nothing busy."""
_EMPTY = [str(table.delete()) for table in reversed(metadata.sorted_tables)]
_NUMBER_ANEW = "SELECT setval(quote_ident(sequencename), 1, false) FROM pg_sequences"
_MADE_OF = """
    SELECT (SELECT version_num FROM alembic_version),
        string_agg(format('%s.%s %s', relname, attname, atttypid), ',' ORDER BY relname, attnum)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0
"""


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let all databases of a kind share a dialect, and with it what is compiled for it, until the block ends.

    A process of ours has one database; the tests have thousands, and each would compile every statement anew.
    """
    create, kept = product.create_engine, dict[str, Engine]()  # type: ignore[attr-defined]  # as it is patched

    def created(url: URL, **more: Any) -> Engine:
        made = create(url, **more)
        first = kept.get(made.name)
        if first and first.dialect.server_version_info:  # what its first connection brought
            made.dialect = made.pool._dialect = first.dialect
            made._compiled_cache = first._compiled_cache
        else:
            kept[made.name] = made
        return made

    with patch.object(product, "create_engine", created):
        yield


def empty(database: Database) -> None:
    """Delete every row there is, and let numbers begin anew, as SQLite's do by themselves."""
    emptied = ["; ".join([*_EMPTY, _NUMBER_ANEW])] if database.dialect == "postgresql" else _EMPTY
    with database.write() as connection:
        for statement in emptied:
            connection.exec_driver_sql(statement)


class Databases:
    """The databases of one server: what a test is done with is emptied for another."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self._done_with: list[str] = []
        self._numbers = count(1)
        self._connections: dict[str, psycopg.Connection[tuple[str, ...]]] = {}
        self.create(MIGRATED)
        migrated = Database(server.url(MIGRATED))
        migrate(migrated)
        migrated.close()
        connection = self._connection(MIGRATED)
        self._made_of = connection.execute(_MADE_OF).fetchone()
        self._installation = connection.execute("SELECT name, value FROM installation").fetchall()
        connection.close()  # what somebody is in cannot be copied

    def take(self) -> str:
        """Return the name of a database that is empty, migrated, and nobody else's."""
        busy = self._busy()
        for name in [name for name in self._done_with if name not in busy]:
            self._done_with.remove(name)
            if self._empty(name):
                return name
        name = f"test_{next(self._numbers)}"
        self.create(name, MIGRATED)
        return name

    def create(self, name: str, template: str = "") -> None:
        """Make a database of this name, as a copy of another if one is named."""
        connection = self._maintaining()
        copied = f"TEMPLATE {template}" if template else ""
        if template and connection.info.server_version >= SINCE_STRATEGIES:
            copied += " STRATEGY file_copy"
        connection.execute(f"CREATE DATABASE {name} {copied}")

    def give_back(self, name: str) -> None:
        """Say that a test is done with it. It rests until whatever the test started has left it too."""
        self._done_with.append(name)

    def close(self) -> None:
        """Leave every database."""
        for connection in self._connections.values():
            connection.close()

    def _busy(self) -> set[str]:
        """Return which databases others are in."""
        others = "SELECT datname FROM pg_stat_activity WHERE application_name <> %s"
        return {name for (name,) in self._maintaining().execute(others, [_OURS])}

    def _maintaining(self) -> psycopg.Connection[tuple[str, ...]]:
        """Return our connection to the server. Whoever has started that anew ended the one before."""
        with suppress(psycopg.OperationalError):
            self._connection(_MAINTAINED).execute("SELECT 1")
        return self._connection(_MAINTAINED)

    def _empty(self, name: str) -> bool:
        """Empty a database; say no of one that is gone, or not as it was migrated any more."""
        with suppress(psycopg.OperationalError):
            connection = self._connection(name)
            if connection.execute(_MADE_OF).fetchone() == self._made_of:
                connection.execute("; ".join(_EMPTY))
                connection.execute(_NUMBER_ANEW)
                for row in self._installation:
                    connection.execute("INSERT INTO installation VALUES (%s, %s)", row)
                return True
        return False

    def _connection(self, name: str) -> "psycopg.Connection[tuple[str, ...]]":
        """Return our own connection to a database: a new one costs more than emptying it."""
        held = self._connections.get(name)
        if held is None or held.closed:
            url = self._server.url(name)
            held = psycopg.connect(url, autocommit=True, application_name=_OURS)
            self._connections[name] = held
        return held
