"""Which files are read when, and what becomes of a pull that is cut short."""

import json
import os
from itertools import islice
from pathlib import Path

import pytest

from health.records import Record
from integrations.errors import Misconfigured, RetryLater
from integrations.files.folder import complete_kinds
from integrations.files.settings import FilesSettings
from integrations.files.source import PAGE, FilesSource
from tests.integrations.files.conftest import Drop

MANY = PAGE + PAGE // 2


@pytest.fixture
def book(drop: Drop) -> Drop:
    """Accounts on exactly two pages, usage on two, tickets on one, with a bad row here and there."""
    drop.csv("accounts", "account_id", *(f"a{n}" for n in range(2 * PAGE)), "a1")
    days = (f"a{n % 50},2026-01-{n // 50 % 31 + 1:02},p{n // 1550},{n}" for n in range(MANY))
    drop.gz("usage", "account_id,day,product,events", "a,never,p,1", *days)
    drop.csv("tickets", "ticket_id,account_id,opened_at", "t1,a1,2026-01-01", "t2,a1,")
    return drop


def test_pages_are_of_one_kind_accounts_first_and_small(book: Drop):
    pages = list(book.pull())

    assert [{type(record).__name__ for record in page.records} for page in pages] == [
        {"Account"},
        {"Account"},
        set(),
        {"Usage"},
        {"Usage"},
        {"Ticket"},
    ]
    assert [page.rejects for page in pages] == [0, 0, 1, 1, 0, 1]
    assert not any(page.complete for page in pages)


@pytest.mark.parametrize("stored", range(7))
def test_a_pull_that_was_killed_goes_on_where_it_was(book: Drop, stored: int):
    whole = list(book.pull())
    before = list(islice(book.pull(), stored))
    after = list(book.pull(before[-1].cursor if before else None))

    def everything(pages: list) -> list[Record]:
        return [record for page in pages for record in page.records]

    assert everything(before + after) == everything(whole)
    assert [page.cursor for page in before + after] == [page.cursor for page in whole]
    assert sum(page.rejects for page in before + after) == 3


def test_the_cursor_says_file_content_and_records(book: Drop):
    _, second, *_ = book.pull()

    cursor = json.loads(second.cursor or "")

    assert (cursor["file"], cursor["records"], len(cursor["fingerprint"])) == ("accounts.csv", 2 * PAGE, 32)


def test_only_what_changed_is_read_again(book: Drop):
    *_, last = book.pull()
    assert list(book.pull(last.cursor)) == []

    book.csv("tickets", "ticket_id,account_id,opened_at", "t1,a1,2026-01-01", "t2,a1,2026-01-02")
    (page,) = book.pull(last.cursor)

    assert [record[0] for record in page.records] == ["t1", "t2"]


def test_a_file_that_changed_in_the_middle_is_read_from_its_start(book: Drop):
    first, *_ = book.pull()
    book.csv("accounts", "account_id", "other")

    again, *_ = book.pull(first.cursor)

    assert [record[0] for record in again.records] == ["other"]


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"done": 3}'])
def test_a_cursor_nobody_can_read_is_no_cursor(drop: Drop, cursor: str):
    drop.csv("accounts", "account_id", "a")

    assert len(list(drop.pull(cursor))) == 1


def test_a_file_written_to_while_it_is_read_is_not_done(book: Drop):
    pages = book.pull()
    before = next(pages)
    path = book.folder / "accounts.csv"
    os.utime(path, ns=(1, 1))

    with pytest.raises(RetryLater) as delay:
        list(pages)

    assert delay.value.reason == "changed"
    assert json.loads(before.cursor or "")["done"] == {}


@pytest.mark.parametrize("lost", [1, 9, 200])
def test_a_gzip_file_that_ends_in_the_middle_is_refused_whole(drop: Drop, lost: int):
    drop.csv("accounts", "account_id", "a")
    drop.gz("usage", "account_id,day,events", *(f"a{n},2026-01-01,{n}" for n in range(3 * PAGE)), lost=lost)
    pages = drop.pull()

    assert [record[0] for record in next(pages).records] == ["a"]
    with pytest.raises(RetryLater, match=r"usage\.csv\.gz ends in the middle; copy it again"):
        next(pages)


def test_a_damaged_gzip_file_is_refused(drop: Drop):
    (drop.folder / "usage.csv.gz").write_bytes(b"account_id,day,events\n")

    with pytest.raises(RetryLater, match="damaged"):
        next(drop.pull())


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "has no header line"),
        (b"\n\n", "has no header line"),
        (b"account_id;name\na;b\n", "columns by ';'; save it with commas"),
        (b"account_id\tname\na\tb\n", r"columns by '\\t'"),
        ("account_id,name\na,b\n".encode("utf-16"), "is not UTF-8"),
        (b"account_id,Name,name\na,b,c\n", "has the column name twice"),
        (b"acount_id,name\na,b\n", "needs a column account_id; its column acount_id may be meant"),
        (b'account_id,"name\na,b\n', "the header is no CSV"),
    ],
)
def test_a_file_nobody_can_read_says_what_to_change(drop: Drop, content: bytes, hint: str):
    (drop.folder / "accounts.csv").write_bytes(content)

    for read in (drop.source().check, lambda: next(drop.pull())):
        with pytest.raises(Misconfigured, match=hint):
            read()


