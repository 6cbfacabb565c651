"""What this installation is: dry-run or live, paused or not, its secret, its own business day."""

import secrets
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, delete, select

from store import vault
from store.database import clock, day_of
from store.tables import installation
from store.upsert import insert

NOON = time(12)
MOVED = "moved"
"""Why an installation is paused that lives in another database now: it never goes on here."""
MOVING = "moving"
"""Why one is paused whose move is not at its end: `store.move` goes on with it."""
SECRET = "secret"  # noqa: S105 - the name of a setting


def setting(connection: Connection, name: str) -> str:
    """Return a stored value, or an empty string."""
    query = select(installation.c.value).where(installation.c.name == name)
    return connection.execute(query).scalar_one_or_none() or ""


def set_setting(connection: Connection, name: str, value: str) -> None:
    """Store a value; an empty one removes it."""
    if not value:
        connection.execute(delete(installation).where(installation.c.name == name))
        return
    statement = insert(connection, installation).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def is_live(connection: Connection) -> bool:
    """Tell whether notices may leave. A new installation is in dry-run."""
    return setting(connection, "live_since_ms") != ""


def paused(connection: Connection) -> str:
    """Return why nothing may leave now, or an empty string."""
    return setting(connection, "paused")


def secret(connection: Connection) -> bytes:
    """Return the installation's own key, made at its first use; tokens and links are keyed with it.

    Raises `vault.Locked` if it is encrypted and no key that is set fits.
    """
    found = setting(connection, SECRET)
    if not found:
        made = vault.sealed(secrets.token_hex(32))
        statement = insert(connection, installation).values(name=SECRET, value=made)
        connection.execute(statement.on_conflict_do_nothing())
        found = setting(connection, SECRET)
    return bytes.fromhex(vault.opened(found))


def business_instant_s(connection: Connection) -> float:
    """Return the instant that the judged day is at, in seconds since 1970: now, or its own day's noon."""
    own = setting(connection, "business_day")
    if not own:
        return clock(connection) / 1000
    return datetime.combine(date.fromisoformat(own), NOON, UTC).timestamp()


def business_day(connection: Connection) -> date:
    """Return the day that is judged: the installation's own if it has one, else today in UTC."""
    own = setting(connection, "business_day")
    return date.fromisoformat(own) if own else day_of(clock(connection))
