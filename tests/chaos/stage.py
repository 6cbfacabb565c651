"""What a bar is played on: one database, one broker, and the sandbox that judges."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from store import slots
from store.database import Database
from store.schema import migrate
from tests import services
from tests.chaos.nursery import Birth
from tests.integrations.mail import rig as mail
from tests.integrations.slack import rig as slack
from tests.integrations.teams import rig as teams
from tests.owed import AUTOMATIC, go_live
from tests.rehearsal import Rehearsal, start_sandbox
from worker.tick import AUDIT, JUDGE

LEASE_S = 1.5
TICK_S = 0.3
LONG_S = 10**9
"""An interval that no test sees the end of."""
SANDBOX = {
    "slack_rate": {"per_second": 10_000, "burst": 10_000},
    "teams": {"rate": {"per_second": 10_000, "burst": 10_000}},
    "smtp_user": "seatsignal",
    "smtp_password": "sandbox-password",
}
_numbers = count(1)


@dataclass(frozen=True, eq=False)
class Servers:
    """What all stages share: the servers, each a process of its own."""

    rehearsal: Rehearsal
    postgresql: services.PostgreSQL
    redis: services.Redis
    folder: Path


@contextmanager
def serve() -> Iterator[Servers]:
    """Run the servers until the end of the block."""
    with (
        TemporaryDirectory(prefix="seatsignal-chaos-") as folder,
        start_sandbox(SANDBOX) as rehearsal,
        services.postgresql() as postgresql,
        services.redis() as redis,
    ):
        yield Servers(rehearsal, postgresql, redis, Path(folder))


@dataclass(frozen=True)
class Stage:
    """One bar's own empty, live database, and the environment of the processes that work on it."""

    name: str
    servers: Servers
    folder: Path
    database: Database
    broker: str
    environment: dict[str, str] = field(repr=False)

    @property
    def embedded(self) -> bool:
        """Whether everything runs in one process."""
        return self.broker == "memory://"

    @property
    def rehearsal(self) -> Rehearsal:
        """The judge."""
        return self.servers.rehearsal

    def birth(self, log: str, *arguments: str, **more: str) -> Birth:
        """A process of this stage's."""
        return Birth(arguments, self.environment | more, str(self.folder / f"{log}.log"))


@contextmanager
def stage(
    servers: Servers, name: str, *, judged: bool = True, live: bool = True, like: str = ""
) -> Iterator[Stage]:
    """``sqlite`` with the broker in memory, or ``postgresql`` with Redis; nothing has happened yet.

    ``judged``: the accounts, none, have been judged for the day, so that nobody has anything else to say.
    ``like``: the address of a database of that name, which nobody uses now, that this one begins as.
    """
    servers.rehearsal.reset()
    folder = servers.folder / f"{name}-{next(_numbers)}"
    folder.mkdir()
    if name == "sqlite":
        url, broker = _sqlite_copy(servers, folder, like), "memory://"
    else:
        url, broker = _postgresql_copy(servers, folder.name, like), servers.redis.url
        servers.redis.flush()
    database = Database(url)
    try:
        if live:
            go_live(database)
        if judged:
            _judge(database)
        yield Stage(name, servers, folder, database, broker, _environment(servers, folder, url, broker))
    finally:
        database.close()


def _judge(database: Database) -> None:
    with database.write() as connection:
        for job in (JUDGE, AUDIT):
            slot = slots.due_slot(connection, job, LONG_S)
            slots.done(connection, job, slot or 0)


def _sqlite_copy(servers: Servers, folder: Path, like: str) -> str:
    file = like.removeprefix("sqlite:///") or _sqlite(servers)
    return f"sqlite:///{shutil.copy(file, folder / 'seatsignal.sqlite3')}"


def _postgresql_copy(servers: Servers, name: str, like: str) -> str:
    template = like.rpartition("/")[2] or _postgresql(servers)
    with psycopg.connect(servers.postgresql.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return servers.postgresql.url(name)


@cache
def _sqlite(servers: Servers) -> Path:
    """A migrated database, to be copied."""
    file = servers.folder / "migrated.sqlite3"
    _migrate(f"sqlite:///{file}")
    return file


@cache
def _postgresql(servers: Servers) -> str:
    """A migrated database, to be copied."""
    with psycopg.connect(servers.postgresql.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE chaos_migrated")
    _migrate(servers.postgresql.url("chaos_migrated"))
    return "chaos_migrated"


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


def _environment(servers: Servers, folder: Path, url: str, broker: str) -> dict[str, str]:
    schedule = folder / "schedule.yaml"
    schedule.write_text(f"pull: {{}}\nassess: {LONG_S}\naudit: {LONG_S}\n")
    rehearsal = servers.rehearsal
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return inherited | {
        "SEATSIGNAL_DATABASE_URL": url,
        "SEATSIGNAL_BROKER_URL": broker,
        "SEATSIGNAL_LEASE_S": str(LEASE_S),
        "SEATSIGNAL_TICK_S": str(TICK_S),
        "SEATSIGNAL_SCHEDULE": str(schedule),
        "SEATSIGNAL_MODES": str(AUTOMATIC),
        "SEATSIGNAL_LOG_LEVEL": "ERROR",
        "CHAOS_SINK_URL": rehearsal.http,
        **slack.rig(rehearsal).good,
        **mail.rig(rehearsal).good,
        **teams.rig(rehearsal).good,
    }
