"""An hour of deliveries with a fault every half a minute: what the workers hold stays as it was.

Nobody is killed who is measured: the broker and the database are, and the destination answers badly.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import linear_regression, median

import msgspec

from store.database import Unavailable
from tests.chaos.fleet import BEAT, THREADS, Crib, Fleet, fleet
from tests.chaos.load import Load
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict, seen

PER_SECOND = 20
FAULT_EVERY_S, WARMING_EVERY_S = 30, 6
WARM = 0.25
"""Of the time: what is made at first and kept is no leak. Faults are many then: when something first fails in
a place, a process reads the source that the trace quotes, and keeps it.
"""
TELLING_S = 1_200
"""From so long on a slope says something of an hour."""
SLOPE_MIB_H, MORE_FDS = 1.0, 4
FAULTS = ("500", "refuse", "truncated", "html", "429")
MIB = 1024 * 1024


@dataclass
class _Sampled:
    """Of one worker: seconds, bytes in memory and open descriptors."""

    pid: int
    at: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def sample(self, at: float) -> None:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        self.at.append(at)
        self.memory.append(pages * os.sysconf("SC_PAGE_SIZE"))
        self.descriptors.append(sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir()))

    @property
    def warm(self) -> int:
        return int(WARM * len(self.at))

    @property
    def slope_mib_h(self) -> float:
        return linear_regression(self.at[self.warm :], self.memory[self.warm :]).slope * 3_600 / MIB

    @property
    def more_descriptors(self) -> float:
        """How many more there are in the last quarter than in the one after warming up, in the middle."""
        return median(self.descriptors[-self.warm :]) - median(self.descriptors[self.warm : 2 * self.warm])


def soak(servers: Servers, crib: Crib, *, seconds: int, seed: int = 0, sabotage: str = "") -> Verdict:
    """Deliver for so long. The slope of memory is judged if that is long enough to tell."""
    load, rng = Load(seconds * PER_SECOND, threads=1_000), Random(seed)
    with (
        stage(servers, "postgresql") as chosen,
        fleet(chosen, crib, (THREADS, THREADS, BEAT), **{VARIABLE: sabotage}) as workers,
    ):
        sampled = [_Sampled(member.pid) for member in workers.members]
        faults = _soaked(chosen, workers, load, sampled, rng, seconds)
        alive = all(member.alive for member in workers.members)
        verdict = _judged(chosen, load, sampled, faults, alive=alive)
    return msgspec.structs.replace(verdict, seed=seed)


def _soaked(  # noqa: PLR0917 - all that a soak is
    chosen: Stage, workers: Fleet, load: Load, sampled: Sequence[_Sampled], rng: Random, seconds: int
) -> int:
    began, planned, faults, next_s = time.monotonic(), 0, 0, 0
    while (passed := time.monotonic() - began) < seconds:
        due = min(load.size, int(passed * PER_SECOND))
        try:
            if due > planned:
                load.plan(chosen.database, planned, due)
                planned = due
        except Unavailable:
            pass
        if passed > next_s:
            _strike(chosen, rng)
            faults += 1
            next_s += WARMING_EVERY_S if passed < WARM * seconds else FAULT_EVERY_S
        assert all(member.alive for member in workers.members), workers.logs()
        for one in sampled:
            one.sample(passed)
        time.sleep(0.5)
    load.plan(chosen.database, planned, load.size)
    workers.wait(lambda: load.settled(chosen.database), "what is owed is sent in the end")
    return faults


def _strike(chosen: Stage, rng: Random) -> None:
    match rng.randrange(4):
        case 0:
            chosen.servers.redis.restart()
        case 1:
            chosen.servers.postgresql.restart()
        case _:
            chosen.rehearsal.faults("sink", rng.choice(FAULTS), times=3)


def _judged(chosen: Stage, load: Load, sampled: Sequence[_Sampled], faults: int, *, alive: bool) -> Verdict:
    found, seconds = seen(chosen.rehearsal, load.named()), load.size // PER_SECOND
    slope = max(one.slope_mib_h for one in sampled)
    more = max(one.more_descriptors for one in sampled)
    flat = seconds < TELLING_S or slope < SLOPE_MIB_H
    return Verdict(
        bar="soak",
        database="postgresql",
        seed=0,
        kills=faults,
        sent=found.sent,
        unique=found.unique,
        lost=found.lost,
        duplicated=found.duplicated,
        unknown=0,
        disorder=found.disorder,
        seconds=float(seconds),
        gap_s=0.0,
        ok=alive and flat and more <= MORE_FDS and not (found.lost or found.duplicated or found.disorder),
        figures={"mib_an_hour": round(slope, 2), "more_descriptors": more},
    )
