"""A run over accounts, from feature rows to stored verdicts: against an ORM loop, and against itself."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from time import process_time
from typing import NamedTuple

from benchmarks import advance, changed, databases, orm, windows
from benchmarks.book import deployed, fill, judge_all, judge_opened, multiply
from benchmarks.measure import ROUNDS, Result, rates
from store import runs
from store.database import Database
from worker import log
from worker.bell import Aside
from worker.pipeline import open_run

ACCOUNTS = 10_000
ORM_ACCOUNTS = 200
"""The rival is slow: it is measured on fewer accounts, and rates are compared."""
MANY, MOST = 100_000, 1_000_000
ORM_GOAL, SCALE_GOAL, MEMORY_GOAL = 20, 1.2, 1.25


def results(*, full: bool = False) -> Iterator[Result]:
    """Yield the figures of this group; with ``full`` those of a million accounts, which takes a while."""
    for name, opened in (("sqlite", databases.sqlite), ("postgresql", databases.postgresql)):
        with opened() as database:
            fill(database, ORM_ACCOUNTS)
            multiply(database, ACCOUNTS)
            yield _against_orm(name, database)
    yield from _scale(MOST if full else MANY)
    for each in (windows, changed, advance):
        yield from each.results()


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
    return Result(f"assess_{name}", mine, "accounts/s", "an ORM loop", mine / rival, ORM_GOAL)


def _scale(accounts: int) -> Iterator[Result]:
    """What judging many accounts takes beside 10,000 of them, each in a process of its own."""
    few, many = (_child(number) for number in (ACCOUNTS, accounts))
    against = f"{ACCOUNTS:,} accounts"
    time = many.cpu_us / few.cpu_us
    yield Result(f"assess_scale_{accounts}", many.cpu_us, "us each", against, time, SCALE_GOAL, at_most=True)
    memory = many.kib / few.kib
    yield Result("assess_memory", many.kib / 1024, "MiB", against, memory, MEMORY_GOAL, at_most=True)


class _Taken(NamedTuple):
    """What judging takes: processor time per account, and memory at its peak."""

    cpu_us: float
    kib: int


def _child(number: int) -> _Taken:
    command = [sys.executable, "-m", "benchmarks.assess", str(number)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    cpu_us, kib = said.split()
    return _Taken(float(cpu_us), int(kib))


def _judge_many(number: int) -> None:
    """Judge copies of a few accounts' feature rows, so that filling costs neither time nor memory.

    Opening the run is not counted: it asks as many accounts for their pulse, however many there are.
    """
    with databases.sqlite() as database:
        fill(database, 100)
        multiply(database, number)
        deployment = deployed(database)
        open_run(deployment, runs.FULL)
        began = process_time()
        judge_opened(deployment)
        taken = process_time() - began
        deployment.database.close()
    print(taken / number * 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    log.configure("ERROR")
    _judge_many(int(sys.argv[1]))
