"""Bars in which processes are killed at random moments of progress, and the controls that must fail them."""

from random import Random

import msgspec

from tests.chaos.fleet import BEAT, EMBEDDED, PREFORK, THREADS, Crib, Fleet
from tests.chaos.load import Load
from tests.chaos.play import Plot, play
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict

PLACES = {"sqlite": (EMBEDDED,), "postgresql": (THREADS, PREFORK, BEAT)}
CONTROLS = {"no_keys": "duplicated", "no_sweep": "lost", "no_order": "disorder"}
"""What each sabotage must show."""


def strike(_stage: Stage, fleet: Fleet, rng: Random) -> None:
    """Kill somebody."""
    fleet.strike(rng)


def kills(servers: Servers, crib: Crib, database: str, *, size: int, strikes: int, seed: int) -> Verdict:
    """Nothing owed is lost, nothing is seen twice, threads keep their order."""
    plot = Plot("kills", Load(size), seed, PLACES[database], strike, strikes)
    with stage(servers, database) as chosen:
        return play(chosen, crib, plot)


def control(servers: Servers, crib: Crib, database: str, sabotage: str, *, size: int, seed: int) -> Verdict:
    """The same bar without one safeguard; every process dies by itself after its sixth answer."""
    arms = ("delivered=kill@6",) * 4
    plot = Plot(
        f"kills without {sabotage}",
        Load(size, threads=20),
        seed,
        PLACES[database],
        arms=arms,
        sabotage=sabotage,
        standstill_s=4.0,
    )
    with stage(servers, database) as chosen:
        return play(chosen, crib, plot)


def with_controls(verdict: Verdict, controls: dict[str, Verdict]) -> Verdict:
    """Say beside a bar what its controls showed; it holds only if each of them fails as it must."""
    shown = {name: getattr(control, CONTROLS[name]) for name, control in controls.items()}
    return msgspec.structs.replace(verdict, control=shown, ok=verdict.ok and all(shown.values()))
