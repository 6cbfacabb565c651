"""Processes die at each boundary between two steps on the way of a notice."""

from random import Random

import msgspec

from tests.chaos.fleet import ALONE, Crib
from tests.chaos.load import Load
from tests.chaos.play import Plot, play
from tests.chaos.stage import Servers, stage
from tests.chaos.verdict import Verdict

FIRST = ("slotted=kill", "released=kill")
"""A slot is taken by the first process that ticks and by no later one; runs to release are soon used up."""
AGAIN = ("claimed", "rendered", "marked", "delivered", "settled")


def failpoints(servers: Servers, crib: Crib, database: str, *, seed: int = 0) -> Verdict:
    """Every process but the last dies at a step of its own; what is owed is released by those that live.

    Each step kills once: a notice whose senders keep dying is taken for poison and put aside, as it should.
    """
    rng = Random(seed)
    again = [f"{name}=kill@{rng.randint(1, 2)}" for name in AGAIN]
    rng.shuffle(again)
    arms = (*FIRST, *again)
    load = Load(200, by_run=True)
    plot = Plot("failpoints", load, seed, ALONE[database], arms=arms, ahead=100)
    with stage(servers, database, judged=False) as chosen:
        verdict = play(chosen, crib, plot)
    return msgspec.structs.replace(verdict, ok=verdict.ok and verdict.kills >= len(arms))
