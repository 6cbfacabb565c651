"""Copy a database to a file and back. What was owed at the backup may have been sent since: it is unknown.

SQLite files are copied by SQLite itself while it runs; PostgreSQL by its own ``pg_dump`` and
``pg_restore``, which must be on the path.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, inspect, update

from config.errors import Actionable
from store import audit
from store.database import Database, now_ms, shown
from store.installation import is_live, set_setting
from store.outbox import OPEN, PENDING
from store.tables import notices


class BackupError(Actionable):
    """A backup or a restore that could not be made; nothing was changed."""


def backup(database: Database, target: Path) -> None:
    """Write a consistent copy of the database to a new file."""
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name")
    part = target.with_name(target.name + ".part")
    with _private(part):
        if database.dialect == "sqlite":
            _copy_sqlite(_there(Path(str(database.url.database))), part)
        else:
            _run("pg_dump", database, "--format=custom", f"--file={part}")
        part.replace(target)


def restore(database: Database, source: Path) -> int:
    """Fill an empty database from a backup, paused; return how many notices became unknown."""
    _there(source)
    if database.dialect == "sqlite":
        return _restore_sqlite(Path(str(database.url.database)), source)
    with database.read() as connection:
        if inspect(connection).get_table_names():
            raise BackupError(f"{shown(database.url)} is not empty; restore into a new database")
    _run("pg_restore", database, "--exit-on-error", "--single-transaction", "--no-owner", str(source))
    return _in_doubt(database, source.name)


def _in_doubt(database: Database, name: str) -> int:
    """Pause; what was owed at the backup, or planned once live, may have been sent since."""
    with database.write() as connection:
        set_setting(connection, "paused", "restored")
        sent_since = PENDING if is_live(connection) else OPEN[1:]
        owed = update(notices).where(notices.c.status.in_(sent_since))
        doubtful = connection.execute(
            owed.values(status="unknown", reason="restored", claim=None, lease_ms=None, settled_ms=now_ms())
        ).rowcount
        audit.record(connection, "restored", name, f"{doubtful} unknown")
    return doubtful


@contextmanager
def _private(part: Path) -> Iterator[None]:
    """Make a file that nobody else may read, and leave nothing behind if it does not become a backup."""
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        yield
    except OSError as error:
        raise BackupError(f"{part} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def _there(file: Path) -> Path:
    if not file.is_file():
        raise BackupError(f"{file} is not there")
    return file


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy one file to the other, row by row: pages hold bytes of what was erased.

    Raises `BackupError` if the first is damaged.
    """
    try:
        with closing(sqlite3.connect(source)) as read:
            found = read.execute("PRAGMA quick_check(1)").fetchone()
            if found == ("ok",):
                read.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} cannot be copied: {error}") from None
    if found != ("ok",):
        raise BackupError(f"{source} is damaged: {found[0]}")


def _restore_sqlite(target: Path, source: Path) -> int:
    """Copy a backup to its place once it is paused, so that nobody ever finds it going."""
    if target.exists():
        raise BackupError(f"{target} exists already; restore into a new file")
    with source.open("rb") as head:
        if head.read(16) != b"SQLite format 3\0":
            raise BackupError(f"{source} is not a backup of an SQLite database")
    part = target.with_name(target.name + ".part")
    with _private(part):
        _copy_sqlite(source, part)
        with closing(Database(str(part))) as copy:
            doubtful = _in_doubt(copy, source.name)
        part.replace(target)
    return doubtful


def _run(program: str, database: Database, *options: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not on the path: install PostgreSQL's client programs")
    url = database.url
    password = url.password or url.query.get("password")
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    command = [found, f"--dbname={_without_password(url)}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, our own words
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip().splitlines()[-1] if done.stderr else 'failed'}")


def _without_password(url: URL) -> str:
    """Return a URL that a list of processes may show."""
    query = {name: value for name, value in url.query.items() if name != "password"}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)
