"""Copy a database to a file and back. What was owed at the backup may have been sent since: it is unknown.

SQLite files are copied by SQLite itself while it runs; PostgreSQL by its own ``pg_dump`` and
``pg_restore``, which must be on the path.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import update

from config.errors import Actionable
from store import audit
from store.database import Database, now_ms
from store.installation import set_setting
from store.tables import notices


class BackupError(Actionable):
    """A backup or a restore that could not be made; nothing was changed."""


def backup(database: Database, target: Path) -> None:
    """Write a consistent copy of the database to a new file."""
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name")
    part = target.with_name(target.name + ".part")
    if database.dialect == "sqlite":
        _copy_sqlite(Path(str(database.url.database)), part)
    else:
        _run("pg_dump", database, "--format=custom", f"--file={part}")
    part.chmod(0o600)
    part.replace(target)


def restore(database: Database, source: Path) -> int:
    """Fill an empty database from a backup, paused; return how many notices became unknown."""
    if not source.is_file():
        raise BackupError(f"{source} is not there")
    if database.dialect == "sqlite":
        _restore_sqlite(database, source)
    else:
        _run("pg_restore", database, "--exit-on-error", "--single-transaction", "--no-owner", str(source))
    with database.write() as connection:
        set_setting(connection, "paused", "restored")
        in_doubt = update(notices).where(notices.c.status.in_(("due", "claimed", "sending")))
        doubtful = connection.execute(
            in_doubt.values(
                status="unknown", reason="restored", claim=None, lease_ms=None, settled_ms=now_ms()
            )
        ).rowcount
        audit.record(connection, "restored", source.name, f"{doubtful} unknown")
    return doubtful


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)


def _restore_sqlite(database: Database, source: Path) -> None:
    target = Path(str(database.url.database))
    if target.exists():
        raise BackupError(f"{target} exists already; restore into a new file")
    with source.open("rb") as head:
        if head.read(16) != b"SQLite format 3\0":
            raise BackupError(f"{source} is not a backup of an SQLite database")
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy_sqlite(source, target)


def _run(program: str, database: Database, *options: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not on the path: install PostgreSQL's client programs")
    url = database.url
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    target = url.set(drivername="postgresql", password=None).render_as_string()
    command = [found, f"--dbname={target}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, our own words
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip().splitlines()[-1] if done.stderr else 'failed'}")
