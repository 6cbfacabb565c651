"""Scores: how an account's health went, a verdict a day, from what is kept of its history."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from store.tables import accounts, assessments


class Scored(NamedTuple):
    """The last verdict of a day: points and their interval in hundredths, share known, band, and its run."""

    as_of: date
    points: int
    low: int
    high: int
    coverage: float
    band: str
    run: int


def history(connection: Connection, key: str, before: date | None = None, most: int = 100) -> list[Scored]:
    """Return an account's verdicts, a day each and the latest first, of days before one if it is given."""
    c = assessments.c
    place = func.row_number().over(partition_by=c.as_of, order_by=c.run.desc()).label("place")
    named = (c.as_of, c.points, c.low, c.high, c.coverage, c.band, c.run)
    query = select(*named, place).join(accounts, accounts.c.id == c.account).where(accounts.c.key == key)
    query = query if before is None else query.where(c.as_of < before)
    numbered = query.subquery()
    found = select(*(numbered.c[column.name] for column in named)).where(numbered.c.place == 1)
    return [Scored(*row) for row in connection.execute(found.order_by(numbered.c.as_of.desc()).limit(most))]
