"""Stops: accounts to which no nudge is sent, as a person said, or as a field of a source says by now.

What a person said is a row that changes only as it is lifted; either lets nudges be without the other.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Select, insert, or_, select, update

from store.database import now_ms
from store.tables import accounts, contact_stops, facts, links, source_accounts

_STANDS = contact_stops.c.lifted_ms.is_(None)


class Stop(NamedTuple):
    """Why an account is sent no nudge, and until which day, that included; for good without one.

    ``source`` is the one whose field says so; a person did without one.
    """

    reason: str
    until: date | None = None
    source: str = ""


def put(connection: Connection, key: str, stop: Stop, actor: str) -> bool:
    """Stop nudges to an account, in place of what was said before; false if there is no such account."""
    account = connection.execute(_account(key)).scalar_one_or_none()
    if account is None:
        return False
    _lift(connection, account)
    values = {"account": account, "actor": actor, "set_ms": now_ms()}
    values |= {"reason": stop.reason, "until": stop.until}
    connection.execute(insert(contact_stops).values(values))
    return True


def lift(connection: Connection, key: str) -> bool:
    """Let nudges leave again; false if nothing stops them."""
    account = connection.execute(_account(key)).scalar_one_or_none()
    return account is not None and _lift(connection, account)


def of(connection: Connection, account: int, today: date) -> Stop | None:
    """Return what stops nudges to an account on a day: what a person said before what a source states."""
    said = next(_said(connection, today, account), None) or next(_marked(connection, account), None)
    return said[1] if said else None


def standing(connection: Connection, today: date) -> list[tuple[str, Stop]]:
    """Return what stops nudges on a day, by the account's key: what people said, then what sources state."""
    return [*_said(connection, today), *_marked(connection)]


def _said(connection: Connection, today: date, account: int | None = None) -> Iterator[tuple[str, Stop]]:
    c = contact_stops.c
    query = select(accounts.c.key, c.reason, c.until).join(accounts, accounts.c.id == c.account)
    query = query.where(_STANDS, or_(c.until.is_(None), c.until >= today)).order_by(accounts.c.key)
    if account is not None:
        query = query.where(c.account == account)
    return ((row.key, Stop(row.reason, row.until)) for row in connection.execute(query))


def _marked(connection: Connection, account: int | None = None) -> Iterator[tuple[str, Stop]]:
    fact, of_source = facts["accounts"].c, source_accounts.c
    query = (
        select(accounts.c.key, of_source.source)
        .join(links, links.c.account == accounts.c.id)
        .join(source_accounts, of_source.id == links.c.source_account)
        .join(facts["accounts"], fact.source_account == of_source.id)
        .where(links.c.to_batch.is_(None), fact.do_not_contact.is_(True))
        .order_by(accounts.c.key, of_source.source)
    )
    if account is not None:
        query = query.where(accounts.c.id == account)
    found = connection.execute(query)
    return ((row.key, Stop(f"marked in {row.source}", source=row.source)) for row in found)


def _account(key: str) -> Select[int]:
    """Select an account by its key, locked, so that one stop stands at a time."""
    return select(accounts.c.id).where(accounts.c.key == key).with_for_update(key_share=True)


def _lift(connection: Connection, account: int) -> bool:
    standing = update(contact_stops).where(contact_stops.c.account == account, _STANDS)
    return connection.execute(standing.values(lifted_ms=now_ms())).rowcount > 0
