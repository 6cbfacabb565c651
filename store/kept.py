"""Kept: figures of the book as they were last told, so that a page reads a row and not every account."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from store.among import among
from store.database import now_ms
from store.installation import business_day
from store.sources import known
from store.tables import accounts, figures, runs

OF_A_DAY = "on "
"""How the split begins under which a figure is kept for the sake of its trend."""


class Kept(NamedTuple):
    """What is kept under a name and a split of it: the day it is of, and whatever was told, as JSON.

    ``state`` is that of the facts it was told from: in another one something else may be told.
    """

    name: str
    split: str
    as_of: date
    state: str
    body: str


def keep(connection: Connection, told: Sequence[Kept]) -> None:
    """Put these in place of whatever was kept under their names and splits."""
    for each in told:
        same = (figures.c.name == each.name) & (figures.c.split == each.split)
        connection.execute(delete(figures).where(same))
        connection.execute(insert(figures).values(**each._asdict(), told_ms=now_ms()))


def kept(connection: Connection, names: Collection[str]) -> Mapping[tuple[str, str], Kept]:
    """Return what is kept under some names, by name and split."""
    columns = [figures.c[name] for name in Kept._fields]
    found = connection.execute(select(*columns).where(among(figures.c.name, names)))
    return {(row.name, row.split): Kept(*row) for row in found}


def note(connection: Connection, told: Kept, most: int) -> None:
    """Keep what was told of a day beside what is told of others, of which only the last ``most`` stay."""
    day = told._replace(split=f"{OF_A_DAY}{told.as_of}")
    keep(connection, [day])
    noted = figures.c.split.startswith(OF_A_DAY, autoescape=True) & (figures.c.name == told.name)
    latest = select(figures.c.as_of).where(noted).order_by(figures.c.as_of.desc()).offset(most).limit(1)
    connection.execute(delete(figures).where(noted, figures.c.as_of <= latest.scalar_subquery()))


def noted(connection: Connection, name: str) -> Sequence[Kept]:
    """Return what was told of a figure day by day, the first day first."""
    query = select(*[figures.c[field] for field in Kept._fields]).where(figures.c.name == name)
    of_days = query.where(figures.c.split.startswith(OF_A_DAY, autoescape=True))
    return [Kept(*row) for row in connection.execute(of_days.order_by(figures.c.as_of))]


def state(connection: Connection) -> str:
    """Return what changes with the day, with everything that a source brings, and with every run."""
    batches = ",".join(f"{source}:{batch}" for source, batch in sorted(known(connection).items()))
    last = connection.execute(select(func.max(runs.c.id))).scalar_one()
    return f"{business_day(connection)} {batches} {last or 0}"


def size(connection: Connection) -> int:
    """Return how many accounts there are."""
    return int(connection.execute(select(func.count()).select_from(accounts)).scalar_one())
