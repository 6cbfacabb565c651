"""A copy is whole, for its owner's eyes, and starts paused; what it owed may have been sent since."""

import json
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import insert, select, update

from store import backup as module
from store.backup import BackupError, backup, restore
from store.database import Database
from store.installation import is_live, paused, secret, set_setting, setting
from store.tables import accounts, audit, installation, notices
from tests.owed import go_live, notice, owe, rows
from tests.services import PostgreSQL, find

STATUSES = (
    "planned",
    "due",
    "claimed",
    "sending",
    "sent",
    "suppressed",
    "quarantined",
    "unknown",
    "replaced",
)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs are on the path, as `backup` wants them."""
    found = find("pg_dump")
    assert found, "run `python -m tests.services` first"
    monkeypatch.setenv("PATH", f"{found.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def copy(database: Database, postgresql_server: PostgreSQL, tmp_path: Path) -> Iterator[Database]:
    """A database of the same kind with nothing in it, not even tables."""
    if database.dialect == "sqlite":
        url = f"sqlite:///{tmp_path / 'copy.sqlite3'}"
    else:
        url = postgresql_server.url("copied")
        with psycopg.connect(postgresql_server.url("postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS copied WITH (FORCE)")
            connection.execute("CREATE DATABASE copied")
    with closing(Database(url)) as made:
        yield made


def owe_in_every_status(database: Database) -> None:
    owe(database, *(notice(status) for status in STATUSES))
    with database.write() as connection:
        for status in STATUSES:
            connection.execute(
                update(notices).where(notices.c.key == status).values(status=status, claim="c")
            )


def copied(database: Database, copy: Database, tmp_path: Path) -> int:
    backup(database, tmp_path / "backup")
    return restore(copy, tmp_path / "backup")


def test_what_was_owed_may_have_been_sent_since(database, copy, tmp_path):
    owe_in_every_status(database)
    assert copied(database, copy, tmp_path) == 4
    assert {row.key: row.status for row in rows(copy)} == {
        **dict.fromkeys(STATUSES, "unknown"),
        **{status: status for status in ("sent", "suppressed", "quarantined", "replaced")},
    }
    assert {row.claim for row in rows(copy) if row.reason == "restored"} == {None}


def test_what_was_planned_in_dry_run_was_never_sent(database, copy, tmp_path):
    owe(database, notice("planned"))
    with database.write() as connection:
        connection.execute(update(notices).values(status="planned"))
        set_setting(connection, "live_since_ms", "")
    assert copied(database, copy, tmp_path) == 0
    assert [row.status for row in rows(copy)] == ["planned"]


def test_the_original_goes_on_and_the_copy_waits(database, copy, tmp_path):
    go_live(database)
    copied(database, copy, tmp_path)
    with database.read() as ours, copy.read() as theirs:
        assert (paused(ours), paused(theirs)) == ("", "restored")
        assert (is_live(ours), is_live(theirs)) == (True, True)
        assert secret(ours) == secret(theirs)
        recorded = theirs.execute(select(audit.c.action, audit.c.about, audit.c.detail)).all()
    assert recorded == [("restored", "backup", "0 unknown")]


def write_pairs(database: Database, stop: threading.Event) -> None:
    """Write two rows in each unit of work, until told to stop."""
    number = 0
    while not stop.is_set():
        number += 1
        with database.write() as connection:
            for half in ("a", "b"):
                connection.execute(insert(accounts).values(key=f"{number}{half}"))


def test_a_copy_under_way_holds_units_of_work_whole(database, copy, tmp_path):
    stop = threading.Event()
    writer = threading.Thread(target=write_pairs, args=(database, stop))
    writer.start()
    try:
        backup(database, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    restore(copy, tmp_path / "backup")
    with copy.read() as connection:
        keys = set(connection.execute(select(accounts.c.key)).scalars())
    assert {f"{key[:-1]}{half}" for key in keys for half in "ab"} == keys


def test_a_copy_can_be_read_by_nobody_else_from_its_first_byte(database, tmp_path, monkeypatch):
    seen = []
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda part, to: (seen.append(part.stat().st_mode), replace(part, to))
    )
    mask = os.umask(0)
    try:
        backup(database, tmp_path / "backup")
    finally:
        os.umask(mask)
    assert [stat.S_IMODE(mode) for mode in (*seen, (tmp_path / "backup").stat().st_mode)] == [0o600, 0o600]


class BrokenError(Exception):
    pass


def test_an_sqlite_copy_is_at_its_place_only_once_it_is_paused(sqlite_url, tmp_path, monkeypatch):
    def broken(*_: object) -> None:
        raise BrokenError

    with closing(Database(sqlite_url)) as opened:
        backup(opened, tmp_path / "backup")
    target = tmp_path / "restored.sqlite3"
    with closing(Database(str(target))) as copy, monkeypatch.context() as patched:
        patched.setattr(module, "set_setting", broken)
        with pytest.raises(BrokenError):
            restore(copy, tmp_path / "backup")
        assert not target.exists()
    with closing(Database(str(target))) as copy:
        restore(copy, tmp_path / "backup")
        with copy.read() as connection:
            assert setting(connection, "paused") == "restored"


def test_a_database_that_holds_something_is_never_restored_into(database, tmp_path):
    backup(database, tmp_path / "backup")
    with database.write() as connection:
        connection.execute(insert(accounts).values(key="ours"))
        before = len(connection.execute(select(installation)).all())
    with pytest.raises(BackupError, match=r"exists already|is not empty"):
        restore(database, tmp_path / "backup")
    with database.read() as connection:
        assert connection.execute(select(accounts.c.key)).scalars().all() == ["ours"]
        assert len(connection.execute(select(installation)).all()) == before


def test_a_torn_copy_is_refused_and_the_place_stays_free(database, copy, tmp_path):
    backup(database, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    (tmp_path / "torn").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError):
        restore(copy, tmp_path / "torn")
    assert restore(copy, tmp_path / "backup") == 0


def test_a_damaged_sqlite_copy_is_refused_however_long_it_is(sqlite_url, tmp_path):
    with closing(Database(sqlite_url)) as opened:
        backup(opened, tmp_path / "backup")
    page, bad = 4_096, bytearray((tmp_path / "backup").read_bytes())
    bad[9 * page : 10 * page] = b"\xff" * page
    (tmp_path / "bad").write_bytes(bad)
    with closing(Database(str(tmp_path / "new"))) as copy, pytest.raises(BackupError, match="bad is damaged"):
        restore(copy, tmp_path / "bad")
    assert not list(tmp_path.glob("new*"))


SPY = """#!{python}
import json, os, sys
json.dump({{"argv": sys.argv, "password": os.environ.get("PGPASSWORD")}}, open({told!r}, "w"))
"""


@pytest.fixture
def spied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], SimpleNamespace]:
    """Backs up a database through a program that only tells how it was called."""
    program, told = tmp_path / "bin" / "pg_dump", tmp_path / "told"
    program.parent.mkdir()
    program.write_text(SPY.format(python=sys.executable, told=str(told)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))

    def called(url: str) -> SimpleNamespace:
        with closing(Database(url)) as database:
            backup(database, tmp_path / "backup")
        return SimpleNamespace(**json.loads(told.read_text()))

    return called


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql://seat:canary%2Fpassword@db.example:5433/seat?sslmode=require", "canary/password"),
        ("postgresql://seat@db.example:5433/seat?sslmode=require&password=canary", "canary"),
        ("postgresql://seat@db.example:5433/seat?sslmode=require", None),
    ],
)
def test_a_password_is_in_no_list_of_processes(spied, url, password):
    call = spied(url)
    assert call.argv[1] == "--dbname=postgresql://seat@db.example:5433/seat?sslmode=require"
    assert call.password == password
