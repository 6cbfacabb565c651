"""Bring a database to the schema this code speaks, or say that it is not there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from store.database import Database, Unmigrated, is_postgresql
from store.installation import secret

MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATING = 7_283_001  # one migration at a time, whoever starts it


def migrate(database: Database) -> str:
    """Apply what is missing and return the revision; safe to run twice and by two at once."""
    with database.write() as connection:
        if is_postgresql(connection):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        command.upgrade(_config(connection), "head")
        secret(connection)
        return _revision(connection)


def require(database: Database) -> None:
    """Migrate an SQLite file by itself; for PostgreSQL raise `Unmigrated` unless it is up to date."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with database.read() as connection:
        found = _revision(connection)
    if found == head:
        return
    if database.dialect == "sqlite":
        migrate(database)
        return
    raise Unmigrated(
        f"the database is at revision {found or 'none'}, this version needs {head}: run `seatsignal migrate`"
    )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""
