"""Processes that play a day with canaries: their settings, what is said, heard by the broker, and kept."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from celery import Celery
from sqlalchemy import select

from store.database import Database
from store.tables import metadata
from tests import book
from tests.owed import AUTOMATIC, go_live, rows
from tests.rehearsal import ROOT
from tests.services import Redis
from tests.worker.canaries import (
    IN_ARGUMENTS,
    IN_URLS,
    SECRETS,
    found,
    in_url,
    with_everything,
    with_people,
)
from tests.worker.echoes import Echoes

PATIENCE_S = 60
TICK_S = 5
NOWHERE = 1
"""A port at which no broker listens."""


# -- before -----------------------------------------------------------------------------------------


def judge_eve(url: str, folder: Path) -> None:
    """Judge the day before, in dry-run, and let the day begin."""
    opened = book.deployment(url)
    book.judge_folder(opened, with_people(book.write(folder, news=False)), book.DAY_BEFORE)
    book.set_day(opened.database, book.DAY)
    opened.database.close()


def judge_day(url: str, folder: Path) -> list[str]:
    """Judge the day, live, as far as the outbox; return what proves the links in the letters."""
    opened = book.deployment(url)
    go_live(opened.database)
    book.judge_folder(opened, with_everything(book.write(folder, news=True)), book.DAY)
    letters = [json.loads(row.payload) for row in rows(opened.database) if row.destination == "mail"]
    opened.database.close()
    return [link.rpartition("/")[2] for letter in letters for link in letter["links"].values()]


def environment(url: str, vendors: Echoes, home: Path, broker: int = NOWHERE) -> dict[str, str]:
    """All that a process finds in its environment."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return inherited | SECRETS | {
        "SEATSIGNAL_DATABASE_URL": url.replace("postgres@", f"postgres:{in_url(IN_URLS['database'])}@"),
        "SEATSIGNAL_BROKER_URL": f"redis://default:{in_url(IN_URLS['broker'])}@127.0.0.1:{broker}/0",
        "SEATSIGNAL_LOG_LEVEL": "DEBUG",
        "SEATSIGNAL_PUBLIC_URL": "https://seatsignal.example",
        "SEATSIGNAL_MODES": str(AUTOMATIC),
        "SEATSIGNAL_SLACK_BASE_URL": vendors.http,
        "SEATSIGNAL_MAIL_HOST": "127.0.0.1",
        "SEATSIGNAL_MAIL_PORT": str(vendors.smtp_port),
        "SEATSIGNAL_MAIL_STARTTLS": "false",
        "SEATSIGNAL_MAIL_SENDER": "success@seller.example",
        "SEATSIGNAL_WEB_PORT": "0",
        "HOME": str(home),
    }  # fmt: skip


# -- what is said -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Speaking:
    """A process, and the file that all it says is in."""

    process: "subprocess.Popen[bytes]"
    said: Path

    def until(self, *marks: str, ring: Callable[[], None] | None = None) -> None:
        """Wait until it has said each of these, and ``ring`` now and then as a tick does.

        Raises `AssertionError` with what else it said.
        """
        try:
            wait(lambda: not self._unsaid(marks), str(marks), ring)
        except AssertionError as error:
            lines = [line[:300] for line in self.said.read_text().splitlines()]
            error.add_note("\n".join([f"never said: {self._unsaid(marks)}", *lines[-100:]]))
            raise

    def _unsaid(self, marks: Iterable[str]) -> list[str]:
        said = self.said.read_text()
        return [mark for mark in marks if mark not in said]

    def line(self, mark: str) -> str:
        """Wait for a line with this in it, and return it."""
        self.until(mark)
        return next(line for line in self.said.read_text().splitlines() if mark in line)


@contextmanager
def speaking(words: Iterable[str], variables: Mapping[str, str], said: Path) -> Iterator[Speaking]:
    """Run Python with these words until the end of the block."""
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *words], env=variables, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        yield Speaking(process, said)
        process.terminate()
        process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait()


def wait(until: Callable[[], bool], what: str, ring: Callable[[], None] | None = None) -> None:
    """Wait until something is so. Raises `AssertionError` with what was waited for."""
    began, pause, rung = time.monotonic(), threading.Event(), 0
    while not until():
        waited_s = time.monotonic() - began
        if waited_s > PATIENCE_S:
            raise AssertionError(f"waited in vain for {what}")
        if ring and waited_s > (rung + 1) * TICK_S:
            ring()
            rung += 1
        pause.wait(0.05)


# -- what the broker hears --------------------------------------------------------------------------


@contextmanager
def overheard(server: Redis) -> Iterator[list[str]]:
    """Every command that anyone gives to a broker, with all its arguments."""
    commands: list[str] = []
    last = "ECHO over"

    def listen() -> None:
        commands.extend(iter(lambda: monitor.next_command()["command"], last))

    with redis.Redis(port=server.port, socket_timeout=None) as asking, asking.monitor() as monitor:
        listening = threading.Thread(target=listen)
        listening.start()
        try:
            yield commands
        finally:
            with redis.Redis(port=server.port) as other:
                other.echo("over")
            listening.join()


def ring(broker: Redis, *tasks: tuple[str, str, dict[str, object]]) -> None:
    """Send tasks by queue and name, with an argument that only a newer version knows."""
    with Celery(broker=broker.url, set_as_current=False) as sender:
        sender.conf.broker_transport_options = {"global_keyprefix": "seatsignal:"}
        for queue, name, arguments in tasks:
            newer = arguments | {"newer": IN_ARGUMENTS}
            sender.send_task(f"seatsignal.{name}", kwargs=newer, queue=queue)


# -- what is kept -----------------------------------------------------------------------------------

Held = Mapping[tuple[str, str], str]
"""All that is in a column, words in bytes included, by table and column."""


def held(url: str) -> Held:
    """Read every column of every table."""
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    with closing(Database(url)) as database, database.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for name, value in row._mapping.items():
                    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                    columns[table.name, name].append(text)
    return {place: "\n".join(texts) for place, texts in columns.items()}


def places(kept: Held, canaries: Iterable[str]) -> set[tuple[str, str]]:
    """The columns in which a canary is."""
    return {place for place, text in kept.items() if found(text, canaries)}
