"""Calls that a vendor allows us in a minute, or in a second, shared by all workers: leased in slices."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, or_, select

from store.database import clock, now_ms
from store.tables import budgets
from store.upsert import insert

MINUTE_MS, SECOND_MS = 60_000, 1_000
BY_THE_SECOND = " a second"
"""Behind a vendor's name: the row of what it allows in a second."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Calls that one worker may make within ``seconds``; with none, the wait until there may be some."""

    calls: int
    seconds: float


def lease(
    connection: Connection,
    vendor: str,
    calls: int,
    allowed: int,
    window_ms: int = MINUTE_MS,
    *,
    reserved: int = 0,
) -> Slice:
    """Take calls of the current minute's budget, or that of another window, all of them or none.

    ``reserved`` of those allowed are left to others. The database's clock says which minute it is; should it
    step back, the minute taken last goes on.
    """
    now = clock(connection)
    minute = now // window_ms
    left_s = ((minute + 1) * window_ms - now) / 1000
    statement = insert(connection, budgets).values(vendor=vendor, minute=minute, taken=calls, allowed=allowed)
    begins = statement.excluded.minute > budgets.c.minute
    fits = budgets.c.taken + calls <= allowed - reserved
    taken = statement.on_conflict_do_update(
        index_elements=["vendor"],
        set_={
            "minute": case((begins, statement.excluded.minute), else_=budgets.c.minute),
            "taken": case((begins, calls), else_=budgets.c.taken + calls),
            "allowed": allowed,
        },
        where=or_(begins, and_(~begins, fits)),
    ).returning(budgets.c.taken)
    if calls > allowed - reserved or connection.execute(taken).first() is None:
        return Slice(0, left_s)
    return Slice(calls, left_s)


class Taken(NamedTuple):
    """Calls that were leased of a vendor's minute, and how many we allow us in one."""

    vendor: str
    taken: int
    allowed: int


def taken_lately(connection: Connection) -> list[Taken]:
    """Return what is taken of each vendor's current minute; without a call in it nothing is."""
    current = budgets.c.minute >= now_ms() / MINUTE_MS - 1
    taken = case((current, budgets.c.taken), else_=0)
    query = select(budgets.c.vendor, taken, budgets.c.allowed)
    query = query.where(budgets.c.allowed > 0, budgets.c.vendor.not_like(f"%{BY_THE_SECOND}"))
    return [Taken(*row) for row in connection.execute(query.order_by(budgets.c.vendor))]
