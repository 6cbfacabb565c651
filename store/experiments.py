"""Experiments as they were planned when they started, the arms of accounts, and what was told."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy import insert as plain_insert

from store.database import now_ms
from store.tables import arms, experiments, notices
from store.upsert import insert

_DAY_MS = 86_400_000


class Begun(NamedTuple):
    """An experiment that was started.

    ``planned`` is the whole of it as JSON, ``reading`` what it told, as JSON, empty until then.
    """

    name: str
    letter: str
    hash: str
    planned: str
    actor: str
    started_on: date
    stopped_on: date | None
    stop_reason: str
    read_on: date | None
    reading: str


class Drawn(NamedTuple):
    """The arm and the stratum of an account, and the day on which they were noted."""

    account: int
    arm: str
    stratum: str
    drawn_on: date


def start(connection: Connection, begun: Begun) -> bool:
    """Keep an experiment as it starts; false where its name was used, or another runs with its letter."""
    statement = insert(connection, experiments).values(begun._asdict()).on_conflict_do_nothing()
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount == 1


def stop(connection: Connection, name: str, on: date, reason: str) -> bool:
    """End an experiment; false if it has ended."""
    runs = update(experiments).where(experiments.c.name == name, experiments.c.stopped_on.is_(None))
    return connection.execute(runs.values(stopped_on=on, stop_reason=reason)).rowcount == 1


def keep_reading(connection: Connection, read: Begun) -> bool:
    """Keep what an experiment told and when; false if it has told something before."""
    unread = update(experiments).where(experiments.c.name == read.name, experiments.c.read_on.is_(None))
    kept = unread.values(read_on=read.read_on, reading=read.reading)
    return connection.execute(kept).rowcount == 1


def begun(connection: Connection) -> dict[str, Begun]:
    """Return every experiment that was started, by name, the first first."""
    query = select(experiments).order_by(experiments.c.started_on, experiments.c.name)
    return {row.name: _begun(row) for row in connection.execute(query)}


def found(connection: Connection, name: str) -> Begun | None:
    """Return an experiment that was started, by its name, and keep others from it for the unit of work."""
    query = select(experiments).where(experiments.c.name == name).with_for_update()
    row = connection.execute(query).one_or_none()
    return _begun(row) if row else None


def running(connection: Connection, letter: str) -> Begun | None:
    """Return the experiment that runs with a letter, if one does."""
    query = select(experiments).where(experiments.c.letter == letter, experiments.c.stopped_on.is_(None))
    row = connection.execute(query).one_or_none()
    return _begun(row) if row else None


def _begun(row: Row[Any]) -> Begun:
    return Begun(**{name: getattr(row, name) for name in Begun._fields})


def arm(connection: Connection, name: str, account: int) -> str:
    """Return the arm that an account was drawn into; empty if it is in none."""
    query = select(arms.c.arm).where(arms.c.experiment == name, arms.c.account == account)
    return connection.execute(query).scalar_one_or_none() or ""


def draw(connection: Connection, name: str, drawn: Drawn, run: int) -> None:
    """Keep the arm of an account that is in none."""
    connection.execute(plain_insert(arms).values(experiment=name, run=run, **drawn._asdict()))


def drawn(connection: Connection, name: str) -> list[Drawn]:
    """Return the accounts of an experiment."""
    query = select(*(arms.c[field] for field in Drawn._fields)).where(arms.c.experiment == name)
    return [Drawn(*row) for row in connection.execute(query.order_by(arms.c.account))]


def of_arm(connection: Connection, name: str, arm: str, first: int, last: int) -> list[int]:
    """Return the accounts of a key range that were drawn into an arm."""
    query = select(arms.c.account).where(arms.c.experiment == name, arms.c.arm == arm)
    return list(connection.execute(query.where(arms.c.account.between(first, last))).scalars())


def in_arms(connection: Connection, name: str) -> Mapping[str, int]:
    """Return how many accounts each arm of an experiment has."""
    query = select(arms.c.arm, func.count()).where(arms.c.experiment == name).group_by(arms.c.arm)
    return {row[0]: row[1] for row in connection.execute(query)}


def owed_lately(connection: Connection, letter: str, days: int) -> int:
    """Return how many accounts were owed a letter within some days, sent or not."""
    lately = notices.c.planned_ms > now_ms() - days * _DAY_MS
    query = select(func.count(notices.c.account.distinct())).where(notices.c.template == letter, lately)
    return int(connection.execute(query).scalar_one())
