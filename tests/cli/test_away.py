"""A database that is locked, away, older than we are, or none: one clear line, and nothing is lost."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, Connection, Table

from store import database, facts
from store.bulk import Row, load
from tests import book
from tests.cli.conftest import Make, Seatsignal
from tests.services import PostgreSQL, free_port

LOCKED = "the database is locked or away (database is locked); try again"


@contextmanager
def locked(commands: Seatsignal) -> Iterator[None]:
    """Hold the file's write lock, as a long transaction of another process would."""
    with closing(sqlite3.connect(commands.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize(
    "words", [["pause"], ["assess"], ["deliver"], ["sweep"], ["go-live"], ["import", "{day}"]]
)
def test_a_locked_database_is_said_to_be_and_keeps_all(owing: Seatsignal, day, monkeypatch, words):
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    with locked(owing):
        done = owing(*(word.format(day=day) for word in words))
        reading = owing("accounts", "--json")
    assert (done.status, done.out, done.complaint) == (1, "", [f"{owing.url}: {LOCKED}"])
    assert len(reading.document) == len(book.ACCOUNTS)
    opened = owing.database()
    assert book.keys(opened) == dict.fromkeys(book.OWED, "due")
    opened.close()
    assert owing("pause").status == 0


def password(port: int) -> str:
    return f"postgresql://seat:canary-password@127.0.0.1:{port}/seat?options=-c%20timezone=UTC"


@pytest.mark.parametrize("words", [["accounts"], ["migrate"], ["deliver", "--json"]])
def test_postgresql_that_is_away_is_said_to_be_and_its_password_is_not(on: Make, words):
    port = free_port()
    done = on(password(port))(*words)
    assert (done.status, done.out) == (1, "")
    assert f"postgresql+psycopg://seat:***@127.0.0.1:{port}/seat" in done.complaint[0]
    assert "the database is locked or away (connection failed:" in done.complaint[0]
    assert done.complaint[0].endswith("; try again")
    assert "canary" not in done.err


def test_postgresql_that_refuses_a_user_says_so(on: Make, postgresql_server: PostgreSQL):
    url = f"postgresql://stranger:canary-password@127.0.0.1:{postgresql_server.port}/migrated"
    done = on(url)("accounts")
    assert done.status == 1
    assert 'role "stranger" does not exist' in done.complaint[0]
    assert "canary" not in done.err


def losing(url: str, rows: Iterable[Row]) -> Iterator[Row]:
    """End every connection to a database before the last of some rows."""
    *first, last = rows
    yield from first
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    yield last


def test_postgresql_that_is_lost_in_the_middle_is_said_to_be_and_the_command_can_be_given_again(
    on: Make, postgresql_url, day, monkeypatch
):
    commands = on(postgresql_url)

    def lost(connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Iterable[Row]):
        load(connection, table, columns, losing(postgresql_url, rows))

    with monkeypatch.context() as patched:
        patched.setattr(facts, "load", lost)
        done = commands("import", day)
    assert (done.status, done.out) == (1, "")
    assert len(done.complaint) == 1
    assert "the database is locked or away (" in done.complaint[0]
    assert "Traceback" not in done.err
    assert commands("import", day).status == 0
    assert len(commands("accounts", "--json").document) == len(book.ACCOUNTS)


def test_postgresql_is_migrated_by_the_command_alone(on: Make, postgresql_server: PostgreSQL):
    with psycopg.connect(postgresql_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE unmigrated")
    commands = on(postgresql_server.url("unmigrated"))
    for words in (["accounts"], ["deliver"], ["go-live"]):
        done = commands(*words)
        assert (done.status, done.out) == (1, "")
        assert done.complaint[0].startswith("the database is at revision none, this version needs ")
        assert done.complaint[0].endswith(": run `seatsignal migrate`")
    assert commands("migrate").status == 0
    assert commands("accounts", "--json").document == []


FORMS = "the database's URL must read sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://seat:canary@db.example/seat", f"mysql: {FORMS}"),
        ("postgresql://seat:canary@db.example:port/seat", FORMS),
        ("://canary", FORMS),
    ],
)
def test_a_url_that_is_none_is_refused_without_showing_it(on: Make, url, said):
    done = on(url)("accounts")
    assert (done.status, done.out, done.complaint) == (1, "", [said])
    assert "canary" not in done.err


def test_a_file_that_is_no_database_is_refused_and_left_alone(on: Make, tmp_path: Path):
    file = tmp_path / "notes.txt"
    file.write_text("Not a database, and longer than its header would be: " + "." * 100)
    before = file.read_bytes()
    done = on(f"sqlite:///{file}")("accounts")
    assert (done.status, done.complaint) == (1, [f"sqlite:///{file}: this file is no SQLite database"])
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(on: Make, tmp_path: Path):
    (tmp_path / "file").touch()
    done = on(f"sqlite:///{tmp_path / 'file' / 'seatsignal.sqlite3'}")("accounts")
    assert done.status == 1
    assert done.complaint[0].startswith(f"{tmp_path / 'file'}: the database's folder cannot be made: ")
