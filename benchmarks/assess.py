"""A run over accounts, from feature rows to stored verdicts, against the usual ORM loop."""

import resource
import subprocess
import sys
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, select
from sqlalchemy.orm import Session, registry

from benchmarks import databases
from benchmarks.book import AS_OF, DAYS, deployed, fill, judge_all, multiply
from benchmarks.measure import Result, rates
from health.decide import decide
from health.features import Features, PaymentFact, Series, Term, TicketFact
from health.judge import judge
from health.nouns import Assessment, Flag
from store import runs
from store.database import Database
from store.tables import assessments, flags
from store.tables import facts as tables
from worker import log
from worker.bell import Aside
from worker.deployment import Deployment
from worker.pipeline import open_run
from worker.pulse import read_pulse

ACCOUNTS = 10_000
ORM_ACCOUNTS = 200
"""The rival is slow: it is measured on fewer accounts, and rates are compared."""
MEMORY_GOAL = 1.25
METRICS = ("active_users", "active_users_30d", "sign_ins", "events", "rate_limit_hits")


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    for name, opened in (("sqlite", databases.sqlite), ("postgresql", databases.postgresql)):
        with opened() as database:
            fill(database, ORM_ACCOUNTS)
            multiply(database, ACCOUNTS)
            yield _against_orm(name, database)
    yield _memory()


def _against_orm(name: str, database: Database) -> Result:
    deployment = deployed(database)
    mine, rival = rates(
        (lambda: judge_all(deployment), ACCOUNTS), (lambda: _orm_loop(deployment, database), ORM_ACCOUNTS)
    )
    deployment.database.close()
    return Result(f"assess_{name}", mine, "accounts/s", "an ORM loop", mine / rival, 50)


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
        multiply(database, number)
        deployment = deployed(database)
        judge_all(deployment)
        deployment.database.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    log.configure("ERROR")
    _judge_many(int(sys.argv[1]))
