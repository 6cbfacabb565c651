"""One way to SQLite and PostgreSQL: how a connection is set up, and how work begins.

A unit of work that may write says so from the start: on SQLite it begins with ``BEGIN IMMEDIATE``, for
a deferred begin loses the race for the write lock after it has read.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import BigInteger

from config.errors import Actionable

__all__ = [
    "Connection",
    "Database",
    "Unavailable",
    "Unmigrated",
    "Unusable",
    "clock",
    "database_url",
    "day_of",
    "is_postgresql",
    "now_ms",
    "shown",
]

sqlite3.register_adapter(date, date.isoformat)

BUSY_S = 30
ROWS_A_COMMIT = {"sqlite": 2_000, "postgresql": 10_000}
_SQLITE_BEGIN = "seatsignal_begin"
_FORMS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"


class now_ms(FunctionElement[int]):  # noqa: N801 - an SQL function
    """The database's clock in milliseconds since 1970 UTC; ours is never asked."""

    type = BigInteger()
    inherit_cache = True
    name = "now_ms"


@compiles(now_ms, "sqlite")
def _sqlite_now(_element: object, _compiler: object, **_kw: object) -> str:
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(now_ms, "postgresql")
def _postgresql_now(_element: object, _compiler: object, **_kw: object) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


class Unavailable(Actionable):
    """The database is locked or away. Nothing of the unit of work was stored; try again."""


class Unusable(Actionable):
    """What is named is no database of ours, and trying again does not help."""


class Unmigrated(Actionable):
    """The database's schema is not the one this code speaks."""


def database_url(text_url: str) -> URL:
    """Return a URL with our drivers; accepts ``postgresql://``, ``sqlite:///`` and plain file names.

    Raises `Unusable`, without the URL: a part of it may be a password.
    """
    if "://" not in text_url:
        text_url = f"sqlite:///{text_url}"
    try:
        url = make_url(text_url)
    except (exc.ArgumentError, ValueError):
        raise Unusable(f"the database's URL must read {_FORMS}") from None
    if url.get_backend_name() == "postgresql":
        if "@" in f"{url.host}{url.database}":  # what follows the first @ of a password
            raise Unusable("the database's URL: write @ in a user or a password as %40")
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        raise Unusable(f"{url.drivername}: the database's URL must read {_FORMS}")
    return url


def shown(url: URL) -> str:
    """Return a URL without what is secret in it, for messages."""
    told = {name: value for name, value in url.query.items() if "password" not in name}
    return url.set(query=told).render_as_string(hide_password=True)


class Database:
    """A database and its two ways to begin: `read` and `write`."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """Connect lazily; nothing is opened until the first unit of work."""
        self.url = database_url(url)
        self.dialect = self.url.get_backend_name()
        self.rows_a_commit = ROWS_A_COMMIT[self.dialect]
        self.engine = _sqlite(self.url) if self.dialect == "sqlite" else _postgresql(self.url, pool_size)
        self._writing = self.engine.execution_options(**{_SQLITE_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a unit of work that only reads."""
        with _translated(self.engine), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a unit of work that may write; it is committed whole, or not at all."""
        with _translated(self.engine), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def kept(self) -> Iterator[Connection]:
        """Keep a connection of its own over several units of work that may write, each `Connection.begin`.

        What is temporary on it lasts from one to the next, on disk should it be large, and ends with it.
        """
        with _translated(self.engine), self._writing.connect() as connection:
            if self.dialect == "sqlite":
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA temp_store=FILE")
            connection.detach()
            yield connection

    def now(self) -> int:
        """Return the database's clock in milliseconds since 1970 UTC."""
        with self.read() as connection:
            return clock(connection)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def clock(connection: Connection) -> int:
    """Return the database's clock in milliseconds since 1970 UTC."""
    return connection.execute(select(now_ms())).scalar_one()


def day_of(instant_ms: int) -> date:
    """Return the UTC day of an instant."""
    return datetime.fromtimestamp(instant_ms / 1000, UTC).date()


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Say what SQLAlchemy says, or the driver itself where `store.bulk` speaks to it, in our words."""
    driver = engine.dialect.loaded_dbapi
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable(f"{shown(engine.url)}: every connection is in use; try again") from error
    except exc.DBAPIError as error:
        if "file is not a database" in str(error.orig):
            raise Unusable(f"{shown(engine.url)}: this file is no SQLite database") from None
        if not (error.connection_invalidated or _is_operational(error)):
            raise
        raise _unavailable(engine.url, error.orig) from error
    except driver.OperationalError as error:
        raise _unavailable(engine.url, error) from error


def _is_operational(error: exc.DBAPIError) -> bool:
    return isinstance(error, exc.OperationalError) and "no such" not in str(error.orig)


def _unavailable(url: URL, driven: BaseException | None) -> Unavailable:
    first, *_ = str(driven or "").splitlines() or ["no answer"]
    return Unavailable(f"{shown(url)}: the database is locked or away ({first[:120]}); try again")


def _sqlite(url: URL) -> Engine:
    if url.database not in (None, "", ":memory:"):
        _make_folder(Path(str(url.database)).parent)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_S, "isolation_level": None}
    )
    event.listen(engine, "connect", _sqlite_settings)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"{folder}: the database's folder cannot be made: {error.strerror}") from None


def _sqlite_settings(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_SQLITE_BEGIN, "BEGIN"))


def _postgresql(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": _SESSION,
            "keepalives_idle": 30,
        },
    )
    event.listen(engine, "connect", _postgresql_settings)
    return engine


_SESSION = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "timezone": "UTC",
        "idle_in_transaction_session_timeout": 300_000,
        "jit": "off",
        "plan_cache_mode": "force_custom_plan",
    }.items()
)
"""Compiling a statement takes longer than any of ours runs, and a new table looks large to the planner. The
same statement asks for one account and for ten thousand: a plan made for any number of them serves neither.
"""

_COMPRESS_QUICKLY = """
SELECT set_config(name, 'lz4', false) FROM pg_settings
WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
"""
"""Where the server knows lz4: its own way makes rows no smaller and takes four times as long to write."""


def _postgresql_settings(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
    connection.execute(_COMPRESS_QUICKLY)
    connection.commit()


def is_postgresql(connection: Connection) -> bool:
    """Tell which of the two databases this is."""
    return connection.dialect.name == "postgresql"
