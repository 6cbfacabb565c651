"""What every test may ask for: real servers, empty databases of both kinds."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from store.database import Database
from store.schema import migrate
from store.tables import metadata
from tests import services

ROOT = Path(__file__).parent

SINCE_STRATEGIES = 150_000
"""The first PostgreSQL that logs each page it copies into a new database, unless told to copy files."""

FOLDERS = (
    "health", "config", "templates", "docs", "benchmarks", "integrations", "store", "sandbox",
    "dashboard", "worker", "cli", "kill", "days",
)  # fmt: skip
"""Fast ones first: pure rules, then what needs servers, then what starts processes, at last whole days."""

_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.path.relative_to(ROOT).parts[0]))


def _place(folder: str) -> int:
    if folder not in FOLDERS:
        raise pytest.UsageError(
            f"tests/{folder} is not in FOLDERS of tests/conftest.py: put it where its speed belongs"
        )
    return FOLDERS.index(folder)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[services.PostgreSQL]:
    with services.postgresql() as server:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE migrated")
        made = Database(server.url("migrated"))
        migrate(made)
        made.close()
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.Redis]:
    with services.redis() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: services.PostgreSQL) -> str:
    """An empty, migrated PostgreSQL database of the test's own."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgresql_server.url("postgres"), autocommit=True) as connection:
        quick = "STRATEGY file_copy" if connection.info.server_version >= SINCE_STRATEGIES else ""
        connection.execute(f"CREATE DATABASE {name} TEMPLATE migrated {quick}")
    return postgresql_server.url(name)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file: to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "seatsignal.sqlite3"
    made = Database(f"sqlite:///{file}")
    migrate(made)
    made.close()
    return file


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """An empty, migrated SQLite database of the test's own."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kept_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Both databases, one after the other, each made once: what `emptied_database` empties."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('kept') / 'seatsignal.sqlite3'}"
    else:
        server: services.PostgreSQL = request.getfixturevalue("postgresql_server")
        name = f"kept_{next(_numbers)}"
        url = server.url(name)
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    made = Database(url)
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def emptied_database(kept_database: Database) -> Iterator[Database]:
    """Both databases, empty, for the price of emptying them: for tests by the dozen."""
    yield kept_database
    with kept_database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
