"""What a bar is played on: one database, one broker, and the sandbox that judges."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from store.database import Database
from store.schema import migrate
from tests import services
from tests.chaos.nursery import Birth
from tests.integrations.mail import rig as mail
from tests.integrations.slack import rig as slack
from tests.owed import go_live
from tests.rehearsal import Rehearsal, start_sandbox

LEASE_S = 1.5
TICK_S = 0.25
SANDBOX = {
    "slack_rate": {"per_second": 10_000, "burst": 10_000},
    "smtp_user": "seatsignal",
    "smtp_password": "sandbox-password",
}
_numbers = count(1)


@dataclass(frozen=True)
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
def stage(servers: Servers, name: str) -> Iterator[Stage]:
    """``sqlite`` with the broker in memory, or ``postgresql`` with Redis; nothing has happened yet."""
    servers.rehearsal.reset()
    folder = servers.folder / f"{name}-{next(_numbers)}"
    folder.mkdir()
    url, broker = _SETS[name](servers, folder)
    database = Database(url)
    try:
        migrate(database)
        go_live(database)
        yield Stage(name, servers, folder, database, broker, _environment(servers, folder, url, broker))
    finally:
        database.close()


def _sqlite(_servers: Servers, folder: Path) -> tuple[str, str]:
    return f"sqlite:///{folder / 'seatsignal.sqlite3'}", "memory://"


def _postgresql(servers: Servers, folder: Path) -> tuple[str, str]:
    with psycopg.connect(servers.postgresql.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{folder.name}"')
    servers.redis.flush()
    return servers.postgresql.url(folder.name), servers.redis.url


_SETS = {"sqlite": _sqlite, "postgresql": _postgresql}


def _environment(servers: Servers, folder: Path, url: str, broker: str) -> dict[str, str]:
    schedule = folder / "schedule.yaml"
    schedule.write_text("pull: {}\nassess: 86400\n")
    rehearsal = servers.rehearsal
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return inherited | {
        "SEATSIGNAL_DATABASE_URL": url,
        "SEATSIGNAL_BROKER_URL": broker,
        "SEATSIGNAL_LEASE_S": str(LEASE_S),
        "SEATSIGNAL_TICK_S": str(TICK_S),
        "SEATSIGNAL_SCHEDULE": str(schedule),
        "SEATSIGNAL_LOG_LEVEL": "ERROR",
        "CHAOS_SINK_URL": rehearsal.http,
        **slack.rig(rehearsal).good,
        **mail.rig(rehearsal).good,
    }
