"""Deployments whose bell only remembers what was rung for."""

from dataclasses import dataclass, field

import pytest

from config.modes import load_modes
from config.plays import load_plays
from config.policy import load as load_policy
from config.routes import load_routes
from config.settings import Settings
from health.policy import Policy
from store.database import Database
from store.runs import Chunk
from tests.owed import AUTOMATIC
from worker.deployment import Deployment


@dataclass
class Remembered:
    """A bell that rings for nobody."""

    rung: list[tuple[str, object]] = field(default_factory=list)
    audits: list[int] = field(default_factory=list)
    looks: list[tuple[int, int]] = field(default_factory=list)
    sought: list[int] = field(default_factory=list)

    def pull(self, source: str, slot: int) -> None:
        self.rung.append((f"pull {source}", slot))

    def judge(self, slot: int) -> None:
        self.rung.append(("judge", slot))

    def audit(self, slot: int) -> None:
        self.audits.append(slot)

    def figures(self, slot: int, look: int = 0) -> None:
        self.looks.append((slot, look))

    def colleagues(self, slot: int) -> None:
        self.sought.append(slot)

    def assess(self, chunk: Chunk) -> None:
        self.rung.append(("assess", chunk))

    def deliver(self, destination: str) -> None:
        self.rung.append(("deliver", destination))


@pytest.fixture
def bell() -> Remembered:
    return Remembered()


@pytest.fixture(scope="session")
def shipped() -> Policy:
    """The policy as it is shipped, compiled once."""
    return load_policy(None)


def _deployed(database: Database, policy: Policy, bell: Remembered) -> Deployment:
    return Deployment(
        database=database,
        settings=Settings(lease_s=30.0),
        policy=policy,
        routes=load_routes(None),
        plays=load_plays(None),
        bell=bell,
        links=None,
        modes=load_modes(AUTOMATIC),
    )


@pytest.fixture
def deployment(emptied_sqlite: Database, bell: Remembered, shipped: Policy) -> Deployment:
    """One on SQLite: what is decided is decided alike on both; `tests/store` shows what is stored."""
    return _deployed(emptied_sqlite, shipped, bell)


@pytest.fixture
def deployment_on_both(emptied_database: Database, bell: Remembered, shipped: Policy) -> Deployment:
    """One on either database: for modules about races, leases and what is owed."""
    return _deployed(emptied_database, shipped, bell)
