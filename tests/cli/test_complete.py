"""``import --complete``: what a complete file leaves out is retired, or it is said why not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from integrations.errors import RetryLater
from integrations.files.source import FilesSource
from integrations.roles import Page
from store.tables import facts, past
from tests.cli.conftest import Make, Seatsignal

SEATS = 2_500
"""More than a page of them."""
HELD = (
    "1000 of 2500 are absent from the file, and nothing was retired: more than 10 %; if the file is right, "
    "import again with --complete seats --retire-all"
)
UNREADABLE = (
    "nothing was retired: rows that could not be read must not count as absent; mend them and import again"
)


def write(folder: Path, seats: range, *more: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "accounts.csv").write_text("account_id,name\na1,Alpha Example\na2,Beta Example\n")
    rows = [f"a{number % 2 + 1},u{number}" for number in seats]
    (folder / "seats.csv").write_text("\n".join(["account_id,user_id", *rows, *more]) + "\n")
    return str(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "import"


@pytest.fixture
def commands(on: Make, sqlite_url: str, folder: Path) -> Seatsignal:
    """Commands on a database that has all seats. On the other: `tests/kill/test_retire.py`."""
    made = on(sqlite_url)
    assert made("import", write(folder, range(SEATS))).status == 0
    return made


def counted(commands: Seatsignal) -> tuple[int, int]:
    """The seats that are current, and those in the past."""
    database = commands.database()
    with database.read() as connection:
        found = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (facts["seats"], past["seats"])
        ]
    database.close()
    return found[0], found[1]


@pytest.mark.parametrize("name", ["seats", "seats.csv"])
def test_a_complete_file_retires_what_it_leaves_out(commands, folder, name):
    left = write(folder, range(100, SEATS))
    for said, stored in (
        ("100 of 2500 are absent from the file and retired", SEATS - 100),
        ("nothing is absent", SEATS - 100),
    ):
        done = commands("import", left, "--complete", name)
        assert (done.status, done.complaint) == (0, [])
        assert f"seats: {said}." in done.out.splitlines()
        assert counted(commands) == (stored, 100)


def test_without_a_word_what_is_absent_stays(commands, folder):
    done = commands("import", write(folder, range(100, SEATS)), "--json")
    assert (done.status, done.document["retired"]) == (0, [])
    assert counted(commands) == (SEATS, 0)


def test_more_than_a_tenth_is_held_and_the_rest_lands(commands, folder):
    left = write(folder, range(1_000, SEATS + 50))
    done = commands("import", left, "--complete", "seats")
    assert (done.status, done.out) == (3, "files: 1550 rows read, 0 rejected.\n")
    assert done.complaint == [f"seats: {HELD}."]
    assert counted(commands) == (SEATS + 50, 0)
    done = commands("import", left, "--complete", "seats", "--retire-all", "--json")
    assert (done.status, done.document["retired"]) == (
        0,
        [{"kind": "seats", "stood": 2500, "absent": 1000, "held": ""}],
    )
    assert counted(commands) == (SEATS - 950, 1_000)


@pytest.mark.parametrize("row", ["a1,", "a2,u11", 'a1,"u7', "a1,u8,3"])
def test_a_file_with_a_row_that_cannot_be_read_retires_nothing(commands, folder, row):
    left = write(folder, range(10, SEATS), row)
    for options in ((), ("--retire-all",)):
        done = commands("import", left, "--complete", "seats", *options)
        assert done.status == 3
        assert done.complaint == [f"seats: {UNREADABLE}."]
        assert counted(commands)[0] >= SEATS
    assert commands("import", write(folder, range(10, SEATS)), "--complete", "seats").status == 0
    assert counted(commands) == (SEATS - 10, 10)


def test_an_import_that_ends_early_retires_nothing_and_the_next_does_it(commands, folder, monkeypatch):
    whole = FilesSource.pull

    def cut(self: FilesSource, cursor: str | None) -> Iterator[Page]:
        yield from whole(self, cursor)
        raise RetryLater("cut_off", "usage.csv.gz ends in the middle")

    left = write(folder, range(10, SEATS))
    with monkeypatch.context() as patched:
        patched.setattr(FilesSource, "pull", cut)
        done = commands("import", left, "--complete", "seats")
    assert (done.status, counted(commands)) == (1, (SEATS, 0))
    assert done.complaint == [
        "Nothing was retired: that needs the whole import; give --complete again.",
        "files: the pull ended early (cut_off); it goes on from there next time.",
    ]
    assert commands("import", left, "--complete", "seats").status == 0
    assert counted(commands) == (SEATS - 10, 10)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--complete", "usage"], "usage holds days: a day that is absent was not counted"),
        (
            ["--complete", "seets"],
            "the folder has no file 'seets' of the import format; it has accounts, seats, usage",
        ),
        (["--complete", "seats", "--complete", "tickets"], "no file 'tickets'"),
        (["--retire-all"], "says nothing without --complete FILE"),
    ],
)
def test_what_nobody_can_vouch_for_is_wrong_use_and_imports_nothing(
    seatsignal: Seatsignal, folder, options, said
):
    left = write(folder, range(3))
    (folder / "usage.csv").write_text("account_id,day,active_users\na1,2026-05-01,3\n")
    done = seatsignal("import", left, *options, COLUMNS="200")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert not (seatsignal.home / "seatsignal.sqlite3").exists()
