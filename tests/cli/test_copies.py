"""Backup and restore by command: a copy starts paused, and what was owed then is never sent by itself."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from tests import book
from tests.cli.conftest import Judged, Make, Seatsignal
from tests.owed import notice, owe, standing
from tests.rehearsal import Rehearsal
from tests.services import PostgreSQL, find
from worker.release import go_live

Pair = tuple[Seatsignal, Seatsignal]
"""Commands on a database that owes `book.OWED`, and on an empty one of the same kind."""


@pytest.fixture
def sqlite(owing: Seatsignal, on: Make, tmp_path: Path) -> Pair:
    return owing, on(f"sqlite:///{tmp_path / 'restored' / 'seatsignal.sqlite3'}")


@pytest.fixture
def postgresql(on: Make, postgresql_url: str, postgresql_server: PostgreSQL, tmp_path: Path) -> Pair:
    opened = book.deployment(postgresql_url)
    book.judge_eve(opened, tmp_path / "eve")
    go_live(opened)
    book.judge_day(opened, tmp_path / "day", book.DAY)
    opened.database.close()
    pair = on(postgresql_url), on(postgresql_server.url("restored"))
    with psycopg.connect(postgresql_server.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored")
    programs = {"PATH": f"{with_programs()}{os.pathsep}{os.environ['PATH']}"}
    for commands in pair:
        commands.variables.update(programs)
    return pair


def with_programs() -> Path:
    found = find("pg_dump")
    assert found, "run `python -m tests.services` first"
    return found.parent


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restored_database_sends_nothing_that_was_owed(
    kind, request, sandbox: Rehearsal, reaching, tmp_path
):
    first, second = request.getfixturevalue(kind)
    for commands in (first, second):
        commands.variables.update(reaching)
    assert first("backup", str(tmp_path / "copy")).out == f"Backed up to {tmp_path / 'copy'}.\n"
    assert first("deliver").status == 0
    assert sandbox.summary()["unique"] == len(book.OWED)

    assert second("restore", str(tmp_path / "copy"), "--json").document == {"unknown": len(book.OWED)}
    assert_same_book(first, second)
    database = second.database()
    assert book.keys(database) == dict.fromkeys(book.OWED, "unknown")
    owe(database, notice("news", destination="slack", owner="#sales"))
    paused = second("deliver")
    assert paused.out == (
        "1 more wait; `seatsignal plan` lists them.\n"
        "Paused (restored): nothing leaves until `seatsignal resume`.\n"
    )
    assert sandbox.summary()["unique"] == len(book.OWED)
    second("resume")
    assert second("deliver").out == "slack: 1 sent\n"
    assert (sandbox.summary()["unique"], sandbox.summary()["duplicates"]) == (len(book.OWED) + 1, 0)
    assert set(standing(database).values()) == {"unknown", "sent"}
    database.close()


def assert_same_book(first: Seatsignal, second: Seatsignal) -> None:
    assert second("accounts", "--json").document == first("accounts", "--json").document
    assert second("explain", book.LEAVING).out == first("explain", book.LEAVING).out


def test_a_copy_is_for_its_owner_alone(owing: Seatsignal, tmp_path):
    owing("backup", str(tmp_path / "copy"))
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert list(tmp_path.glob("*.part*")) == []


class Refused(NamedTuple):
    """Words that are refused, a file that lies in their way, and what is said."""

    words: list[str]
    said: str
    file: str = ""


REFUSED = (
    Refused(["backup", "{home}/copy"], "{home}/copy exists already; choose another name", file="copy"),
    Refused(["backup", "{home}/no/copy"], "{home}/no/copy.part cannot be written: No such file or directory"),
    Refused(["backup", "{home}/copy", "--database", "{home}/none"], "{home}/none is not there"),
    Refused(["restore", "{home}/copy"], "{home}/copy is not there"),
    Refused(["restore", "{judged}"], "{home}/seatsignal.sqlite3 exists already; restore into a new file"),
    Refused(
        ["restore", "{home}/copy", "--database", "{home}/new"],
        "{home}/copy is not a backup of an SQLite database",
        file="copy",
    ),
)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_copied_is_refused_and_changes_nothing(owing: Seatsignal, judged: Judged, case):
    if case.file:
        (owing.home / case.file).write_text("no backup")
    places = {"home": str(owing.home), "judged": str(judged.day)}
    before = sorted(owing.home.iterdir())
    done = owing(*(word.format(**places) for word in case.words))
    assert (done.status, done.out, done.complaint) == (1, "", [case.said.format(**places)])
    assert sorted(owing.home.iterdir()) == before
    database = owing.database()
    assert book.keys(database) == dict.fromkeys(book.OWED, "due")
    database.close()


def test_postgresql_without_its_programs_says_what_to_install(on: Make, postgresql_url: str, tmp_path: Path):
    done = on(postgresql_url)("backup", str(tmp_path / "copy"), PATH=str(tmp_path))
    assert (done.status, done.out) == (1, "")
    assert done.complaint == ["pg_dump is not on the path: install PostgreSQL's client programs"]
