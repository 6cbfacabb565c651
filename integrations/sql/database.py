"""The database that is asked: it is only read, row by row, and for no longer than a statement may take."""

from collections.abc import Generator, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Engine,
    NullPool,
    TextClause,
    bindparam,
    create_engine,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.types import NullType

from integrations.errors import Misconfigured
from integrations.sql import faults
from integrations.sql.place import Value
from integrations.sql.settings import SqlSettings
from integrations.sql.statement import SINCE, Statement

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]
Found = Generator[T, None, None]

ROWS = 2_000
"""Rows fetched at a time."""
TICKS = 10_000
"""Steps of SQLite's machine between looks at the clock."""


class Database:
    """One database, by its URL. Connections are made when something is asked, and end with the answer."""

    def __init__(self, settings: SqlSettings) -> None:
        """Open no connection yet. Raises `Misconfigured` for a URL that is none, or without its driver."""
        self._timeout_s = settings.timeout_s
        url = _url(settings)
        self._sqlite = url.get_backend_name() == "sqlite"
        self._engine = _engine(url)

    def columns(self, file: str, statement: Statement, since: Value | None) -> tuple[str, ...]:
        """Return the names of a query's columns; no row of it is read. ``file`` names it in errors."""
        return next(self._told(file, self._columns(statement, since)))

    def rows(self, file: str, statement: Statement, since: Value | None, order: str = "") -> Found[Rows]:
        """Yield a query's rows, some at a time, by ``order``, a column, if one is named.

        All are of one instant, whatever happens meanwhile. Close the iterator if it is left early.
        """
        return self._told(file, self._rows(statement, since, order))

    def close(self) -> None:
        """Nothing stays open between answers."""
        self._engine.dispose()

    def _columns(self, statement: Statement, since: Value | None) -> Found[tuple[str, ...]]:
        with self._connection() as connection:
            self._guard(connection)
            found = connection.execute(_bound(f"{_wrapped(statement)} WHERE 1 = 0", since))
            yield tuple(found.keys())

    def _rows(self, statement: Statement, since: Value | None, order: str) -> Found[Rows]:
        ordered = f" ORDER BY {self._quoted(order)}" if order else ""
        with self._connection() as connection:
            self._guard(connection)
            streaming = connection.execution_options(stream_results=True, max_row_buffer=ROWS)
            with streaming.execute(_bound(f"{_wrapped(statement)}{ordered}", since)) as found:
                while rows := found.fetchmany(ROWS):
                    yield rows
                    self._renew(connection)

    def _quoted(self, column: str) -> str:
        return self._engine.dialect.identifier_preparer.quote_identifier(column)

    def _connection(self) -> Connection:
        try:
            return self._engine.connect()
        except SQLAlchemyError as error:
            failure = faults.unreachable(error)
        raise failure  # outside of the handler: its error holds what the driver was given

    def _told(self, file: str, found: Found[T]) -> Found[T]:
        """Say in our words why something fails that is asked."""
        try:
            yield from found
        except SQLAlchemyError as error:
            failure = faults.refused(error, file, self._timeout_s)
        else:
            return
        raise failure  # outside of the handler: its error holds the statement, and what was bound to it

    def _guard(self, connection: Connection) -> None:
        if self._sqlite:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            self._renew(connection)
        elif connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            limit = text("SELECT set_config('statement_timeout', :ms, true)")
            connection.execute(limit, {"ms": str(round(self._timeout_s * 1_000))})

    def _renew(self, connection: Connection) -> None:
        """Let SQLite, which has no limit of its own, work for so long from now on."""
        if self._sqlite:
            until = monotonic() + self._timeout_s
            driver: Any = connection.connection.dbapi_connection
            driver.set_progress_handler(lambda: monotonic() > until, TICKS)


def _url(settings: SqlSettings) -> URL:
    try:
        url = make_url(settings.url.get_secret_value())
    except (ArgumentError, ValueError):
        url = None
    if url is None:
        raise Misconfigured(
            "url", f"sql: {faults.URL} is no SQLAlchemy URL: DIALECT+DRIVER://USER:PASSWORD@HOST/NAME"
        )
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        path = f"file:{quote(url.database)}"
        return url.set(database=path).update_query_dict({"mode": "ro", "uri": "true"})
    return url


def _engine(url: URL) -> Engine:
    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    except NoSuchModuleError:
        missing = f"SQLAlchemy knows no {url.drivername}: install the package that brings it"
    except ModuleNotFoundError as error:
        missing = f"the driver {error.name} is not installed; a URL may name another: DIALECT+DRIVER://"
    except (ArgumentError, ValueError, TypeError):
        missing = "its dialect cannot take what the URL says"
    raise Misconfigured("driver_missing", f"sql: {faults.URL}: {missing}")


def _wrapped(statement: Statement) -> str:
    """The query as a table: whatever is no single query is a syntax error there."""
    return f"SELECT * FROM ({statement.text}\n) AS seatsignal_rows"  # noqa: S608 - the operator's own, from a file


def _bound(written: str, since: Value | None) -> TextClause:
    """Bind ``:since``, never as part of the text. Text takes the type of what it is compared with."""
    clause = text(written)
    match since:
        case None:
            return clause
        case datetime():
            return clause.bindparams(bindparam(SINCE, since, DateTime(timezone=since.tzinfo is not None)))
        case str():
            return clause.bindparams(bindparam(SINCE, since, NullType()))
        case _:
            return clause.bindparams(bindparam(SINCE, since))
