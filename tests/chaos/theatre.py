"""Where faults of sources are played: an installation whose database begins anew with each play.

Its vendors' stand-ins are asked through a liar. What honest days bring is known before anybody lies.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import msgspec
from sqlalchemy import select, update

from cli import standins
from cli.opened import judge_waiting
from config.settings import Settings
from store import slots, verdicts
from store.database import Database, clock
from store.schema import migrate
from store.tables import batches, job_slots, notices, source_status
from tests.chaos.company import LAST_DAY, PAGES
from tests.chaos.days import begin, end_in_silence, judge_all
from tests.chaos.liar import Answer, Liar, lying
from tests.chaos.vendors import CONFIG, OFTEN, REACHED, SOURCES, matter
from tests.owed import AUTOMATIC
from tests.rehearsal import start_sandbox
from worker.bell import Aside
from worker.deployment import Deployment
from worker.lateness import Turns, look
from worker.pipeline import pull
from worker.process import open_deployment
from worker.tick import pull_job

EVE, *DAYS = (LAST_DAY - timedelta(days=back) for back in (3, 2, 1, 0))
HOUR_S = 3_600
OTHER = frozenset({"operator"})
"""Templates that are no effect: people who run Seatsignal are to hear."""
SETTINGS = {
    "SEATSIGNAL_POSTHOG_FIRST_DAYS": "70",
    "SEATSIGNAL_POSTHOG_DAYS_PER_QUERY": "14",
    "SEATSIGNAL_KEYGEN_PAGE_SIZE": "30",
    "SEATSIGNAL_KEYGEN_EVENT_LOG_DAYS": "4",
    "SEATSIGNAL_ZENDESK_CALLS_PER_MINUTE": "500",
    "SEATSIGNAL_LOG_LEVEL": "ERROR",
}
"""Days pass in a second: of what a vendor allows in a minute one play would take all."""
Owed = Counter[tuple[str, str]]
"""What would leave: of which template, about what."""


@dataclass
class Theatre:
    """One deployment whose database begins anew with each play, and what honest days look like."""

    here: Deployment
    liar: Liar
    file: Path
    recorded: dict[tuple[str, bool], tuple[Answer, ...]] = field(default_factory=dict)
    clean: dict[str, Mapping[date, tuple[Owed, Mapping[str, str]]]] = field(default_factory=dict)

    def prepare(self, vendor: str) -> None:
        """Know what honest days of a vendor bring; the first time that it is played."""
        if vendor not in self.clean:
            _morning(self, vendor)
            for anew in (True, False):
                self.recorded[vendor, anew] = _told(self, vendor, anew=anew)
            self.clean[vendor] = dict(_clean(self, vendor))

    def restore(self, name: str) -> None:
        """Let the database be what it was."""
        self.here.database.close()
        for vendor in SOURCES:
            self.forget(vendor)
        shutil.copy(self.file.with_name(name), self.file)

    def keep(self, name: str) -> None:
        """Remember what the database is now."""
        self.here.database.close()
        shutil.copy(self.file, self.file.with_name(name))

    def day(self, day: date) -> None:
        """Let a day begin."""
        self.liar.day = day
        begin(self.here.database, day)

    def anew(self, vendor: str) -> None:
        """Let the next pull begin at the source's beginning."""
        with self.here.database.write() as connection:
            statement = update(source_status).where(source_status.c.source == vendor)
            connection.execute(statement.values(cursor=None))

    @contextmanager
    def hasty(self, vendor: str) -> Iterator[None]:
        """Let a source have little patience until the end of the block."""
        with patch.dict(os.environ, {f"SEATSIGNAL_{vendor.upper()}_TIMEOUT_S": "0.3"}):
            self.forget(vendor)
            yield
        self.forget(vendor)

    def forget(self, vendor: str) -> None:
        """Let a source be made anew."""
        if made := self.here._sources.pop(vendor, None):
            made.close()

    def honest(self, vendor: str) -> None:
        """Pull the truth."""
        self.liar.begin()
        pulled = pull(self.here, vendor)
        assert not pulled.failure, pulled

    def owed(self) -> Owed:
        """What would leave but states, which are compared by band."""
        query = select(notices.c.template, notices.c.key, notices.c.kind, notices.c.payload)
        query = query.where(notices.c.status.in_(("due", "claimed", "sending", "sent", "unknown")))
        with self.here.database.read() as connection:
            rows = connection.execute(query).all()
        return Counter((row.template, _about(row)) for row in rows if row.template not in OTHER)

    def told(self, vendor: str) -> tuple[str, ...]:
        """The incidents of a source that operators were told of; another reason stands in the same thread."""
        query = select(notices.c.key).where(notices.c.template == "operator").order_by(notices.c.id)
        with self.here.database.read() as connection:
            keys = [row.key for row in connection.execute(query)]
        incidents = (key.rpartition("/")[0] for key in keys if key.split("/")[2] == vendor)
        return tuple(dict.fromkeys(incidents))

    def bands(self) -> Mapping[str, str]:
        """The band of every account."""
        with self.here.database.read() as connection:
            return {each.key: each.assessment.band for each in verdicts.book(connection)}

    def turn(self, vendor: str) -> None:
        """Let an hour pass, at whose end it is a source's turn."""
        moved = HOUR_S * 1000
        c, job = job_slots.c, pull_job(vendor)
        with self.here.database.write() as connection:
            for table in (source_status, batches):
                connection.execute(update(table).values(pulled_ms=table.c.pulled_ms - moved))
            connection.execute(update(job_slots).values(rung_ms=c.rung_ms - moved, slot=1 - c.slot))
            connection.execute(update(job_slots).values(slot=-c.slot))
            slots.due_slot(connection, job, HOUR_S)
            slots.done(connection, job, clock(connection) // moved)

    def look(self, vendor: str) -> None:
        """Look whether a source is late, as happens at each tick."""
        look(self.here, [Turns(vendor, pull_job(vendor), HOUR_S)])


def _about(row: object) -> str:
    """What a notice says: a state, its band; of others what they are about."""
    about = matter(row.key)
    if row.kind != "state":
        return about
    return f"{about} {msgspec.json.decode(row.payload).get('band')}"


@contextmanager
def theatre() -> Iterator[Theatre]:
    """Open a theatre: the eve is judged, live, and what honest days bring is known."""
    with (
        TemporaryDirectory(prefix="seatsignal-faults-") as folder,
        start_sandbox(CONFIG) as rehearsal,
        lying(rehearsal) as liar,
    ):
        place = Path(folder)
        rehearsal.reset()
        with patch.dict(
            os.environ, {**standins.settings(place, liar.http), **OFTEN, **REACHED, **PAGES, **SETTINGS}
        ):
            file = place / "played.sqlite3"
            database = Database(f"sqlite:///{file}")
            migrate(database)
            liar.day = EVE
            begin(database, EVE)
            database.close()
            here = open_deployment(Settings(database_url=f"sqlite:///{file}", modes=AUTOMATIC), Aside())
            opened = Theatre(here, liar, file)
            try:
                _open(opened)
                yield opened
            finally:
                opened.here.database.close()


def _open(stage: Theatre) -> None:
    for vendor in SOURCES:
        stage.honest(vendor)
    end_in_silence(stage.here)
    judge_all(stage.here)
    stage.keep("eve")


def _morning(stage: Theatre, vendor: str) -> None:
    """Let the day after the eve have begun, on which all but one vendor have been read."""
    stage.restore("eve")
    stage.day(DAYS[0])
    for other in SOURCES:
        if other != vendor:
            stage.honest(other)
    judge_waiting(stage.here)
    stage.keep(vendor)


def _told(stage: Theatre, vendor: str, *, anew: bool) -> tuple[Answer, ...]:
    """What an honest pull of that morning is told."""
    stage.restore(vendor)
    stage.day(DAYS[0])
    if anew:
        stage.anew(vendor)
    stage.honest(vendor)
    return tuple(answer for _, answer in stage.liar.asked)


def _clean(stage: Theatre, vendor: str) -> Iterator[tuple[date, tuple[Owed, Mapping[str, str]]]]:
    stage.restore(vendor)
    for day in DAYS:
        stage.day(day)
        stage.honest(vendor)
        judge_all(stage.here)
        yield day, (stage.owed(), stage.bands())
