"""Policies that run away: whatever a new policy makes of the book, the brake lets no more pass than it may.

Each play judges a book again and again within a few days, each time by another policy drawn from the seed.
What was let pass is counted here, from the verdicts and the notices alone.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import yaml
from sqlalchemy import select, update

from config.files import SHIPPED, ConfigError
from config.policy import load
from health.bands import worse
from health.brake import Go
from health.policy import Policy
from store.tables import assessments, notices, runs
from tests.chaos.days import judge_all
from tests.chaos.theatre import EVE, Theatre
from tests.chaos.verdict import Verdict
from worker import release

HOUR_MS = 3_600_000
DAY_H, WEEK_H = 24, 168
ROUNDS = 4
FAR = 3
"""The seed of a play in which more would get worse than may."""
LETTERS = 2
"""To a person within a week."""
GONE = frozenset({"due", "claimed", "sending", "sent", "unknown"})


@dataclass
class Passed:
    """What a play let pass: by hour, how many accounts got worse; and of runs, how many were held."""

    active: int
    worse: list[tuple[float, int]] = field(default_factory=list)
    released: int = 0
    held: int = 0
    letters: int = 0

    @property
    def most(self) -> int:
        """The most accounts that got worse within a day in runs that were let pass."""
        return max(
            (sum(many for at, many in self.worse if hour - DAY_H < at <= hour) for hour, _ in self.worse),
            default=0,
        )

    @property
    def allowed(self) -> float:
        """How many may."""
        return max(25, 0.05 * self.active)

    @property
    def ok(self) -> bool:
        """Whether no more passed than may."""
        return self.most <= self.allowed and self.letters <= LETTERS


def runaway(stage: Theatre, *, plays: int, seed: int = 0) -> Verdict:
    """Play so many policies. ``sent`` are runs that were let pass, ``unique`` those that were held."""
    started = time.monotonic()
    played = [play(stage, Random(f"runaway/{seed + number}")) for number in range(plays)]
    with patch.object(release, "brake", lambda *_: Go()):
        free = play(stage, Random(f"runaway/{FAR}"))
    verdict = Verdict(
        bar="runaway policies",
        database="sqlite",
        seed=seed,
        kills=0,
        sent=sum(one.released for one in played),
        unique=sum(one.held for one in played),
        lost=0,
        duplicated=sum(not one.ok for one in played),
        unknown=0,
        disorder=max(one.most for one in played),
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=all(one.ok for one in played),
    )
    return verdict.against({"no_brake": 0 if free.ok else free.most})


def play(stage: Theatre, rng: Random) -> Passed:
    """Judge by one policy after another, hours apart."""
    stage.restore("eve")
    stage.day(EVE)
    own = stage.here.policy
    passed, hour = Passed(len(stage.bands())), 0.0
    try:
        for _ in range(ROUNDS):
            stage.here.policy = _drawn(rng) or stage.here.policy
            before = _bands(stage)
            judge_all(stage.here)
            _count(stage, passed, hour, before)
            hours = rng.choice((0.5, 3, 9, 20))
            hour += hours
            _let_pass(stage, hours)
    finally:
        stage.here.policy = own
    passed.letters = _most_letters(stage)
    return passed


def _drawn(rng: Random) -> Policy | None:
    """A policy with other edges and curves; `None` for one that is refused, as people's slips are."""
    data: dict[str, Any] = yaml.safe_load((SHIPPED / "policy.yaml").read_text())
    watch = rng.randint(10, 88)
    healthy = rng.randint(watch + 2, 98)
    data["bands"] |= {"watch_from": watch, "healthy_from": healthy}
    middles = {"at_risk": watch // 2, "watch": (watch + healthy) // 2, "healthy": (healthy + 100) // 2}
    data["matrix"]["scores"] |= middles
    for name, knots in data["curves"].items():
        less = rng.choice((0, 0, 10, 30, 60))
        data["curves"][name] = [[at, max(0, points - less)] for at, points in knots]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "policy.yaml")
        file.write_text(yaml.safe_dump(data, sort_keys=False))
        try:
            return load(file)
        except ConfigError:
            return None


def _bands(stage: Theatre) -> Mapping[int, str]:
    """The band that each account was last known to be in, of all that was ever judged."""
    query = select(assessments.c.account, assessments.c.band).order_by(assessments.c.run)
    with stage.here.database.read() as connection:
        return {row.account: row.band for row in connection.execute(query) if row.band != "unknown"}


def _count(stage: Theatre, passed: Passed, hour: float, before: Mapping[int, str]) -> None:
    query = select(runs.c.status).order_by(runs.c.id.desc()).limit(1)
    with stage.here.database.read() as connection:
        status = connection.execute(query).scalar_one()
    if status == "held":
        passed.held += 1
        return
    fell = sum(worse(band, before.get(account, band)) for account, band in _bands(stage).items())
    passed.worse.append((hour, fell))
    passed.released += 1


def _let_pass(stage: Theatre, hours: float) -> None:
    """Let hours pass: all that happened moves into the past."""
    moved = int(hours * HOUR_MS)
    with stage.here.database.write() as connection:
        connection.execute(update(runs).values(opened_ms=runs.c.opened_ms - moved))
        connection.execute(update(notices).values(planned_ms=notices.c.planned_ms - moved))


def _most_letters(stage: Theatre) -> int:
    """The most letters that anybody would get: all was within a week."""
    query = select(notices.c.owner, notices.c.status).where(notices.c.destination == "mail")
    with stage.here.database.read() as connection:
        counted = Counter(row.owner for row in connection.execute(query) if row.status in GONE)
    return max(counted.values(), default=0)
