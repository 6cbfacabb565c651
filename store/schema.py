"""Bring a database to the schema this code speaks, or say that it is not there."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from store import vault
from store.database import Database, Unmigrated, is_postgresql
from store.installation import SECRET, secret, set_setting, setting

MIGRATIONS = Path(__file__).with_name("migrations")
CODE_SINCE = "0016"
"""The oldest code that may work on the newest schema: what runs during an upgrade is not stopped by it.

A migration that takes away or changes what older code uses raises this to the revision before which that
code was mended, so that each step of an upgrade has both versions working.
"""
_CODE_SINCE = "code_since"
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
        set_setting(connection, _CODE_SINCE, CODE_SINCE)
        return revision(connection)


def require(database: Database) -> None:
    """Migrate an SQLite file by itself; for PostgreSQL raise `Unmigrated` unless it is up to date.

    A newer schema will do as long as it says so of this code. Else `Unmigrated` is raised on either, and
    `vault.Locked` where the installation's secret cannot be read.
    """
    with database.read() as connection:
        wrong = misfit(connection)
        older = revision(connection) < newest()
        if not wrong:
            vault.opened(setting(connection, SECRET))
    if wrong and older and database.dialect == "sqlite":
        migrate(database)
    elif wrong:
        raise Unmigrated(wrong)


def misfit(connection: Connection) -> str:
    """Return why this code cannot work on a database's schema and what to do, or an empty string."""
    head, found = newest(), revision(connection)
    if found < head:
        return (
            f"the database is at revision {found or 'none'}, this version needs {head}: "
            "run `seatsignal migrate`"
        )
    since = setting(connection, _CODE_SINCE) if found > head else head
    if since and since <= head:
        return ""
    return f"the database is at revision {found}, and this version, which knows {head}, is too old for it"


def newest() -> str:
    """Return the revision that this code speaks: each migration's file begins with its own."""
    return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def revision(connection: Connection) -> str:
    """Return the revision of a database's schema; empty if it has none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")
