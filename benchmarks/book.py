"""A book of accounts as large as a benchmark wants it: some from facts, the others copies of these."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import insert, text

from config.settings import Settings
from health.records import Account, Payment, Record, Subscription, Ticket, Usage
from store import facts, features, runs, sources
from store.database import Database
from store.sources import Landed
from store.tables import accounts
from worker.bell import Aside
from worker.deployment import Deployment
from worker.pipeline import assess, open_run
from worker.process import open_deployment

AS_OF = date(2026, 6, 1)
DAYS = 92
EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000


def fill(database: Database, number: int) -> None:
    """Store accounts with three months of use, a subscription, tickets and payments, and feature rows."""
    with database.write() as connection:
        sources.register(connection, "files")
        connection.execute(
            text("INSERT INTO installation (name, value) VALUES ('business_day', '2026-06-01')")
        )
    for first in range(0, number, 100):
        _store(database, first, min(first + 100, number))
    with database.write() as connection:
        sources.ended(connection, "files")
    deployment = deployed(database)
    with database.write() as connection:
        features.hold(connection, deployment.policy.metrics)
    for first in range(0, number + 1, 1_000):
        with database.write() as connection:
            features.refresh(connection, first, first + 999, deployment.policy.metrics)
    deployment.database.close()


def _store(database: Database, first: int, last: int) -> None:
    numbers = range(first, last)
    records: list[Record] = [
        *(Account(f"a{n}", name=f"Account {n}", country="US", csm_email="ann@us.example") for n in numbers),
        *(_term(n) for n in numbers),
        *(Payment(f"i{n}", f"a{n}", AS_OF - timedelta(days=9), "paid", AS_OF) for n in numbers),
        *(Ticket(f"t{n}", f"a{n}", noon_ms(AS_OF), subject="A question") for n in numbers),
        *(use(n, AS_OF - timedelta(days=back)) for n in numbers for back in range(1, DAYS + 1)),
    ]
    store(database, records)


def store(database: Database, records: Sequence[Record]) -> None:
    """Store records as a page of the benchmark's source."""
    with database.write() as connection:
        batch = sources.begin_batch(connection, "files", sources.cursor_of(connection, "files"))
        facts.store_records(connection, batch, records)
        landed = Landed(
            frozenset(facts.kinds_of(records)), len(records), facts.last_day(records), complete=False
        )
        sources.end_batch(connection, batch, str(batch.number), landed)


def _term(n: int) -> Subscription:
    start = AS_OF - timedelta(days=30 + n % 300)
    return Subscription(
        f"s{n}", f"a{n}", start, start + timedelta(days=365), seats=40, mrr_minor=10_000 + n, currency="USD",
        status="active", auto_renew=True,
    )  # fmt: skip


def use(n: int, day: date) -> Usage:
    """What an account does on a day."""
    active = (n * 7 + day.toordinal() * 3) % 30 + 5
    return Usage(f"a{n}", day, "", active, min(40, active + 8), active * 2, active * 11, 0, n % 3)


def noon_ms(day: date) -> int:
    """Return the middle of a day in UTC, in milliseconds since 1970."""
    return (day - EPOCH).days * DAY_MS + DAY_MS // 2


def deployed(database: Database) -> Deployment:
    """Open a deployment over a benchmark's database; close its own."""
    url = database.url.render_as_string(hide_password=False)
    return open_deployment(Settings(database_url=url, public_url="http://127.0.0.1:1"), Aside())


def judge_all(deployment: Deployment) -> None:
    """Judge every account in a run of its own, as the daily job does."""
    open_run(deployment, runs.FULL)
    judge_opened(deployment)


def judge_opened(deployment: Deployment) -> None:
    """Judge what runs were opened for."""
    bell = deployment.bell
    while isinstance(bell, Aside) and bell.chunks:
        assess(deployment, bell.chunks.popleft())


def multiply(database: Database, number: int) -> None:
    """Add copies of the feature rows there are, up to a number of accounts: that costs little time."""
    with database.read() as connection:
        models = list(features.stored(connection, 1, number, run=1, stale_only=False))
    start = 1 + len(models)
    for first in range(start, number + 1, 1_000):
        made = [
            replace(models[n % len(models)], account=n, key=f"m{n}")
            for n in range(first, min(first + 1_000, number + 1))
        ]
        rows = [{"id": m.account, "key": m.key, "touched": 1, "fresh": 1} for m in made]
        with database.write() as connection:
            connection.execute(insert(accounts), rows)
            features.keep(connection, made)
