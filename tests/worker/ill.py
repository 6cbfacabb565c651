"""A source of twelve accounts' use, day by day, which a test lets fall ill and get well again."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from sqlalchemy import Row, update

from health.records import Record, Usage
from integrations.errors import IntegrationError
from integrations.roles import Page
from store import runs, slots
from store.database import Database, clock
from store.installation import set_setting
from store.runs import Chunk
from store.tables import batches, job_slots, source_status
from tests.owed import go_live, rows
from worker.deployment import Deployment
from worker.lateness import Turns, look
from worker.pipeline import Pulled, assess, open_run, pull
from worker.tick import pull_job

ACCOUNTS = tuple(f"a{number}" for number in range(12))
SOURCE = "posthog"
DAY = date(2026, 6, 1)
"""The first day that is judged; all is well until the day before."""
USED = 20
HOUR_S = 3_600
JOB = pull_job(SOURCE)


class Telling:
    """A source that says what a test lets it say, or fails."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.error: Exception | None = None

    def check(self) -> None:
        """Always content."""

    def pull(self, _cursor: str | None) -> Iterator[Page]:
        if self.error:
            raise self.error
        yield Page(self.records, None)


class Ward:
    """A live installation, the source it reads, and the day it believes it to be."""

    def __init__(self, deployment: Deployment, *, live: bool = True, new: bool = False) -> None:
        """Read and judge ten weeks in dry-run, unless it is all ``new``; then go live."""
        self.deployment = deployment
        self.source = Telling()
        self.today = DAY
        deployment.settings = deployment.settings.model_copy(update={"founders": SOURCE})
        deployment.use_source(SOURCE, self.source)
        self.turn(0)
        if not new:
            self.read(used(days_before(DAY, 70)))
        if live:
            go_live(self.database)

    @property
    def database(self) -> Database:
        return self.deployment.database

    def turn(self, days: int) -> None:
        """Let days pass."""
        self.today += timedelta(days=days)
        with self.database.write() as connection:
            set_setting(connection, "business_day", self.today.isoformat())

    def read(self, records: Iterable[Record] = ()) -> Pulled:
        """Pull what the source says, and judge whom it touches."""
        self.source.records = list(records)
        done = pull(self.deployment, SOURCE)
        self.judge_waiting()
        return done

    def judge(self) -> int:
        """Judge every account, as happens each day whatever was read."""
        run = open_run(self.deployment, runs.FULL)
        self.judge_waiting()
        return run

    def judge_waiting(self) -> None:
        for chunk in self.chunks():
            assess(self.deployment, chunk)

    def chunks(self) -> list[Chunk]:
        """What was rung for and is not judged."""
        rung = self.deployment.bell.rung
        waiting = [what for bell, what in rung if bell == "assess"]
        rung.clear()
        return waiting

    def fall(self, days: int) -> None:
        """Let as many days pass on which nobody seems to use anything, and read them all at once."""
        self.turn(days)
        self.read(used(days_before(self.today, days), 0))

    def hours(self, many: int, error: IntegrationError | None = None) -> None:
        """Let hours pass, in each of which the source has its turn; with an error it fails each time."""
        self.source.error = error
        for _ in range(many):
            self.sleep(1)
            with self.database.write() as connection:
                slots.due_slot(connection, JOB, HOUR_S)
                slots.done(connection, JOB, clock(connection) // (HOUR_S * 1000))
            if error:
                pull(self.deployment, SOURCE)
            look(self.deployment, [Turns(SOURCE, JOB, HOUR_S)])

    def sleep(self, hours: int) -> None:
        """Let hours pass in which nothing runs: all that happened moves into the past."""
        moved = hours * HOUR_S * 1000
        c = job_slots.c
        with self.database.write() as connection:
            connection.execute(update(source_status).values(pulled_ms=source_status.c.pulled_ms - moved))
            connection.execute(update(batches).values(pulled_ms=batches.c.pulled_ms - moved))
            connection.execute(update(job_slots).values(rung_ms=c.rung_ms - moved, slot=hours - c.slot))
            connection.execute(update(job_slots).values(slot=-c.slot))

    def told(self) -> list[Row[tuple[object, ...]]]:
        """What operators were told."""
        return [row for row in rows(self.database) if row.template == "operator"]

    def alerted(self) -> list[str]:
        """The keys of the alerts to colleagues."""
        return [row.key for row in rows(self.database) if row.key.startswith("csm/")]


def said(row: Row[tuple[object, ...]]) -> str:
    """All the words of a notice to operators."""
    told = json.loads(str(row.payload))
    return " ".join((told["title"], told["what_happened"], *told["what_to_do"]))


def days_before(day: date, many: int) -> list[date]:
    return [day - timedelta(days=n) for n in range(many, 0, -1)]


def used(days: Iterable[date], users: int = USED, accounts: Iterable[str] = ACCOUNTS) -> list[Record]:
    """As many users of each account on each day."""
    accounts = tuple(accounts)
    return [Usage(account, day, active_users=users) for day in days for account in accounts]
