"""``INSERT … ON CONFLICT`` in the dialect of the connection."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from store.database import is_postgresql


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return postgresql.insert(table) if is_postgresql(connection) else sqlite.insert(table)
