"""What destinations answered: receipts, counted."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from store.tables import notices, receipts


@dataclass(frozen=True, slots=True)
class Answered:
    """How often a destination answered in the same way."""

    destination: str
    outcome: str
    reason: str
    count: int


def latest(connection: Connection) -> int:
    """Return the number of the last receipt, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(receipts.c.id), 0))).scalar_one())


def since(connection: Connection, receipt: int) -> list[Answered]:
    """Count the receipts after a numbered one, by destination, outcome and reason."""
    kinds = (notices.c.destination, receipts.c.outcome, receipts.c.reason)
    query = (
        select(*kinds, func.count().label("count"))
        .join(notices, notices.c.id == receipts.c.notice)
        .where(receipts.c.id > receipt)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return [Answered(*row) for row in connection.execute(query)]
