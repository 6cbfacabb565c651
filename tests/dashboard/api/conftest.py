"""The API under test: the small book of the dashboard's tests, and programs with tokens."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from fastapi import FastAPI

from dashboard.api.callers import Scope, issue
from dashboard.app import create_app
from dashboard.site import Site
from store.database import Database
from store.schema import migrate
from tests.book import DAY, deployment, judge_day, judge_eve
from tests.dashboard.conftest import COMPANY, NOBODY, served
from tests.databases import MIGRATED, Databases
from tests.services import PostgreSQL
from worker.deployment import Deployment

BASE = "/api/v1"
ENOUGH = 1_000_000
"""Calls a minute: what a test asks is not to be refused for its number."""
AGES_MS = 10**12


@dataclass
class Program:
    """Whoever asks by a token, or by none."""

    url: str
    token: str = ""
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.trust_env = False
        if self.token:
            self.http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str, headers: dict[str, str] | None = None, **params: str) -> requests.Response:
        return self.http.get(f"{self.url}{BASE}{path}", params=params, headers=headers, timeout=30)

    def rows(self, path: str, **params: str) -> list[dict[str, object]]:
        """Every row of a collection, page after page."""
        page = self.get(path, **params).json()
        found = page["data"]
        while page["next"]:
            page = self.http.get(f"{self.url}{page['next']}", timeout=30).json()
            found += page["data"]
        return found


@dataclass(frozen=True)
class Served:
    """The API of a book on the day with news."""

    url: str
    app: FastAPI
    deployment: Deployment

    @property
    def database(self) -> Database:
        return self.deployment.database

    def program(self, *scopes: Scope, name: str = "") -> Program:
        """A program with a token of some scopes; of all without one."""
        named = name or f"program {len(self.tokens())}"
        with self.database.write() as connection:
            token = issue(connection, named, scopes or tuple(Scope), 30, "a test")
        assert token is not None
        return Program(self.url, token)

    def tokens(self) -> list[str]:
        from store import tokens  # noqa: PLC0415 - a word of the class

        with self.database.read() as connection:
            return [each.name for each in tokens.everyone(connection)]


def opened(url: str, folder, **settings: object) -> Iterator[Served]:
    made = deployment(url, **{"api_calls_a_minute": ENOUGH} | settings)
    judge_eve(made, folder / "eve")
    judge_day(made, folder / "day", DAY)
    app = create_app(made.database, COMPANY, NOBODY, site=Site(lambda: made))
    with served(app) as address:
        yield Served(address, app, made)
    made.database.close()


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An API that tests read and leave as it was, but for the tokens that they make."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder / 'seatsignal.sqlite3'}"
    made = Database(url)
    migrate(made)
    made.close()
    yield from opened(url, folder)


@pytest.fixture(scope="session")
def postgresql_api(
    postgresql_server: PostgreSQL, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The same on PostgreSQL."""
    databases.create("api", MIGRATED)
    yield from opened(postgresql_server.url("api"), tmp_path_factory.mktemp("api"))


@pytest.fixture(params=["api", "postgresql_api"])
def each(request: pytest.FixtureRequest) -> Program:
    """A program that may ask for everything, on either database."""
    found: Served = request.getfixturevalue(request.param)
    return found.program()


@pytest.fixture
def own_api(sqlite_url: str, tmp_path, monkeypatch) -> Iterator[Served]:
    """An API of this test's own, in which a token has three calls a minute that no test sees the end of."""
    monkeypatch.setattr("store.tokens.MINUTE_MS", AGES_MS)
    yield from opened(sqlite_url, tmp_path, api_calls_a_minute=3)


@pytest.fixture
def program(api: Served) -> Program:
    """A program that may ask for everything."""
    return api.program()
