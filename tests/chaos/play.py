"""How a bar is played: notices are owed and delivered while something is done to those who deliver."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec

from store import balance, outbox
from store.database import Database, Unavailable
from tests.chaos.fleet import PATIENCE_S, POLL_S, Crib, Fleet, fleet
from tests.chaos.load import Load
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, seen

BATCH = 25
_IN_LEDGER = {"duplicated": "duplicates", "disorder": "disorder"}

Strike = Callable[[Stage, Fleet, Random], None]
"""What is done at random moments of progress."""


@dataclass(frozen=True)
class Plot:
    """What is played.

    ``strikes`` fall at moments of progress drawn from the seed. ``arms`` are failpoints: each process that
    is started gets the next one, until none is left. ``ahead`` notices are planned before they are seen, so
    that workers are busy and planning goes on beside them. Unless ``supervised``, processes that end stay
    away, and the bar fails. Nothing more is waited for once the ledger counts one ``enough`` (`duplicated`
    or `disorder`), or once nothing has changed for ``standstill_s`` seconds: short where a loss is expected.
    """

    bar: str
    load: Load
    seed: int
    places: tuple[tuple[str, ...], ...]
    strike: Strike | None = None
    strikes: int = 0
    arms: tuple[str, ...] = ()
    sabotage: str = ""
    supervised: bool = True
    ahead: int = 300
    enough: str = ""
    standstill_s: float = PATIENCE_S


@dataclass
class _Play:
    stage: Stage
    fleet: Fleet
    plot: Plot
    rng: Random
    planned: int = 0
    summary: dict[str, Any] = field(default_factory=dict)
    gap_s: float = 0.0
    last: tuple[int, Counter[str]] = (0, Counter())
    changed: float = field(default_factory=time.monotonic)
    progressed: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        late = int(self.plot.load.size * 0.95)
        self.moments = sorted(self.rng.sample(range(10, late), self.plot.strikes))

    def run(self) -> None:
        while not self.is_over():
            self.look()
            if self.plot.supervised:
                self.fleet.raise_fallen()
            time.sleep(POLL_S)

    def look(self) -> None:
        """Plan and strike as far as things have come. A database that is away is looked at again."""
        self.summary = self.stage.rehearsal.summary()
        shown = self.summary["unique"]
        try:
            self.plan(shown)
            stands = self.plot.load.account(self.stage.database)
        except Unavailable:
            return
        if (shown, stands) != self.last:
            self.note(shown)
            self.last, self.changed = (shown, stands), time.monotonic()
        if self.moments and shown >= self.moments[0] and self.plot.strike:
            self.moments.pop(0)
            self.plot.strike(self.stage, self.fleet, self.rng)

    def note(self, shown: int) -> None:
        """Keep the longest time between two moments of progress."""
        if shown > self.last[0] > 0:
            self.gap_s = max(self.gap_s, time.monotonic() - self.progressed)
        if shown > self.last[0]:
            self.progressed = time.monotonic()

    def plan(self, shown: int) -> None:
        if self.planned < self.plot.load.size and self.planned - shown < self.plot.ahead:
            self.plot.load.plan(self.stage.database, self.planned, self.planned + BATCH)
            self.planned = min(self.planned + BATCH, self.plot.load.size)

    def is_over(self) -> bool:
        """Whether all is settled, or nothing moves any more."""
        shown, stands = self.last
        if self.plot.enough in _IN_LEDGER and self.summary.get(_IN_LEDGER[self.plot.enough]):
            return True
        settled = stands.keys().isdisjoint(outbox.OPEN) and stands.total() == self.plot.load.size
        patience_s = self.plot.standstill_s if shown else PATIENCE_S
        return settled or time.monotonic() - self.changed > patience_s


def play(stage: Stage, crib: Crib, plot: Plot) -> Verdict:
    """Play a bar and return what the ledger says of it."""
    started = time.monotonic()
    with fleet(stage, crib, plot.places, arms=plot.arms, **{VARIABLE: plot.sabotage}) as workers:
        played = _Play(stage, workers, plot, Random(plot.seed))
        played.run()
        kept = plot.supervised or all(member.alive for member in workers.members)
    verdict = _judged(played, time.monotonic() - started)
    return msgspec.structs.replace(verdict, ok=verdict.ok and kept)


def _judged(played: _Play, seconds: float) -> Verdict:
    """Read the verdict from the ledger, and from the database only what nobody has seen."""
    stage, plot = played.stage, played.plot
    found = seen(stage.rehearsal, plot.load.named(), plot.load.system)
    stands = plot.load.account(stage.database)
    return Verdict(
        bar=plot.bar,
        database=stage.name,
        seed=plot.seed,
        kills=played.fleet.deaths,
        sent=found.sent,
        unique=found.unique,
        lost=found.lost,
        duplicated=found.duplicated,
        unknown=stands["unknown"],
        disorder=found.disorder,
        seconds=round(seconds, 1),
        gap_s=round(played.gap_s, 1),
        ok=not (found.lost or found.duplicated or found.disorder)
        and stands == {"sent": plot.load.size}
        and balanced(stage.database),
    )


def balanced(database: Database) -> bool:
    """Whether our own books say the same: all that was owed is accounted for."""
    with database.read() as connection:
        return not list(balance.defects(connection))
