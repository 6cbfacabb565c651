"""The append-only record of every decision. It holds ids and labels, never a name or an address."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from store.database import now_ms
from store.tables import audit


def record(
    connection: Connection, action: str, about: str = "", detail: str = "", actor: str = "system"
) -> None:
    """Append one line in the unit of work that it speaks of."""
    record_each(connection, action, [about], detail, actor)


def record_each(
    connection: Connection, action: str, about: Iterable[str], detail: str = "", actor: str = "system"
) -> None:
    """Append a line for each thing that the same was done about."""
    rows = [{"actor": actor, "action": action, "about": one, "detail": detail} for one in about]
    if rows:
        connection.execute(insert(audit).values(at_ms=now_ms()), rows)
