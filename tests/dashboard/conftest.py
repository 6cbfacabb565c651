from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import select

from config.links import Links
from dashboard import passwords
from dashboard.app import create_app
from dashboard.fence import HEADERS
from dashboard.server import Web
from dashboard.webhooks import Hooks
from integrations import registry
from store.database import Database
from store.installation import secret
from store.schema import migrate
from store.subjects import consents_to
from store.tables import audit
from tests.databases import MIGRATED, Databases
from tests.rehearsal import Rehearsal, start_sandbox
from tests.services import PostgreSQL

if TYPE_CHECKING:
    from tests.dashboard.channel import Channel

COMPANY = "Example & Sons"
COST = passwords.N
"""What a try costs outside these tests, which try hundreds."""
NOBODY = Hooks(registry.webhook, lambda _: None)
"""Only vendors that are set up may call, and no test has set one up."""
_numbers = count(1)


def is_fenced(answer: requests.Response) -> bool:
    """Whether an answer carries every header that each must have."""
    return all(answer.headers.get(name) == value for name, value in HEADERS.items())


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    nobody = passwords.NOBODY.replace(f"${COST}$", "$16$")
    with patch.object(passwords, "N", 16), patch.object(passwords, "NOBODY", nobody):
        yield


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """A real server on a free port, for as long as the block lasts."""
    web = Web(app, "127.0.0.1", 0)
    web.start()
    try:
        yield web.url
    finally:
        web.stop()
        web.join(10)


@dataclass(frozen=True)
class Site:
    """A site under test, its database, and one person who has never been here."""

    url: str
    app: FastAPI
    database: Database
    links: Links
    subject: str

    def consents(self, *topics: str) -> dict[str, bool]:
        with self.database.read() as connection:
            return {topic: consents_to(connection, self.subject, topic) for topic in topics}

    def audited(self) -> list[tuple[str, str, str]]:
        """Who did what to which topic, of this person."""
        query = select(audit.c.actor, audit.c.action, audit.c.detail).where(audit.c.about == self.subject)
        with self.database.read() as connection:
            return [
                (row.actor, row.action, row.detail) for row in connection.execute(query.order_by(audit.c.id))
            ]


@contextmanager
def opened(url: str) -> Iterator[Site]:
    database = Database(url)
    with database.write() as connection:
        key = secret(connection)
    app = create_app(database, COMPANY, NOBODY)
    with served(app) as address:
        yield Site(address, app, database, Links(address, key), "nobody")
    database.close()


@pytest.fixture(scope="session")
def sqlite_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'seatsignal.sqlite3'}"
    made = Database(url)
    migrate(made)
    made.close()
    with opened(url) as site:
        yield site


@pytest.fixture(scope="session")
def postgresql_site(postgresql_server: PostgreSQL, databases: Databases) -> Iterator[Site]:
    databases.create("site", MIGRATED)
    with opened(postgresql_server.url("site")) as site:
        yield site


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest) -> Site:
    """A site on either database, and somebody new to it."""
    made: Site = request.getfixturevalue(f"{request.param}_site")
    return replace(made, subject=f"{next(_numbers):024x}")


@pytest.fixture
def shared_site(sqlite_site: Site) -> Site:
    """One of them, for tests that the database makes no difference to."""
    return sqlite_site


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="session")
def slack() -> Iterator[Rehearsal]:
    """Slack's stand-in, which takes messages as fast as they come."""
    with start_sandbox({"slack_rate": {"per_second": 10_000, "burst": 10_000}}) as running:
        yield running


@pytest.fixture
def channel(
    slack: Rehearsal, eve_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Channel]":
    """The alerts stand in the channel: the routes are as they are shipped, until a test sets others."""
    from tests.dashboard.channel import opened  # noqa: PLC0415 - it serves with what is above

    with opened(slack, eve_url, tmp_path, monkeypatch) as found:
        yield found
