"""A run over the accounts that changed within a day, a twentieth of them, against a run over all."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from sqlalchemy import func, select, update

from benchmarks import databases
from benchmarks.book import AS_OF, deployed, fill, judge_all, judge_opened, multiply, noon_ms, store, use
from benchmarks.measure import Result, rates
from health.records import Ticket
from store import runs
from store.database import Database
from store.installation import set_setting
from store.tables import accounts, links
from worker.deployment import Deployment
from worker.pipeline import open_run

ACCOUNTS, CHANGED = 40_000, 2_000
ROUNDS = 3
GOAL = 0.125
YESTERDAY = AS_OF - timedelta(days=1)
_times = count(1)


class WrongAccounts(Exception):  # noqa: N818 - named by what happened
    """Others were judged than those that changed."""


def results() -> Iterator[Result]:
    """Yield the figures of both databases."""
    for name, opened in (("sqlite", databases.sqlite), ("postgresql", databases.postgresql)):
        with opened() as database:
            fill(database, CHANGED)
            multiply(database, ACCOUNTS)
            _spread(database)
            yield _of_some(name, database)


def _spread(database: Database) -> None:
    """Give the facts to accounts that lie evenly in the book: neighbours would share chunks and pages."""
    with database.write() as connection:
        connection.execute(update(links).values(account=links.c.account * (ACCOUNTS // CHANGED)))
        whose = accounts.c.id.in_(select(links.c.account))
        connection.execute(update(accounts).where(whose).values(touched=accounts.c.touched + 1))


def _of_some(name: str, database: Database) -> Result:
    deployment = deployed(database)
    _judge_yesterday(deployment)
    judge_all(deployment)
    _change(database)
    _judge_changed(deployment)  # the first one finds statements that were never compiled
    some, every = rates(
        (lambda: _judge_changed(deployment), 1),
        (lambda: judge_all(deployment), 1),
        rounds=ROUNDS,
        before=lambda: _change(database),
    )
    deployment.database.close()
    return Result(f"assess_changed_{name}", 1 / some, "s", "all accounts", every / some, GOAL, at_most=True)


def _judge_yesterday(deployment: Deployment) -> None:
    """Judge all accounts a day before, so that what is wrong with some of them is no news of the day."""
    _turn(deployment, YESTERDAY)
    judge_all(deployment)
    _turn(deployment, AS_OF)


def _turn(deployment: Deployment, day: date) -> None:
    with deployment.database.write() as connection:
        set_setting(connection, "business_day", day.isoformat())


def _change(database: Database) -> None:
    """State yesterday's use of some accounts a little otherwise, and a ticket of today of one in ten.

    One of yesterday would be late: the verdict of today would be corrected by it, which reads all facts anew.
    """
    time = next(_times)
    before = (use(n, YESTERDAY) for n in range(CHANGED))
    store(database, [each._replace(sign_ins=(each.sign_ins or 0) + time) for each in before])
    whose = range(0, CHANGED, 10)
    store(database, [Ticket(f"n{time}/{n}", f"a{n}", noon_ms(AS_OF), subject="Help") for n in whose])


def _judge_changed(deployment: Deployment) -> None:
    run = open_run(deployment, runs.TOUCHED)
    judge_opened(deployment)
    with deployment.database.read() as connection:
        judged = select(func.count()).where(accounts.c.judged_run == run)
        if connection.execute(judged).scalar_one() != CHANGED or runs.touched(connection):
            raise WrongAccounts
