"""Colleagues by their address, as Slack knows them: what it answered, and when it is asked again."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select, update

from health.colleagues import Found
from store.among import among
from store.database import clock
from store.tables import colleagues
from store.upsert import insert

DAY_MS = 86_400_000
AGAIN_MS, MISSING_AGAIN_MS = 7 * DAY_MS, DAY_MS
"""After how long it is asked again about whoever was found, and about whoever was not."""
FORGOTTEN_MS = 90 * DAY_MS
"""How long who is no longer looked for is known: what they were told is to follow to somebody else."""


def found(connection: Connection) -> Mapping[str, Found]:
    """Return who was ever found, by address in small letters. Who is missing by now has left."""
    c = colleagues.c
    query = select(c.address, c.slack, c.missing).where(c.slack != "").order_by(c.address)
    return {row.address: Found(row.slack, row.missing) for row in connection.execute(query)}


def answered(connection: Connection, addresses: Collection[str]) -> Mapping[str, Found]:
    """Return what Slack has answered of each address (small letters) that it was asked about.

    Of whom it never knew the id is empty.
    """
    c = colleagues.c
    query = select(c.address, c.slack, c.missing).where(among(c.address, addresses)).order_by(c.address)
    return {row.address: Found(row.slack, row.missing) for row in connection.execute(query)}


def due(connection: Connection, addresses: Collection[str], most: int) -> list[str]:
    """Return the addresses (small letters) that it is time to ask about, those never asked about first."""
    c, now = colleagues.c, clock(connection)
    query = select(c.address, c.asked_ms, c.missing).where(among(c.address, addresses))
    asked = {row.address: row for row in connection.execute(query)}
    waits = {
        address: row.asked_ms + (MISSING_AGAIN_MS if row.missing else AGAIN_MS)
        for address, row in asked.items()
    }
    ready = [address for address in addresses if waits.get(address, 0) <= now]
    return sorted(ready, key=lambda address: (waits.get(address, 0), address))[:most]


def keep(connection: Connection, address: str, slack: str) -> None:
    """Keep what was answered: the id of whoever has an address, or that nobody active does.

    The id of somebody who is gone is kept: what they were told is to follow to somebody else.
    """
    said: dict[str, object] = {"missing": not slack, "asked_ms": clock(connection)}
    if slack:
        said |= {"slack": slack, "told": False}
    statement = insert(connection, colleagues).values(address=address, **said)
    connection.execute(statement.on_conflict_do_update(index_elements=["address"], set_=said))


def forget(connection: Connection, sought: Collection[str]) -> None:
    """Let go of addresses that nobody is looked for by any more, and was not for a long time."""
    c = colleagues.c
    old = c.asked_ms < clock(connection) - FORGOTTEN_MS
    connection.execute(delete(colleagues).where(old, ~among(c.address, sought)))


def untold(connection: Connection, addresses: Collection[str]) -> list[str]:
    """Return which of the addresses nobody has and operators do not know of."""
    c = colleagues.c
    query = select(c.address).where(among(c.address, addresses), c.missing, c.told.is_(False))
    return list(connection.execute(query.order_by(c.address)).scalars())


def told(connection: Connection, addresses: Collection[str]) -> None:
    """Remember that operators know of these."""
    connection.execute(update(colleagues).where(among(colleagues.c.address, addresses)).values(told=True))
