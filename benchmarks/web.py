"""The dashboard's pages and the API over a large book: against the bare SQL of each, and a small book."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from secrets import token_urlsafe
from statistics import median, quantiles
from typing import Any

import requests
from sqlalchemy import event

from benchmarks import databases
from benchmarks.book import deployed, fill, judge_all, multiply
from benchmarks.measure import Result
from dashboard.access import COOKIE, LASTS_MS, digest
from dashboard.api.callers import Scope, issue
from dashboard.app import create_app
from dashboard.site import Site
from dashboard.webhooks import Hooks
from integrations import registry
from store import users
from store.database import Database
from tests.dashboard.conftest import served

FEW, MANY, FROM_FACTS = 10_000, 100_000, 200
TIMES = 20
PAGES = {
    "today": "/",
    "accounts": "/accounts",
    "by_name": "/accounts?sort=name",
    "at_risk": "/risk",
    "renewals": "/renewals",
    "account": "/accounts/a5",
    "api": "/api/v1/accounts?limit=100",
    "api_account": "/api/v1/accounts/a5",
}
SLOWEST_MS = 300
FLAT, TIMES_SQL = 1.5, 3
ADDRESS = "ann@us.example"
Ask = Callable[[], object]


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    with _book(FEW) as few:
        small = {name: median(_taken(ask)) for name, ask in few.items()}
    with _book(MANY) as many:
        large = {name: _taken(ask) for name, ask in many.items()}
        bare = {name: median(_taken(partial(_replayed, many.database, many.asked(name)))) for name in many}
    for name, taken in large.items():
        slow = quantiles(taken, n=20)[-1]
        yield Result(f"web_{name}", slow, "ms, 95 of 100", "300 ms", slow / SLOWEST_MS, 1, at_most=True)
    for name, taken in large.items():
        one = median(taken)
        yield Result(f"web_{name}_sql", one, "ms", "its bare SQL", one / bare[name], TIMES_SQL, at_most=True)
    for name, taken in large.items():
        one, against = median(taken), f"{FEW:,} accounts"
        yield Result(f"web_{name}_flat", one, "ms", against, one / small[name], FLAT, at_most=True)


class _Asking(dict[str, Ask]):
    """What asks for each page of a served book, by name, and the statements that it runs."""

    def __init__(self, database: Database, asks: dict[str, Ask]) -> None:
        super().__init__(asks)
        self.database = database

    def asked(self, name: str) -> list[tuple[str, Any]]:
        """Return the statements that reading one page runs."""
        said: list[tuple[str, Any]] = []

        def note(*told: Any) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
            said.append((told[2], told[3]))

        event.listen(self.database.engine, "before_cursor_execute", note)
        self[name]()
        event.remove(self.database.engine, "before_cursor_execute", note)
        return [each for each in said if each[0].lstrip().upper().startswith(("SELECT", "WITH"))]


@contextmanager
def _book(accounts: int) -> Iterator[_Asking]:
    """Judge a book of so many accounts and serve it to one colleague and one program."""
    with databases.sqlite() as database:
        fill(database, FROM_FACTS)
        multiply(database, accounts)
        deployment = deployed(database)
        judge_all(deployment)
        token = token_urlsafe(32)
        with deployment.database.write() as connection:
            users.add(connection, ADDRESS, "admin", "", own_only=False)
            user = users.find(connection, ADDRESS)
            assert user is not None  # noqa: S101 - it was just added
            users.begin(connection, user.id, digest(token), "a benchmark", LASTS_MS)
            program = issue(connection, "a benchmark", [Scope.ACCOUNTS], 1, "a benchmark")
        hooks, site = Hooks(registry.webhook, lambda _: None), Site(lambda: deployment)
        app = create_app(deployment.database, "Example", hooks, site=site)
        with served(app) as url, requests.Session() as session:
            session.trust_env = False
            session.cookies.set(COOKIE, token)
            session.headers["Authorization"] = f"Bearer {program}"
            asks: dict[str, Ask] = {name: partial(_read, session, url + path) for name, path in PAGES.items()}
            yield _Asking(deployment.database, asks)
        deployment.database.close()


def _read(session: requests.Session, url: str) -> None:
    session.get(url, timeout=60).raise_for_status()


def _replayed(database: Database, said: list[tuple[str, Any]]) -> None:
    """Run statements again by the driver alone, and fetch what they give."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for statement, parameters in said:
            cursor.execute(statement, parameters)
            cursor.fetchall()
    finally:
        connection.close()


def _taken(ask: Ask) -> list[float]:
    """Return how long asking took, in milliseconds, each of some times after a first."""
    ask()
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        taken.append(1_000 * (time.perf_counter() - began))
    return taken
