"""The company's two days by command, in this process and without haste: what a clean run makes of them."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date

from cli.opened import judge_waiting
from config.settings import Settings
from integrations.roles import Cursor, Page, Source
from integrations.vitals import Vitals
from store.database import Database
from store.installation import set_setting
from store.runs import FULL
from tests.chaos.company import MONDAY, SUNDAY
from tests.chaos.kept import Facts, kept, stored
from tests.chaos.stage import Stage, stage
from tests.chaos.vendors import SOURCES, Records, Told, Town, Vendors
from tests.owed import AUTOMATIC
from worker.bell import Aside
from worker.deployment import Deployment
from worker.pipeline import deliver, open_run, pull
from worker.process import open_deployment
from worker.release import go_live
from worker.tick import sweep

DESTINATIONS = ("slack", "hubspot", "mail")


@dataclass
class Noted:
    """A source whose cursors are noted, page by page."""

    source: Source
    cursors: list[Cursor | None] = field(default_factory=list)

    def check(self) -> None:
        """As the source does."""
        self.source.check()

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """As the source does."""
        for page in self.source.pull(cursor):
            self.cursors.append(page.cursor)
            yield page

    @property
    def vitals(self) -> Vitals:
        """As the source has them."""
        return self.source.vitals

    def close(self) -> None:
        """As the source does."""
        self.source.close()


@dataclass(frozen=True)
class Sunday:
    """What a clean first pull leaves: of each source the cursor behind each page, and the rows of each."""

    url: str
    facts: Facts
    cursors: Mapping[str, Sequence[Cursor | None]]
    rows: Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Monday:
    """What a clean run tells on the day after, and what is known then. ``owed``: before it told anything."""

    owed: str
    url: str
    facts: Facts
    told: Told
    records: Records
    seconds: float


@contextmanager
def deployed(database: Database) -> Iterator[Deployment]:
    """A deployment of this process; its vendors are those that are set up."""
    url = database.url.render_as_string(hide_password=False)
    opened = open_deployment(Settings(database_url=url, modes=AUTOMATIC), Aside())
    try:
        yield opened
    finally:
        for made in (*opened._sources.values(), *opened._destinations.values()):
            made.close()  # type: ignore[attr-defined]  # all have it
        opened.database.close()


def begin(database: Database, day: date) -> None:
    """Let the installation be at a day. People's tokens are those of every other installation here."""
    with database.write() as connection:
        set_setting(connection, "secret", "5e" * 32)
        set_setting(connection, "business_day", day.isoformat())


def clean_sunday(town: Town) -> Sunday:
    """Pull everything for the first time, judge it in silence, and go live."""
    town.vendors.show(SUNDAY)
    with stage(town.servers, "sqlite", live=False) as chosen:
        begin(chosen.database, SUNDAY)
        with town.vendors.set_up(), deployed(chosen.database) as here:
            noted = {name: Noted(here.source(name)) for name in SOURCES}
            for name, source in noted.items():
                here.use_source(name, source)
            _pull_all(here)
        known = kept(chosen.database)
        rows = {name: stored(chosen.database, name) for name in SOURCES}
        end_sunday(town.vendors, chosen.database)
        cursors = {name: source.cursors for name, source in noted.items()}
        return Sunday(chosen.environment["SEATSIGNAL_DATABASE_URL"], known, cursors, rows)


def clean_monday(town: Town, eve: Sunday) -> Monday:
    """Pull what is new, judge it, and send what is owed, from a database that stands at the eve's end."""
    open_monday(town.vendors)
    with stage(town.servers, "sqlite", judged=False, like=eve.url) as chosen:
        begin(chosen.database, MONDAY)
        began = time.monotonic()
        with town.vendors.set_up(), deployed(chosen.database) as here:
            _pull_all(here)
            judge_all(here)
            owed = _copy(chosen)
            send(here)
        seconds = time.monotonic() - began
        url = chosen.environment["SEATSIGNAL_DATABASE_URL"]
        return Monday(owed, url, kept(chosen.database), town.vendors.told(), town.vendors.records(), seconds)


def _copy(chosen: Stage) -> str:
    """Keep what SQLite holds now."""
    file = chosen.folder / "owed.sqlite3"
    with closing(sqlite3.connect(chosen.folder / "seatsignal.sqlite3")) as connection:
        connection.execute("VACUUM INTO ?", (str(file),))
    return f"sqlite:///{file}"


def open_monday(vendors: Vendors) -> None:
    """Let the vendors hold Monday's books, and the CRM our properties."""
    vendors.show(MONDAY)
    with vendors.set_up():
        vendors.prepare_crm()


def judge_all(here: Deployment) -> None:
    """Judge every account."""
    open_run(here, FULL)
    judge_waiting(here)


def send(here: Deployment) -> None:
    """Send what is owed by now."""
    for name in DESTINATIONS:
        while deliver(here, name).more:
            pass


def end_sunday(vendors: Vendors, database: Database) -> None:
    """Judge in silence what was pulled, and go live: all that is new from now on is news."""
    with vendors.set_up(), deployed(database) as here:
        end_in_silence(here)


def end_in_silence(here: Deployment) -> None:
    """Judge all that was pulled, and go live."""
    sweep(here, after_ms=0)
    open_run(here, FULL)
    if isinstance(here.bell, Aside):
        here.bell.chunks.reverse()  # the last run knows all: those before it leave what it judged
    judge_waiting(here)
    go_live(here)


def _pull_all(here: Deployment) -> None:
    for name in SOURCES:
        pulled = pull(here, name)
        assert (pulled.failure, pulled.rejects) == ("", 0), pulled
