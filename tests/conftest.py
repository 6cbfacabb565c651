"""What every test may ask for: real servers, empty databases of both kinds."""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from store.database import Database
from store.schema import migrate
from tests import logs, services
from tests.databases import Databases, compiled_once, empty

ROOT = Path(__file__).parent
settings.register_profile("untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("untimed")  # a busy machine says nothing of the code
logs.plain()
gc.set_threshold(50_000, 20, 20)  # with the modules and tests of the whole suite in it, each look is long

FOLDERS = (
    "health", "config", "templates", "docs", "integrations", "kill", "days", "store", "benchmarks",
    "sandbox", "dashboard", "worker", "cli",
)  # fmt: skip
"""Fast ones first: pure rules, then what needs servers. Those that mostly wait for processes to rise again
begin in between, so that there is something left to compute meanwhile.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.path.relative_to(ROOT).parts[0]))


def pytest_collection_finish() -> None:
    """Look for garbage no more among the thousands of tests collected: it took a tenth of the time."""
    gc.freeze()


def _place(folder: str) -> int:
    if folder not in FOLDERS:
        raise pytest.UsageError(
            f"tests/{folder} is not in FOLDERS of tests/conftest.py: put it where its speed belongs"
        )
    return FOLDERS.index(folder)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[services.PostgreSQL]:
    with services.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgresql_server: services.PostgreSQL) -> Iterator[Databases]:
    made = Databases(postgresql_server)
    yield made
    made.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.Redis]:
    with services.redis() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: services.PostgreSQL, databases: Databases) -> Iterator[str]:
    """An empty, migrated PostgreSQL database of the test's own."""
    name = databases.take()
    yield postgresql_server.url(name)
    databases.give_back(name)


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


@pytest.fixture(scope="session")
def judged_eve(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file in which the book's eve was judged (`tests.book.judge_eve`): to be copied."""
    from tests import book  # noqa: PLC0415 - most tests judge nothing

    folder = tmp_path_factory.mktemp("judged")
    file = Path(shutil.copy(migrated_sqlite, folder))
    made = book.deployment(f"sqlite:///{file}")
    book.judge_eve(made, folder / "eve")
    made.database.close()
    return file


@pytest.fixture
def eve_url(judged_eve: Path, tmp_path: Path) -> str:
    """An SQLite database of the test's own in which the eve was judged, in dry-run, and the day has begun."""
    return f"sqlite:///{shutil.copy(judged_eve, tmp_path)}"


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
        file: Path = request.getfixturevalue("migrated_sqlite")
        url = f"sqlite:///{shutil.copy(file, tmp_path_factory.mktemp('kept'))}"
    else:
        server: services.PostgreSQL = request.getfixturevalue("postgresql_server")
        databases: Databases = request.getfixturevalue("databases")
        url = server.url(databases.take())
    made = Database(url)
    yield made
    made.close()


@pytest.fixture
def emptied_database(kept_database: Database) -> Iterator[Database]:
    """Both databases, empty, for the price of emptying them: for tests by the dozen."""
    yield kept_database
    empty(kept_database)


@pytest.fixture(scope="session")
def kept_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A SQLite database, made once: what `emptied_sqlite` empties."""
    made = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path_factory.mktemp('kept'))}")
    yield made
    made.close()


@pytest.fixture
def emptied_sqlite(kept_sqlite: Database) -> Iterator[Database]:
    """A SQLite database, empty: for tests by the dozen of what is decided alike on both."""
    yield kept_sqlite
    empty(kept_sqlite)
