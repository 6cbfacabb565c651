"""Files, columns and examples on docs/import-format.md are those that the reader takes."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cli.judgement import _columns
from cli.opened import judge_waiting
from config.settings import Settings
from health.figures.present import PRESENT
from health.records import SHAPES, Shape
from integrations.files.source import FilesSource
from integrations.rows.cells import Unreadable
from integrations.rows.columns import Column, columns
from integrations.rows.metrics import COLUMNS
from integrations.rows.usage_rows import LONG, PEOPLE
from store.installation import set_setting
from store.verdicts import Verdict, book
from tests.docs.pages import ROOT, page
from worker.bell import Aside
from worker.pipeline import pull
from worker.process import open_deployment

FORMAT = page("import-format.md")
KEY = re.compile(r"^One row per ((?:`\w+`(?:, )?)+)", re.MULTILINE)
NAMED = re.compile(r"^`([\w.]+)`\n\n```csv\n(.*?)^```", re.DOTALL | re.MULTILINE)
KINDS = {
    "address": "mail address",
    "amount": "money",
    "currency": "currency",
    "day": "date",
    "flag": "yes or no",
    "instant_ms": "instant",
    "number": "number",
    "text": "text",
    "whole": "whole number",
}


def kind(column: Column) -> str:
    """What the reader expects in a column, in the page's words."""
    name = getattr(column.parse, "__name__", "")
    return KINDS[name] if name in KINDS else refusal(column).removeprefix("is not ")


def refusal(column: Column) -> str:
    with pytest.raises(Unreadable) as caught:
        column.parse("?")
    return caught.value.reason


def rows(listed: tuple[Column, ...]) -> list[tuple[str, str, str]]:
    return [(column.name, kind(column), "yes" if column.required else "") for column in listed]


def read(shape: Shape) -> tuple[Column, ...]:
    return tuple(COLUMNS.values()) if shape.name == "usage" else columns(shape)


def section(name: str) -> str:
    """The text below a heading of the third level, up to the next heading."""
    found = re.search(rf"^### {name}\n(.*?)(?=^#|\Z)", FORMAT.text, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_every_file_is_listed_in_order() -> None:
    start = FORMAT.headings.index("Files and columns") + 1
    assert list(FORMAT.headings[start : start + len(SHAPES)]) == list(SHAPES)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_columns_are_those_of_the_reader(shape: Shape) -> None:
    first, *_ = (table for table in FORMAT.tables if table.section == shape.name)
    assert sorted(row[:3] for row in first.rows) == sorted(rows(read(shape)))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_keys_are_those_of_the_records(shape: Shape) -> None:
    (listed,) = KEY.findall(section(shape.name))
    by_field = {column.field: column.name for column in columns(shape)}
    assert re.findall(r"\w+", listed) == [by_field[field] for field in shape.key]


def test_the_other_columns_of_usage_are_those_of_the_reader() -> None:
    _, *others = (table for table in FORMAT.tables if table.section == "usage")
    assert [list(row[:3]) for table in others for row in table.rows] == [
        list(row) for row in rows((*LONG, *PEOPLE))
    ]


def test_something_rests_on_every_file() -> None:
    """Facts are read for feature rows, letters and figures of the book."""
    names = ("account_facts", "contacts", "days", "features", "names", "people", "reviews")
    readers = [ROOT / "store" / f"{name}.py" for name in names]
    used = {name for path in readers for name in re.findall(r'"(\w+)"', path.read_text(encoding="utf-8"))}
    used |= {kind for figure in PRESENT.values() for kind in figure.kinds}
    assert SHAPES.keys() - used == set()


def folder(home: Path, heading: str) -> Path:
    """The files shown under a heading, written to a folder."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## )", FORMAT.text, re.DOTALL | re.MULTILINE)
    assert found
    files = NAMED.findall(found[1])
    assert files
    for name, text in files:
        (home / name).write_text(text, encoding="utf-8")
    return home


def seatsignal(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a database in ``home``."""
    environment = {"SEATSIGNAL_DATABASE_URL": str(home / "seatsignal.sqlite3"), "PATH": os.defpath}
    command = [sys.executable, "-m", "cli", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def shown(heading: str) -> str:
    """What a command says under a heading, without the line that calls it."""
    (text,) = (
        block.text for block in FORMAT.blocks if block.section == heading and block.text.startswith("$ ")
    )
    return text.partition("\n")[2]


def test_the_small_folder_is_read_whole(tmp_path: Path) -> None:
    source = FilesSource(folder(tmp_path, "A small folder"))
    pages = list(source.pull(None))
    total = sum(len(list(found.records)) for found in pages)
    assert sum(found.rejects for found in pages) == 0
    assert source.remarks == []
    assert shown("A small folder") == f"files: {total} rows read, 0 rejected."


def test_the_small_folder_is_judged_as_shown(tmp_path: Path) -> None:
    (day,) = re.findall(r"^Judged as of ([\d-]+),", FORMAT.text, re.MULTILINE)
    (listed,) = (block.text for block in FORMAT.blocks if block.text.startswith("account "))
    found = judged(folder(tmp_path, "A small folder"), day)
    headings, rows = _columns(found, {})
    assert [re.split("  +", line) for line in listed.splitlines()] == [
        [str(value) for value in row] for row in (headings, *rows)
    ]


def judged(home: Path, day: str) -> list[Verdict]:
    """The verdicts on a folder's accounts as of a day, in the order of their keys."""
    deployment = open_deployment(Settings(database_url=f"sqlite:///{home / 'seatsignal.sqlite3'}"), Aside())
    with closing(deployment.database):
        with deployment.database.write() as connection:
            set_setting(connection, "business_day", day)
        deployment.use_source("files", FilesSource(home))
        pull(deployment, "files")
        judge_waiting(deployment)
        with deployment.database.read() as connection:
            return book(connection)


def test_the_bad_folder_is_rejected_as_shown(tmp_path: Path) -> None:
    home = folder(tmp_path, "Rejects and remarks")
    expected = home / "accounts.rejects.csv"
    rejects = expected.read_text(encoding="utf-8")
    expected.unlink()
    done = seatsignal(home, "import", str(home))
    assert (done.returncode, done.stdout.strip()) == (3, shown("Rejects and remarks"))
    assert expected.read_text(encoding="utf-8") == rejects


def test_the_usage_examples_are_read(tmp_path: Path) -> None:
    (long,) = (block.text for block in FORMAT.blocks if block.section == "usage")
    (tmp_path / "usage.csv").write_text(long, encoding="utf-8")
    (found,) = FilesSource(tmp_path).pull(None)
    assert (len(list(found.records)), found.rejects) == (1, 0)
