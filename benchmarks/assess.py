"""A run over accounts, from feature rows to stored verdicts, against the usual ORM loop."""

import resource
import subprocess
import sys
from collections.abc import Iterator

from benchmarks import databases, orm
from benchmarks.book import deployed, fill, judge_all, multiply
from benchmarks.measure import ROUNDS, Result, rates
from store import runs
from store.database import Database
from worker import log
from worker.bell import Aside
from worker.pipeline import open_run

ACCOUNTS = 10_000
ORM_ACCOUNTS = 200
"""The rival is slow: it is measured on fewer accounts, and rates are compared."""
MEMORY_GOAL = 1.25


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
    orm.prepare(database)
    opened = iter([open_run(deployment, runs.FULL) for _ in range(ROUNDS)])  # untimed: it is for all accounts
    deployment.bell = Aside()  # nobody but the rival judges those
    mine, rival = rates(
        (lambda: judge_all(deployment), ACCOUNTS),
        (lambda: orm.assess_all(deployment, database, next(opened), ORM_ACCOUNTS), ORM_ACCOUNTS),
    )
    deployment.database.close()
    return Result(f"assess_{name}", mine, "accounts/s", "an ORM loop", mine / rival, 50)


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
