"""What PostgreSQL tells of its locks."""

from store.database import Connection


def anybody_waits(connection: Connection) -> bool:
    """Whether a statement waits for what another one holds."""
    return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar())
