"""Bring a database to the schema this code speaks, or say that it is not there."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from store.database import Database, Unmigrated, is_postgresql
from store.installation import secret

MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATING = 7_283_001  # one migration at a time, whoever starts it


def migrate(database: Database) -> str:
    """Apply what is missing and return the revision; safe to run twice and by two at once."""
    from alembic import command  # noqa: PLC0415 - a quarter of a second that a migrated database never needs
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        if is_postgresql(connection):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        secret(connection)
        return revision(connection)


def require(database: Database) -> None:
    """Migrate an SQLite file by itself; for PostgreSQL raise `Unmigrated` unless it is up to date."""
    head = newest()
    with database.read() as connection:
        found = revision(connection)
    if found == head:
        return
    if database.dialect == "sqlite":
        migrate(database)
        return
    raise Unmigrated(
        f"the database is at revision {found or 'none'}, this version needs {head}: run `seatsignal migrate`"
    )


def newest() -> str:
    """Return the revision that this code speaks: each migration's file begins with its own."""
    return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def revision(connection: Connection) -> str:
    """Return the revision of a database's schema; empty if it has none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")
