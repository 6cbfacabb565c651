"""A run over accounts, from feature rows to stored verdicts, against the usual ORM loop."""

import resource
import subprocess
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import Table, insert, select, text
from sqlalchemy.orm import Session, registry

from benchmarks import databases
from benchmarks.measure import Result, rates
from config.settings import Settings
from health.decide import decide
from health.features import Features, PaymentFact, Series, Term, TicketFact
from health.judge import judge
from health.nouns import Assessment, Flag
from health.records import Account, Payment, Record, Subscription, Ticket, Usage
from store import facts, features, runs, sources
from store.database import Database
from store.sources import Landed
from store.tables import accounts, assessments, flags
from store.tables import facts as tables
from worker import log
from worker.bell import Aside
from worker.deployment import Deployment
from worker.pipeline import assess, open_run
from worker.process import open_deployment
from worker.pulse import read_pulse

AS_OF = date(2026, 6, 1)
DAYS = 92
ACCOUNTS = 10_000
ORM_ACCOUNTS = 200
"""The rival is slow: it is measured on fewer accounts, and rates are compared."""
MEMORY_GOAL = 1.25
METRICS = ("active_users", "active_users_30d", "sign_ins", "events", "rate_limit_hits")
EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    for name, opened in (("sqlite", databases.sqlite), ("postgresql", databases.postgresql)):
        with opened() as database:
            fill(database, ORM_ACCOUNTS)
            _multiply(database, ACCOUNTS)
            yield _against_orm(name, database)
    yield _memory()


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
    deployment = _deployment(database)
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
        *(Ticket(f"t{n}", f"a{n}", (AS_OF - EPOCH).days * DAY_MS, subject="A question") for n in numbers),
        *(_use(n, AS_OF - timedelta(days=back)) for n in numbers for back in range(1, DAYS + 1)),
    ]
    with database.write() as connection:
        batch = sources.begin_batch(connection, "files", sources.cursor_of(connection, "files"))
        facts.store_records(connection, batch, records)
        landed = Landed(
            frozenset(facts.kinds_of(records)), len(records), facts.last_day(records), complete=False
        )
        sources.end_batch(connection, batch, str(first), landed)


def _term(n: int) -> Subscription:
    start = AS_OF - timedelta(days=30 + n % 300)
    return Subscription(
        f"s{n}", f"a{n}", start, start + timedelta(days=365), seats=40, mrr_minor=10_000 + n, currency="USD",
        status="active", auto_renew=True,
    )  # fmt: skip


def _use(n: int, day: date) -> Usage:
    active = (n * 7 + day.toordinal() * 3) % 30 + 5
    return Usage(f"a{n}", day, "", active, min(40, active + 8), active * 2, active * 11, 0, n % 3)


def _deployment(database: Database) -> Deployment:
    url = database.url.render_as_string(hide_password=False)
    return open_deployment(Settings(database_url=url, public_url="http://127.0.0.1:1"), Aside())


def _against_orm(name: str, database: Database) -> Result:
    deployment = _deployment(database)
    mine, rival = rates(
        (lambda: _ours(deployment), ACCOUNTS), (lambda: _orm_loop(deployment, database), ORM_ACCOUNTS)
    )
    deployment.database.close()
    return Result(f"assess_{name}", mine, "accounts/s", "an ORM loop", mine / rival, 50)


def _ours(deployment: Deployment) -> None:
    """Judge every account in a run of its own, as the daily job does."""
    open_run(deployment, runs.FULL)
    bell = deployment.bell
    while isinstance(bell, Aside) and bell.chunks:
        assess(deployment, bell.chunks.popleft())


class Verdicts:
    """A verdict, as an object."""

    def __init__(self, **values: object) -> None:
        """Take the columns' values."""
        for name, value in values.items():
            setattr(self, name, value)


_mapped = registry()
_mapped.map_imperatively(Verdicts, assessments)


def _mapped_to(table: Table) -> type[Any]:
    """Return a class whose instances are a table's rows, as an ORM makes them."""
    made = type(f"Row_{table.name}", (), {})
    _mapped.map_imperatively(made, table)
    return made


_KINDS = ("accounts", "subscriptions", "usage", "seats", "tickets", "payments", "limits", "events", "surveys")
_ROWS = {kind: _mapped_to(tables[kind]) for kind in _KINDS}
_FLAG = _mapped_to(flags)


