"""Tickets: those of a help desk that are open, by account, and how long those that were solved took."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from health.service import SOLVED
from store.names import IN_FORCE
from store.tables import facts, links, source_accounts


def open_tickets(connection: Connection, source: str, first: int, last: int) -> Mapping[int, Sequence[str]]:
    """Return the ids of a source's open tickets of our accounts in a key range, by account, newest first.

    Of no source, an empty name, there are none.
    """
    if not source:
        return {}
    c = facts["tickets"].c
    query = (
        select(links.c.account, c.ticket_id)
        .join(source_accounts, source_accounts.c.id == c.source_account)
        .join(links, (links.c.source_account == c.source_account) & IN_FORCE)
        .where(source_accounts.c.source == source, links.c.account.between(first, last))
        .where(c.solved_ms.is_(None), func.coalesce(c.status, "").not_in(sorted(SOLVED)))
        .order_by(c.opened_ms.desc(), c.ticket_id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.account].append(row.ticket_id)
    return found


def solving_ms(connection: Connection, account: int, first_ms: int, end_ms: int) -> Sequence[int]:
    """Return how long each ticket of an account took that was solved within a time, its end left out."""
    c = facts["tickets"].c
    query = (
        select(c.solved_ms - c.opened_ms)
        .join(links, (links.c.source_account == c.source_account) & IN_FORCE)
        .where(links.c.account == account, c.solved_ms >= first_ms, c.solved_ms < end_ms)
        .where(c.solved_ms >= c.opened_ms)
    )
    return connection.execute(query).scalars().all()
