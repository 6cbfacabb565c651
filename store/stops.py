"""Stops: accounts to which no nudge is sent, as a person said. A row changes only as it is lifted."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Select, insert, or_, select, update

from store.database import now_ms
from store.tables import accounts, contact_stops

_STANDS = contact_stops.c.lifted_ms.is_(None)


class Stop(NamedTuple):
    """Why an account is sent no nudge, and until which day, that included; for good without one."""

    reason: str
    until: date | None


def put(connection: Connection, key: str, stop: Stop, actor: str) -> bool:
    """Stop nudges to an account, in place of what was said before; false if there is no such account."""
    account = connection.execute(_account(key)).scalar_one_or_none()
    if account is None:
        return False
    _lift(connection, account)
    values = {"account": account, "actor": actor, "set_ms": now_ms(), **stop._asdict()}
    connection.execute(insert(contact_stops).values(values))
    return True


def lift(connection: Connection, key: str) -> bool:
    """Let nudges leave again; false if nothing stops them."""
    account = connection.execute(_account(key)).scalar_one_or_none()
    return account is not None and _lift(connection, account)


def stands(connection: Connection, account: int, today: date) -> bool:
    """Tell whether nudges to an account are stopped on a day."""
    query = select(contact_stops.c.id).where(contact_stops.c.account == account, _STANDS)
    query = query.where(or_(contact_stops.c.until.is_(None), contact_stops.c.until >= today))
    return connection.execute(query).first() is not None


def standing(connection: Connection, today: date) -> dict[str, Stop]:
    """Return what stops nudges on a day, by the account's key."""
    c = contact_stops.c
    query = select(accounts.c.key, c.reason, c.until).join(accounts, accounts.c.id == c.account)
    query = query.where(_STANDS, or_(c.until.is_(None), c.until >= today)).order_by(accounts.c.key)
    return {row.key: Stop(row.reason, row.until) for row in connection.execute(query)}


def _account(key: str) -> Select[int]:
    """Select an account by its key, locked, so that one stop stands at a time."""
    return select(accounts.c.id).where(accounts.c.key == key).with_for_update(key_share=True)


def _lift(connection: Connection, account: int) -> bool:
    standing = update(contact_stops).where(contact_stops.c.account == account, _STANDS)
    return connection.execute(standing.values(lifted_ms=now_ms())).rowcount > 0
