"""Commands as a person gives them, in this process for its speed; `started` where a process is the point."""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from cli.main import main
from config.settings import settings
from store.database import Database
from tests import book, logs
from tests.owed import AUTOMATIC
from tests.rehearsal import ROOT, Rehearsal, start_sandbox
from worker.process import schedule
from worker.release import go_live

KEPT = ("PATH", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said where."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; fails if there are none or two."""
        return json.loads(self.out)

    @property
    def complaint(self) -> list[str]:
        """What was said on stderr, without the log."""
        return [line for line in self.err.splitlines() if line and not line.startswith('{"')]


@dataclass
class Seatsignal:
    """Runs commands on one database, with an environment of its own."""

    capture: pytest.CaptureFixture[str]
    url: str
    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """All that a command finds in its environment."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        own = {"SEATSIGNAL_DATABASE_URL": self.url, "XDG_DATA_HOME": str(self.home), "HOME": str(self.home)}
        return kept | own | self.variables

    def __call__(self, *words: str, **variables: str) -> Ended:
        """Run a command in this process; an error that it does not foresee is raised here."""
        self.capture.readouterr()  # what the test said before
        with _as_a_process_of_its_own(self.environment | variables, words):
            try:
                main()
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
        return Ended(status, *self.capture.readouterr())

    def started(self, *words: str, **variables: str) -> Ended:
        """Run Python with these words in a process of its own."""
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment | variables,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def database(self) -> Database:
        """The database, to look at; close it."""
        return Database(self.url)


@contextmanager
def _as_a_process_of_its_own(environment: dict[str, str], words: tuple[str, ...]) -> Iterator[None]:
    """Give back what a command changes for its whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    with patch.dict(os.environ, environment, clear=True), patch.object(sys, "argv", ["seatsignal", *words]):
        _forget()
        try:
            yield
        finally:
            root.handlers[:], (sys.excepthook, sys.unraisablehook, threading.excepthook) = handlers, hooks
            root.setLevel(level)
            logging.captureWarnings(capture=False)
            logs.plain()
            _forget()


def _forget() -> None:
    settings.cache_clear()
    schedule.cache_clear()


Make = Callable[[str], Seatsignal]


@pytest.fixture
def on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Make:
    """Makes commands for the database under a URL."""
    return lambda url: Seatsignal(capsys, url, tmp_path)


@pytest.fixture
def seatsignal(on: Make, tmp_path: Path) -> Seatsignal:
    """Commands on a database that is not there yet."""
    return on(f"sqlite:///{tmp_path / 'seatsignal.sqlite3'}")


@dataclass(frozen=True)
class Judged:
    """SQLite files with the book judged: the day before in dry-run, and the day, live."""

    eve: Path
    day: Path


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("judged")
    files = Judged(folder / "eve.sqlite3", folder / "day.sqlite3")
    opened = book.deployment(f"sqlite:///{files.day}")
    book.judge_eve(opened, folder / "eve")
    opened.database.close()
    shutil.copy(files.day, files.eve)
    go_live(opened)
    book.judge_day(opened, folder / "day", book.DAY)
    opened.database.close()
    return files


@pytest.fixture
def eve(seatsignal: Seatsignal, judged: Judged, tmp_path: Path) -> Seatsignal:
    """Commands on a database in dry-run, with the day before judged, at the start of the day."""
    shutil.copy(judged.eve, tmp_path / "seatsignal.sqlite3")
    return seatsignal


@pytest.fixture
def owing(seatsignal: Seatsignal, judged: Judged, tmp_path: Path) -> Seatsignal:
    """Commands on a live database, with the day judged and `book.OWED` due."""
    shutil.copy(judged.day, tmp_path / "seatsignal.sqlite3")
    return seatsignal


@pytest.fixture
def day(tmp_path: Path) -> str:
    """The folder of the day's import files."""
    return str(book.write(tmp_path / "day", news=True))


@pytest.fixture(scope="session")
def started_sandbox() -> Iterator[Rehearsal]:
    with start_sandbox({"slack_rate": {"per_second": 10_000, "burst": 10_000}}) as running:
        yield running


@pytest.fixture
def sandbox(started_sandbox: Rehearsal) -> Rehearsal:
    """One process for the whole folder, as new for each test."""
    started_sandbox.reset()
    return started_sandbox


@pytest.fixture
def reaching(sandbox: Rehearsal) -> dict[str, str]:
    """The variables that let letters be written and point Slack and mail at the sandbox."""
    return {
        "SEATSIGNAL_PUBLIC_URL": "https://seatsignal.example",
        "SEATSIGNAL_COMPANY_NAME": "Lumen Works",
        "SEATSIGNAL_MODES": str(AUTOMATIC),
        "SEATSIGNAL_SLACK_TOKEN": "xoxb-sandbox-token",
        "SEATSIGNAL_SLACK_BASE_URL": f"{sandbox.http}/slack/api",
        "SEATSIGNAL_MAIL_HOST": sandbox.smtp_host,
        "SEATSIGNAL_MAIL_PORT": str(sandbox.smtp_port),
        "SEATSIGNAL_MAIL_STARTTLS": "false",
        "SEATSIGNAL_MAIL_SENDER": "success@seller.example",
    }
