"""The same kills against plain Celery tasks on the same Redis: what the promises are measured against."""

import time
from dataclasses import dataclass, field
from random import Random

from tests.chaos.fleet import POLL_S, Crib, Fleet, fleet
from tests.chaos.load import Load
from tests.chaos.plain_celery import VISIBILITY_S, make_app
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict, seen

CELERY = ("celery", "-A", "tests.chaos.plain_celery", "--quiet")
WORKER = (*CELERY, "worker", "-Q", "plain", "-l", "ERROR", "--without-gossip", "--without-mingle")
PLACES = ((*WORKER, "-P", "threads", "-c", "4"), (*WORKER, "-P", "prefork", "-c", "2"))
STANDSTILL_S = 4.0 * VISIBILITY_S


@dataclass
class _Progress:
    stage: Stage
    fleet: Fleet
    rng: Random
    moments: list[int]
    shown: int = 0
    changed: float = field(default_factory=time.monotonic)

    def follow(self, size: int) -> None:
        """Kill at each moment of progress, until all is seen or nothing more comes."""
        while time.monotonic() - self.changed < STANDSTILL_S:
            shown = self.stage.rehearsal.summary()["unique"]
            if shown >= size:
                return
            if shown != self.shown:
                self.shown, self.changed = shown, time.monotonic()
            if self.moments and shown >= self.moments[0]:
                self.moments.pop(0)
                self.fleet.strike(self.rng)
            self.fleet.raise_fallen()
            time.sleep(POLL_S)


def baseline(servers: Servers, crib: Crib, *, size: int, strikes: int, seed: int) -> Verdict:
    """Send one task per delivery and report what is lost and what is seen twice; no promise is judged."""
    started, rng, load = time.monotonic(), Random(seed), Load(size)
    moments = sorted(rng.sample(range(10, int(size * 0.95)), strikes))
    with stage(servers, "postgresql") as chosen, fleet(chosen, crib, PLACES) as workers:
        app = make_app(chosen.broker)
        for key in load.named():
            app.send_task("plain.show", (key,))
        app.close()
        _Progress(chosen, workers, rng, moments).follow(size)
        deaths = workers.deaths
    found = seen(servers.rehearsal, load.named())
    return Verdict(
        bar="baseline: plain Celery tasks",
        database="redis",
        seed=seed,
        kills=deaths,
        sent=found.sent,
        unique=found.unique,
        lost=found.lost,
        duplicated=found.duplicated,
        unknown=0,
        disorder=found.disorder,
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=True,
    )
