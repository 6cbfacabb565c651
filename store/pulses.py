"""Pulses: what runs have found of the fleet as a whole, and which of them took its own."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Connection, cast, func, select

from store.installation import set_setting, setting
from store.tables import runs

_TAKEN = "pulse_taken_run"
"""The setting that names the last run that took its pulse."""


def last(connection: Connection) -> str:
    """Return the pulse of the run that was opened last, or an empty text."""
    query = select(runs.c.pulse).order_by(runs.c.id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none() or ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The pulse that was taken last, what it rests on, and how many verdicts were made anew since."""

    pulse: str
    as_of: date
    policy_hash: str
    engine_version: str
    assessed: int


def taken(connection: Connection) -> Taken | None:
    """Return the pulse that was taken last, and what came of it.

    `None` while a run that goes by it is not at its end: nobody knows whom that has judged.
    """
    c, taker = runs.c, int(setting(connection, _TAKEN) or 0)
    later = runs.alias().c
    since = (
        select(cast(func.coalesce(func.sum(later.assessed), 0), BigInteger))
        .where(later.id > taker)
        .scalar_subquery()
    )
    left = select(func.sum(later.chunks_left)).where(later.id >= taker).scalar_subquery()
    basis = select(c.pulse, c.as_of, c.policy_hash, c.engine_version, since, left).where(c.id == taker)
    found = connection.execute(basis).one_or_none()
    return Taken(*found[:5]) if found and not found[5] else None


def took(connection: Connection, run: int) -> None:
    """Say that a run has taken its pulse, and does not go by that of another."""
    set_setting(connection, _TAKEN, str(run))
