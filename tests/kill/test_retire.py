"""Killed anywhere while a complete file is read: nothing is retired, and the next import does it."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from integrations.files.source import FilesSource
from store.database import Database
from store.tables import accounts, facts, past
from tests.chaos.fleet import Crib
from tests.chaos.nursery import Birth
from worker.bell import Aside
from worker.listings import TOO_MANY, Retired
from worker.pipeline import assess, pull
from worker.process import open_deployment

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


def dies(crib: Crib, database: Database, folder: Path, step: str) -> bool:
    """Whether a process that imports the complete file is killed at a step."""
    url = database.url.render_as_string(hide_password=False)
    environment = os.environ | {"SEATSIGNAL_DATABASE_URL": url, "SEATSIGNAL_FAILPOINTS": step}
    command = ("cli", "import", str(folder), "--complete", "seats")
    return crib.bear(Birth(command, environment, f"{folder}.log", awaited=True)) == -signal.SIGKILL


def read(database: Database, folder: Path, *complete: str) -> Sequence[Retired]:
    """Import in this process, and judge; return what became of complete files."""
    url = database.url.render_as_string(hide_password=False)
    bell = Aside()
    deployment = open_deployment(Settings(database_url=url), bell)
    deployment.use_source("files", FilesSource(folder, complete=complete))
    pulled = pull(deployment, "files")
    while bell.chunks:
        assess(deployment, bell.chunks.popleft())
    deployment.database.close()
    assert not pulled.failure
    return pulled.retired


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


@pytest.mark.parametrize(
    ("database_url", "step"),
    [*(("sqlite", step) for step in STEPS), ("postgresql", "retired=kill")],
    indirect=["database_url"],
)
def test_a_kill_retires_nothing_and_the_next_import_all_of_it(crib, database, folder, step):
    read(database, write(folder, range(SEATS)))
    write(folder, range(SEATS - LEFT, SEATS))
    assert dies(crib, database, folder, step)
    assert counted(database) == (SEATS, 0)
    assert read(database, folder) == ()
    assert counted(database) == (SEATS, 0)
    assert read(database, folder, "seats") == (Retired("seats", SEATS, SEATS - LEFT),)
    assert (counted(database), unjudged(database)) == ((LEFT, SEATS - LEFT), 0)


def test_what_a_killed_import_brought_does_not_make_a_wrong_file_right(crib, database, folder):
    read(database, write(folder, range(100)))
    write(folder, range(SEATS, 2 * SEATS))
    assert dies(crib, database, folder, "stored=kill@1")
    assert read(database, folder) == ()
    assert [each.held for each in read(database, folder, "seats")] == [TOO_MANY]
    assert counted(database) == (SEATS + 100, 0)
