"""A day later: the new day of use of every account comes into its feature row, against the bare update.

The rival has the day's values at hand: it reads each row, moves its series on by them, and writes it back, in
units of work as large. It asks no facts, and cares for nothing else that may have changed.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import bindparam, select, update

from benchmarks import databases
from benchmarks.book import AS_OF, deployed, fill, store, use
from benchmarks.measure import Result, rates
from health.features import SERIES_DAYS, Features, Floats, Series
from store import features
from store.bulk import blobs
from store.database import Database
from store.installation import set_setting
from store.tables import features as kept

ACCOUNTS = 2_000
A_CHUNK = 1_000
GOAL = 2


def results() -> Iterator[Result]:
    """Yield the figures of both databases."""
    for name, opened in (("sqlite", databases.sqlite), ("postgresql", databases.postgresql)):
        with opened() as database:
            fill(database, ACCOUNTS)
            yield _advance(name, database)


def _advance(name: str, database: Database) -> Result:
    deployment = deployed(database)
    metrics = deployment.policy.metrics
    deployment.database.close()
    days = iter(range(1, 99))

    def ours() -> None:
        for first in range(1, ACCOUNTS + 1, A_CHUNK):
            with database.write() as connection:
                features.refresh(connection, first, first + A_CHUNK - 1, metrics)

    def bare() -> None:
        for first in range(1, ACCOUNTS + 1, A_CHUNK):
            _update(database, first, first + A_CHUNK - 1)

    def lands() -> None:
        _lands(database, AS_OF + timedelta(days=next(days)))

    mine, rival = rates((ours, ACCOUNTS), (bare, ACCOUNTS), before=lands)
    return Result(
        f"assess_advance_{name}", mine, "accounts/s", "the bare update", rival / mine, GOAL, at_most=True
    )


def _lands(database: Database, today: date) -> None:
    """Store everybody's use of yesterday."""
    with database.write() as connection:
        set_setting(connection, "business_day", today.isoformat())
    store(database, [use(n, today - timedelta(days=1)) for n in range(ACCOUNTS)])


def _update(database: Database, first: int, last: int) -> None:
    with database.write() as connection:
        query = select(kept.c.packed).where(kept.c.account.between(first, last))
        rows = [_later(features.unpack(packed)) for packed in blobs(connection, query)]
        if rows:
            statement = update(kept).where(kept.c.account == bindparam("of"))
            values = [{"of": row.account, "packed": features.pack(row)} for row in rows]
            connection.execute(statement, values)


def _later(row: Features) -> Features:
    """Return a row whose series ends a day later, with the values of its last day again."""
    if row.series is None or row.last_used_on is None:
        return row
    day = timedelta(days=1)
    series = Series(row.series.start + day, _moved(row.series.values), row.series.feature_days)
    return replace(
        row, series=series, last_used_on=row.last_used_on + day, through=(row.through or AS_OF) + day
    )


def _moved(values: Mapping[str, Floats]) -> Mapping[str, Floats]:
    moved = {}
    for name, daily in values.items():
        moved[name] = array("d", daily[-(SERIES_DAYS - 1) :])
        moved[name].append(daily[-1])
    return moved
