"""Facts by command: what is wrong in a file is named by place, and the rest of it is there."""

from pathlib import Path

import pytest
from sqlalchemy import select

from integrations.registry import SOURCES
from store.tables import facts, source_status
from tests import book
from tests.cli.conftest import Seatsignal


def stored(commands: Seatsignal, kind: str) -> int:
    database = commands.database()
    with database.read() as connection:
        found = len(connection.execute(select(facts[kind])).all())
    database.close()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The day before, with two bad rows among the payments and one among the tickets."""
    made = book.write(tmp_path / "import", news=False)
    with (made / "payments.csv").open("a") as payments:
        payments.write("i-x,a1,yesterday,paid,,100,EUR\ni-a1,a1,2026-05-30,paid,,100,EUR\n")
    (made / "tickets.csv").write_text("ticket_id,account_id,opened_at,sbject\nt1,,2026-05-30,Hello\n")
    return made


def test_a_bad_row_is_named_and_the_rest_is_loaded(seatsignal: Seatsignal, folder):
    done = seatsignal("import", str(folder), SEATSIGNAL_LOG_LEVEL="ERROR")
    rows = sum(len((folder / f"{kind}.csv").read_text().splitlines()) - 1 for kind in book.KINDS)
    assert (done.status, done.err) == (3, "")
    assert f"files: {rows - 3} rows read, 3 rejected." in done.out.splitlines()
    assert "tickets.csv: has an unknown column sbject; did you mean subject?" in done.out.splitlines()
    assert (folder / "payments.rejects.csv").read_text().splitlines() == [
        "file,line,column,reason",
        "payments.csv,14,due_on,is not an ISO 8601 date",
        "payments.csv,15,,has the same invoice_id as a row above",
    ]
    assert (folder / "tickets.rejects.csv").read_text().splitlines() == [
        "file,line,column,reason",
        "tickets.csv,2,account_id,is missing",
    ]
    assert stored(seatsignal, "payments") == len(book.ACCOUNTS)
    assert len(seatsignal("accounts", "--json").document) == len(book.ACCOUNTS)


def test_rejects_are_counted_for_programs_too(seatsignal: Seatsignal, folder):
    done = seatsignal("import", str(folder), "--json")
    assert (done.status, done.document["rejects"], done.document["failure"]) == (3, 3, "")


def test_a_file_that_nobody_can_read_stops_the_import_before_anything_is_stored(
    seatsignal: Seatsignal, folder
):
    (folder / "usage.csv").write_text("acount_id,day,active_users\na1,2026-05-30,3\n")
    done = seatsignal("import", str(folder))
    assert (done.status, done.out) == (1, "")
    assert done.complaint == ["usage.csv needs a column account_id; its column acount_id may be meant"]
    assert stored(seatsignal, "accounts") == 0


def test_an_import_that_is_cut_off_keeps_what_it_has_and_says_so(seatsignal: Seatsignal, folder, monkeypatch):
    from integrations.errors import RetryLater  # noqa: PLC0415 - lazily, as cli does
    from integrations.files.source import FilesSource  # noqa: PLC0415 - see above

    whole = FilesSource.pull

    def cut(self, cursor):
        yield next(whole(self, cursor))
        raise RetryLater("changed", "accounts.csv changed while it was read")

    with monkeypatch.context() as patched:
        patched.setattr(FilesSource, "pull", cut)
        done = seatsignal("import", str(folder))
    assert done.status == 1
    assert done.complaint == ["files: the pull ended early (changed); it goes on from there next time."]
    assert (stored(seatsignal, "accounts"), stored(seatsignal, "usage")) == (len(book.ACCOUNTS), 0)
    assert seatsignal("import", str(folder)).status == 3
    assert stored(seatsignal, "usage") == len(book.ACCOUNTS) * (book.DAYS - 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pull"], "No source is set up; `seatsignal config example` shows what can be set."),
        (["pull", "files"], "files: set SEATSIGNAL_FILES_FOLDER to the folder of import files"),
        (["pull", "flies"], f"flies: there is no 'flies'; there are {', '.join(SOURCES)}"),
    ],
)
def test_a_source_that_is_not_set_up_names_what_to_set(seatsignal: Seatsignal, words, said):
    done = seatsignal(*words)
    assert (done.status, done.out) == (1, "")
    assert said in done.complaint


def test_one_source_does_not_keep_the_others(seatsignal: Seatsignal, folder, tmp_path):
    schedule = tmp_path / "schedule.yaml"
    schedule.write_text("pull: {crm: 60, files: 60}\nassess: 86400\n")
    variables = {"SEATSIGNAL_SCHEDULE": str(schedule), "SEATSIGNAL_FILES_FOLDER": str(folder)}
    done = seatsignal("pull", "--json", **variables)
    assert done.status == 1
    assert [(one["source"], one["failure"], one["rejects"]) for one in done.document] == [
        ("crm", "no_such_integration", 0),
        ("files", "", 3),
    ]
    database = seatsignal.database()
    with database.read() as connection:
        assert connection.execute(select(source_status.c.source, source_status.c.failure)).all() == [
            ("files", "")
        ]
    database.close()


def test_migrating_twice_says_the_same(seatsignal: Seatsignal):
    assert seatsignal("migrate", "--json").document == seatsignal("migrate", "--json").document
