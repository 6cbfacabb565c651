"""Tickets: those of a help desk that are open, by account."""

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