def _orm_loop(deployment: Deployment, database: Database) -> None:
    """Load each account's facts, flags and last verdict as objects, judge by the same rules, commit."""
    run = open_run(deployment, runs.FULL)
    deployment.bell = Aside()  # nobody but this loop judges its run
    with database.read() as connection:
        pulse = read_pulse(runs.load(connection, run).pulse)
    with Session(database.engine) as session:
        for account in range(1, ORM_ACCOUNTS + 1):
            row = _loaded(session, account)
            verdict = judge(row, AS_OF, deployment.policy, pulse, deployment.workdays)
            before = session.scalars(select(Verdicts).filter_by(account=account).limit(1)).first()
            standing = session.scalars(select(_FLAG).filter_by(account=account)).all()
            decide(
                verdict, None, [_as_flag(flag) for flag in standing], deployment.policy, AS_OF, before is None
            )
            session.add(_as_row(verdict, run))
            session.commit()


def _loaded(session: Session, account: int) -> Features:
    found: dict[str, Sequence[Any]] = {
        kind: session.scalars(select(row).filter_by(source_account=account)).all()
        for kind, row in _ROWS.items()
    }
    use = found["usage"]
    start = min(row.day for row in use)
    values = {name: array("d", bytes(8 * DAYS)) for name in METRICS}
    for row in use:
        for name in METRICS:
            values[name][(row.day - start).days] = getattr(row, name) or 0
    return Features(
        account,
        found["accounts"][0].name,
        country="US",
        sources=("files",),
        series=Series(start, values),
        terms=tuple(_as_term(term) for term in found["subscriptions"]),
        tickets=tuple(TicketFact(row.ticket_id, AS_OF, subject=row.subject) for row in found["tickets"]),
        payments=tuple(PaymentFact(row.invoice_id, row.due_on, row.status) for row in found["payments"]),
        first_used_on=start,
        last_used_on=max(row.day for row in use),
    )


def _as_flag(row: Any) -> Flag:  # noqa: ANN401 - a mapped class made above
    return Flag(**{name: getattr(row, name) for name in Flag.__dataclass_fields__})


def _as_term(row: Any) -> Term:  # noqa: ANN401 - see above
    stated = {name: getattr(row, name) for name in Term.__dataclass_fields__}
    return Term(**{name: value for name, value in stated.items() if value is not None})


def _as_row(verdict: Assessment, run: int) -> Verdicts:
    score = verdict.score
    return Verdicts(
        account=verdict.account,
        as_of=verdict.as_of,
        run=run,
        points=score.points,
        low=score.low,
        high=score.high,
        coverage=score.coverage,
        band=verdict.band,
        term=verdict.term,
        verdict=msgspec.json.encode(verdict),
    )


def _memory() -> Result:
    """Peak memory of judging 100,000 accounts against 10,000, each in a process of its own."""
    small, large = (int(_child(number)) for number in (10_000, 100_000))
    return Result(
        "assess_memory", large / 1024, "MiB", "10,000 accounts", large / small, MEMORY_GOAL, at_most=True
    )


def _child(number: int) -> str:
    command = [sys.executable, "-m", "benchmarks.assess", str(number)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _judge_many(number: int) -> None:
    """Judge copies of a few accounts' feature rows, so that filling costs neither time nor memory."""
    with databases.sqlite() as database:
        fill(database, 100)
        _multiply(database, number)
        deployment = _deployment(database)
        _ours(deployment)
        deployment.database.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _multiply(database: Database, number: int) -> None:
    with database.read() as connection:
        models = list(features.stored(connection, 1, number, run=1, stale_only=False))
    start = 1 + len(models)
    for first in range(start, number + 1, 1_000):
        made = [
            replace(models[n % len(models)], account=n, key=f"m{n}")
            for n in range(first, min(first + 1_000, number + 1))
        ]
        rows = [
            {"id": m.account, "key": m.key, "touched": 1, "fresh": 1, "features": features.pack(m)}
            for m in made
        ]
        with database.write() as connection:
            connection.execute(insert(accounts), rows)


if __name__ == "__main__":
    log.configure("ERROR")
    _judge_many(int(sys.argv[1]))