def test_check_is_content_with_good_files_and_leaves_nothing_behind(book: Drop):
    book.source().check()

    assert not (book.folder / "rejects").exists()


def test_check_wants_a_folder_with_files(drop: Drop):
    with pytest.raises(Misconfigured, match="no file of the import format"):
        drop.source().check()
    with pytest.raises(Misconfigured, match="is not a folder"):
        FilesSource(drop.folder / "absent").check()


def test_two_files_of_one_kind_are_refused(drop: Drop):
    drop.csv("accounts", "account_id", "a")
    drop.gz("accounts", "account_id", "a")

    with pytest.raises(Misconfigured, match=r"accounts\.csv\.gz and accounts\.csv: keep one"):
        drop.source().check()


def test_a_file_nobody_knows_is_remarked_on(drop: Drop):
    drop.csv("acounts", "account_id", "a")
    drop.csv("accounts.rejects", "file", "x")
    (drop.folder / "notes.txt").write_text("not ours")

    assert drop.records() == []
    assert [str(remark) for remark in drop.remarks] == [
        "acounts.csv: is no file of the import format; did you mean accounts?"
    ]


def test_rejects_are_written_beside_the_files_unless_told_otherwise(drop: Drop):
    drop.csv("accounts", "account_id", "a", "a")

    list(FilesSource(drop.folder).pull(None))

    assert (drop.folder / "accounts.rejects.csv").read_text().splitlines() == [
        "file,line,column,reason",
        "accounts.csv,3,,has the same account_id as a row above",
    ]


def test_rejects_that_cannot_be_written_stop_the_pull(drop: Drop):
    drop.csv("accounts", "account_id", "a", "a")
    (drop.folder / "blocked").write_text("a file where the folder should be")

    with pytest.raises(Misconfigured, match="cannot be written"):
        list(FilesSource(drop.folder, drop.folder / "blocked").pull(None))


def test_a_folder_in_the_place_of_a_file_is_no_file(drop: Drop):
    (drop.folder / "accounts.csv").mkdir()

    assert drop.records() == []


def test_a_file_one_may_not_read_is_named(drop: Drop, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    drop.csv("accounts", "account_id", "a")
    monkeypatch.setattr(Path, "open", refused)

    for read in (drop.source().check, lambda: next(drop.pull())):
        with pytest.raises(Misconfigured, match=r"accounts\.csv cannot be read: Permission denied"):
            read()


def test_a_listing_is_exhaustive_only_where_said_and_without_rejects(drop: Drop):
    drop.csv("accounts", "account_id", "a")
    drop.csv("contacts", "account_id,email", "a,ann@acme.example")
    drop.csv("tickets", "ticket_id,account_id,opened_at", "t,a,2026-01-01", "u,a,never")

    pages = list(FilesSource(drop.folder, complete=("accounts", "tickets")).pull(None))

    assert [page.complete for page in pages] == [True, False, False]
    assert [page.listing for page in pages] == ["accounts", "", "tickets"]


@pytest.mark.parametrize("stored", [1, 2, 3, 6])
def test_a_file_that_is_vouched_for_is_read_from_its_start_however_far_it_was_read(book: Drop, stored: int):
    *_, last = islice(book.pull(), stored)

    listed = [page for page in book.pull(last.cursor, "accounts") if page.listing]

    assert [page.listing for page in listed] == ["accounts"] * 3
    assert [page.complete for page in listed] == [False, False, False]  # a row of it is bad
    assert sum(len(list(page.records)) for page in listed) == 2 * PAGE


def test_reading_a_file_anew_does_not_bring_back_the_others(book: Drop):
    *_, last = book.pull()

    *listed, end = book.pull(last.cursor, "accounts")

    assert all(page.listing == "accounts" for page in [*listed, end])
    assert end.cursor == last.cursor


@pytest.mark.parametrize("name", ["accounts", "accounts.csv", "elsewhere/accounts.csv"])
def test_a_complete_file_is_named_with_or_without_its_suffix(book: Drop, name: str):
    assert complete_kinds(book.folder, [name, "tickets"]) == {"accounts", "tickets"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("seats", "the folder has no file 'seats' of the import format; it has accounts, usage, tickets"),
        ("accounts.parquet", "the folder has no file 'accounts.parquet'"),
        ("usage", "usage holds days"),
        ("usage.csv.gz", "usage holds days"),
    ],
)
def test_a_file_nobody_can_vouch_for_is_refused(book: Drop, name: str, words: str):
    with pytest.raises(Misconfigured, match=words):
        complete_kinds(book.folder, ["accounts", name])


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert FilesSettings().folder is None
    monkeypatch.setenv("SEATSIGNAL_FILES_FOLDER", str(tmp_path))
    assert FilesSettings().folder == tmp_path
