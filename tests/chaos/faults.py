"""Whatever a source answers, nobody is alarmed by it: every kind of fault, many times each.

A play begins on a live morning. One source's answers are wrong for a day or two, in a pull that goes on or
one that reads all anew, and then are the truth again. What is owed in the end may be no more than what is
owed where nobody lied; meanwhile no band is worse, and operators hear of it once.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from unittest.mock import patch

from health.bands import worse
from store import doubt
from tests.chaos.days import judge_all
from tests.chaos.liar import Answer, Broken, Call, Lie
from tests.chaos.lies import ALL, BY_NAME, KINDS, Kind, Scene
from tests.chaos.theatre import DAYS, EVE, Theatre
from tests.chaos.verdict import Verdict
from worker.lateness import TURNS
from worker.pipeline import pull


@dataclass(frozen=True)
class Played:
    """What came of one play."""

    kind: str
    seed: int
    vendor: str
    alarms: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    failed: bool = False
    lied: bool = False

    @property
    def untold(self) -> bool:
        """Whether operators did not hear of it, though each turn failed, or heard of it twice."""
        return len(self.told) > 1 or (self.failed and not self.told)

    @property
    def ok(self) -> bool:
        """Whether nobody was alarmed, and operators heard of it once."""
        return not (self.alarms or self.worse or self.untold)

    def seen(self, stage: Theatre, day: date, before: Mapping[str, str]) -> "Played":
        """The same with the accounts that stand worse than they did, and than they would without the lie."""
        clean = stage.clean[self.vendor][day][1]
        found = (
            f"{key} {band}"
            for key, band in stage.bands().items()
            if band != before.get(key) and worse(band, clean.get(key, ""))
        )
        return replace(self, worse=(*self.worse, *found))


# -- plays -------------------------------------------------------------------------------------------


def play(stage: Theatre, kind: Kind, seed: int, vendors: Sequence[str] = ALL) -> Played:
    """Play a kind of fault once, by a seed; of one of the vendors, as the seed chooses."""
    rng = Random(f"{kind.name}/{seed}")
    vendor = rng.choice([each for each in vendors if each in kind.vendors])
    anew, until = rng.random() < 0.5, rng.choice(DAYS[:2])
    stage.prepare(vendor)
    recorded = stage.recorded[vendor, anew]
    lie = _Told(kind.lie(Scene(vendor, rng.randrange(len(recorded)), rng, recorded, stage.liar.on(EVE))))
    stage.restore(vendor)
    before, outcome = stage.bands(), Played(kind.name, seed, vendor)
    with stage.hasty(vendor) if kind.slow else nullcontext():
        for day in (each for each in DAYS if each <= until):
            outcome = _spoilt_day(stage, outcome, day, lie, anew=anew)
            outcome = outcome.seen(stage, day, before)
    told = stage.told(vendor)
    for day in (each for each in DAYS if each >= until):
        stage.day(day)
        stage.honest(vendor)
        judge_all(stage.here)
    extra = stage.owed() - stage.clean[vendor][DAYS[-1]][0]
    outcome = replace(outcome, alarms=tuple(f"{template} {about}" for template, about in extra), told=told)
    return replace(outcome.seen(stage, DAYS[-1], before), lied=lie.lied)


@dataclass
class _Told:
    """A lie, and whether it was ever told: a pull may not come so far, or the truth be the same."""

    lie: Lie
    lied: bool = False

    def __call__(self, call: Call) -> Answer | Broken:
        said = self.lie(call)
        self.lied = self.lied or said != call.honest
        return said


def _spoilt_day(stage: Theatre, outcome: Played, day: date, lie: Lie, *, anew: bool) -> Played:
    """Let a source have its turns on a day on which it lies, until it is late if it cannot be read."""
    vendor, failed = outcome.vendor, True
    stage.day(day)
    for _ in range(TURNS):
        stage.turn(vendor)
        if anew:
            stage.anew(vendor)
        stage.liar.begin(vendor, lie)
        failed = failed and bool(pull(stage.here, vendor).failure)
        stage.look(vendor)
        if not failed:
            break
    judge_all(stage.here)
    return replace(outcome, failed=outcome.failed or failed)


# -- the bar -----------------------------------------------------------------------------------------


def faults(
    stage: Theatre, *, each: int, seed: int = 0, kinds: int = len(KINDS), vendors: Sequence[str] = ALL
) -> Verdict:
    """Play kinds of fault ``each`` times, by the seed: all of them, or some; and what is told without a gate.

    Which gates are taken out depends on whose answers there are.
    """
    started = time.monotonic()
    possible = [kind for kind in KINDS if set(kind.vendors) & set(vendors)]
    chosen = Random(seed).sample(possible, min(kinds, len(possible)))
    played = [play(stage, kind, seed + number, vendors) for kind in chosen for number in range(each)]
    without = {name: act(stage) for name, (act, vendor) in _CONTROLS.items() if vendor in vendors}
    return judged(played, seed, time.monotonic() - started).against(without)


def judged(played: Sequence[Played], seed: int, seconds: float) -> Verdict:
    """The verdict: ``lost`` are plays that operators did not hear of once, ``disorder`` counts worse bands.

    ``unknown`` are plays whose lie was never told.
    """
    return Verdict(
        bar=f"{len({one.kind for one in played})} kinds of fault",
        database="sqlite",
        seed=seed,
        kills=0,
        sent=len(played),
        unique=sum(one.ok for one in played),
        lost=sum(one.untold for one in played),
        duplicated=sum(len(one.alarms) for one in played),
        unknown=sum(not one.lied for one in played),
        disorder=sum(len(one.worse) for one in played),
        seconds=round(seconds, 1),
        gap_s=0.0,
        ok=all(one.ok for one in played),
    )


def _believed(stage: Theatre) -> int:
    """What is told where a page is believed whatever it changes."""
    with patch.object(doubt, "check"), patch.object(doubt, "check_accounts"):
        return len(play(stage, BY_NAME["x 100"], 5, ("stripe",)).alarms)


def _without_fleet(stage: Theatre) -> int:
    """The same where nobody asks how the fleet stands."""
    policy = stage.here.policy
    stage.here.policy = replace(policy, fleet_accounts_min=10**9)
    try:
        with patch.object(doubt, "check"):
            return sum(len(play(stage, BY_NAME["all zero"], seed, ("posthog",)).alarms) for seed in (1, 5))
    finally:
        stage.here.policy = policy


_CONTROLS = {"believed": (_believed, "stripe"), "no_fleet": (_without_fleet, "posthog")}
