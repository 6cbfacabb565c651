"""The append-only record of every decision. It holds ids and labels, never a name or an address."""

from sqlalchemy import Connection, insert

from store.database import now_ms
from store.tables import audit


def record(
    connection: Connection, action: str, about: str = "", detail: str = "", actor: str = "system"
) -> None:
    """Append one line in the unit of work that it speaks of."""
    values = {"at_ms": now_ms(), "actor": actor, "action": action, "about": about, "detail": detail}
    connection.execute(insert(audit).values(values))
