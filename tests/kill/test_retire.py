"""Killed anywhere while a complete file is read: nothing is retired, and the next import does it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from store.database import Database
from store.tables import accounts, facts, past

pytestmark = pytest.mark.kill

SEATS, LEFT = 5_000, 4_600
STEPS = ("stored=kill@1", "pulled=kill@3", "stored=kill@3", "retired=kill")
"""The complete file has three pages."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "import"


def write(folder: Path, seats: range) -> Path:
    folder.mkdir(exist_ok=True)
    rows = "".join(f"a{number % 50},u{number}\n" for number in seats)
    (folder / "seats.csv").write_text("account_id,user_id\n" + rows)
    return folder


def run(database: Database, folder: Path, *options: str, failpoints: str = "") -> int:
    environment = os.environ | {
        "SEATSIGNAL_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "SEATSIGNAL_FAILPOINTS": failpoints,
    }
    command = [sys.executable, "-m", "cli", "import", str(folder), *options]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def counted(database: Database) -> tuple[int, int]:
    with database.read() as connection:
        now, before = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (facts["seats"], past["seats"])
        )
    return now, before


def unjudged(database: Database) -> int:
    with database.read() as connection:
        query = select(func.count()).where(accounts.c.touched > accounts.c.judged)
        return connection.execute(query).scalar_one()


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_retires_nothing_and_the_next_import_all_of_it(database, folder, step):
    assert run(database, write(folder, range(SEATS))) == 0
    write(folder, range(SEATS - LEFT, SEATS))
    assert run(database, folder, "--complete", "seats", failpoints=step) == -signal.SIGKILL
    assert counted(database) == (SEATS, 0)
    assert run(database, folder) == 0
    assert counted(database) == (SEATS, 0)
    assert run(database, folder, "--complete", "seats") == 0
    assert (counted(database), unjudged(database)) == ((LEFT, SEATS - LEFT), 0)


def test_what_a_killed_import_brought_does_not_make_a_wrong_file_right(database, folder):
    assert run(database, write(folder, range(100))) == 0
    write(folder, range(SEATS, 2 * SEATS))
    assert run(database, folder, "--complete", "seats", failpoints="stored=kill@1") == -signal.SIGKILL
    assert run(database, folder) == 0
    assert run(database, folder, "--complete", "seats") == 3
    assert counted(database) == (SEATS + 100, 0)
