"""What this installation is: dry-run or live, paused or not, its secret, its own business day."""

import secrets
from datetime import UTC, date, datetime, time

from sqlalchemy import BigInteger, Connection, Text, bindparam, cast, delete, literal, select

from store import vault
from store.database import clock, day_of
from store.tables import installation
from store.upsert import insert

NOON = time(12)
MOVED = "moved"
"""Why an installation is paused that lives in another database now: it never goes on here."""
MOVING = "moving"
"""Why one is paused whose move is not at its end: `store.move` goes on with it."""
LIVE, DAY = "live_since_ms", "business_day"
"""The names of settings: since when notices leave, and the day that is judged if it is not today."""
SECRET = "secret"  # noqa: S105 - the name of a setting
_USUAL = (LIVE, DAY)
"""What nearly every unit of work asks for is read with whatever it asks for first."""
_FOUND = "seatsignal_settings"
_VALUES = select(installation.c.name, installation.c.value).where(
    installation.c.name.in_([*map(literal, _USUAL), bindparam("name")])
)


def setting(connection: Connection, name: str) -> str:
    """Return a stored value as this unit of work has found it, or an empty string."""
    found = _found(connection)
    if name not in found:
        stored = {row.name: row.value for row in connection.execute(_VALUES, {"name": name})}
        found |= dict.fromkeys((name, *_USUAL), "") | stored
    return found[name]


def _found(connection: Connection) -> dict[str, str]:
    """Return the values that the unit of work under way has found so far: nearly every step asks for some."""
    unit = connection.get_nested_transaction() or connection.get_transaction()
    known: tuple[object, dict[str, str]] = connection.info.get(_FOUND, (None, {}))
    if unit is None or known[0] is not unit:
        known = connection.info[_FOUND] = (unit, {})
    return known[1]


def set_setting(connection: Connection, name: str, value: str) -> None:
    """Store a value; an empty one removes it."""
    _found(connection).pop(name, None)
    if not value:
        connection.execute(delete(installation).where(installation.c.name == name))
        return
    statement = insert(connection, installation).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def add_to_setting(connection: Connection, name: str, more: int, first: int) -> None:
    """Add to a number, whoever else does at the same time; ``first`` is what it is if there is none yet."""
    _found(connection).pop(name, None)
    added = cast(cast(installation.c.value, BigInteger) + more, Text)
    statement = insert(connection, installation).values(name=name, value=str(first))
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": added}))


def is_live(connection: Connection) -> bool:
    """Tell whether notices may leave. A new installation is in dry-run."""
    return setting(connection, LIVE) != ""


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
        _found(connection).pop(SECRET)
        found = setting(connection, SECRET)
    return bytes.fromhex(vault.opened(found))


def business_instant_s(connection: Connection) -> float:
    """Return the instant that the judged day is at, in seconds since 1970: now, or its own day's noon."""
    own = setting(connection, DAY)
    if not own:
        return clock(connection) / 1000
    return datetime.combine(date.fromisoformat(own), NOON, UTC).timestamp()


def business_day(connection: Connection) -> date:
    """Return the day that is judged: the installation's own if it has one, else today in UTC."""
    own = setting(connection, DAY)
    return date.fromisoformat(own) if own else day_of(clock(connection))
