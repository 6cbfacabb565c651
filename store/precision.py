"""Precision: how right rules were and how much of each band is known, as it was counted last and kept.

Either takes a look at every account, which no page may.
"""

from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, case, func, select

from health.ledger import Entry
from store.installation import set_setting, setting
from store.tables import accounts, assessments

_KEPT = "precision"


class Coverage(NamedTuple):
    """Of the accounts in a band: how many, the mean share of weight that is known, and how many lack much.

    ``mean`` is 0 to 1; ``thin`` are those under the policy's ``coverage_min``.
    """

    band: str
    accounts: int
    mean: float
    thin: int


class Counted(NamedTuple):
    """What was counted on a business day."""

    as_of: date
    rules: list[Entry]
    bands: list[Coverage]


def coverage(connection: Connection, least: float) -> list[Coverage]:
    """Return how much of each band is known, by the last verdict on each account."""
    latest = (assessments.c.account == accounts.c.id) & (assessments.c.run == accounts.c.judged_run)
    thin = func.sum(case((assessments.c.coverage < least, 1), else_=0))
    query = select(assessments.c.band, func.count(), func.avg(assessments.c.coverage), thin)
    query = query.select_from(accounts.join(assessments, latest)).group_by(assessments.c.band)
    rows = connection.execute(query.order_by(assessments.c.band))
    return [Coverage(band, number, float(mean), int(few)) for band, number, mean, few in rows]


def keep(connection: Connection, counted: Counted) -> None:
    """Keep what was counted in place of what was before."""
    set_setting(connection, _KEPT, msgspec.json.encode(counted).decode())


def kept(connection: Connection) -> Counted | None:
    """Return what was counted last, if anything was."""
    text = setting(connection, _KEPT)
    return msgspec.json.decode(text, type=Counted) if text else None
