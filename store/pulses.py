"""Pulses: what runs have found of the fleet as a whole, and which of them took its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    bindparam,
    cast,
    func,
    select,
)

from store.installation import set_setting, setting
from store.tables import accounts, runs

_TAKEN = "pulse_taken_run"
"""The setting that names the last run that took its pulse."""


def last(connection: Connection) -> str:
    """Return the pulse of the run that was opened last, or an empty text."""
    query = select(runs.c.pulse).order_by(runs.c.id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none() or ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The pulse that was taken last, what it rests on, and how many verdicts were made anew since.

    ``active`` accounts are judged at all; ``touched`` have facts newer than their last verdict.
    """

    pulse: str
    as_of: date
    policy_hash: str
    engine_version: str
    assessed: int
    active: int
    touched: int


def taken(connection: Connection) -> Taken | None:
    """Return the pulse that was taken last, and what came of it.

    `None` while a run that goes by it is not at its end: nobody knows whom that has judged.
    """
    taker = int(setting(connection, _TAKEN) or 0)
    found = connection.execute(_TAKEN_BY, {"taker": taker}).one_or_none()
    return Taken(*found[:7]) if found and not found[7] else None


def _taken_by() -> Select[Any]:
    """Select what a run has taken, how much was judged since, and how many chunks are left."""
    c, taker = runs.c, bindparam("taker", type_=BigInteger)
    later = runs.alias().c
    left = select(func.sum(later.chunks_left)).where(later.id >= taker).scalar_subquery()
    since = select(func.coalesce(func.sum(later.assessed), 0)).where(later.id > taker).scalar_subquery()
    counted = (
        cast(since, BigInteger),
        _number(accounts.c.fresh > 0),
        _number(accounts.c.touched > accounts.c.judged),
    )
    return select(c.pulse, c.as_of, c.policy_hash, c.engine_version, *counted, left).where(c.id == taker)


def _number(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(accounts).where(condition).scalar_subquery()


_TAKEN_BY = _taken_by()


def took(connection: Connection, run: int) -> None:
    """Say that a run has taken its pulse, and does not go by that of another."""
    set_setting(connection, _TAKEN, str(run))
