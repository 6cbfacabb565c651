"""Reading: a number put into the words of a scale. Scales are data of the catalogue."""

from collections.abc import Sequence
from typing import NamedTuple

from health.nouns import Input


class Step(NamedTuple):
    """From ``at`` on, and up to the next step, a value reads ``word``."""

    at: float
    word: str


Scale = Sequence[Step]
"""Steps in any order, half-open: an edge belongs to the step that begins there."""


class Target(NamedTuple):
    """What a figure is to be; within ``tolerance_pct`` of it, it is at the target."""

    value: float
    tolerance_pct: float = 5.0


class Aim(NamedTuple):
    """How a figure stands to its target: ``above``, ``at`` or ``below``, by how much, and what to do."""

    standing: str
    difference: float
    to_do: str


class Benchmark(NamedTuple):
    """What others reach. ``source`` says who measured it and when: a number without one is hearsay."""

    value: float
    source: str


class Beside(NamedTuple):
    """A figure beside a benchmark: the difference, in the figure's own unit, and whose number it is."""

    difference: float
    source: str


TO_DO = {
    "above": "see that support and onboarding keep up, then raise the target",
    "at": "keep going, and look at the segments behind it",
    "below": "ask customers, look at the market",
}


def reading(value: Input, scale: Scale) -> str:
    """Return the word for a value; that of the lowest step for less, empty for what is no value."""
    if not isinstance(value, (int, float)):
        return ""
    steps = sorted(scale)
    return ([step.word for step in steps if step.at <= value] or [steps[0].word])[-1]


def against_target(value: float, target: Target) -> Aim:
    """Return how a figure stands to its target."""
    margin = abs(target.value) * target.tolerance_pct / 100
    difference = value - target.value
    standing = "at" if abs(difference) <= margin else "above" if difference > 0 else "below"
    return Aim(standing, difference, TO_DO[standing])


def against_benchmark(value: float, benchmark: Benchmark) -> Beside:
    """Return a figure beside what others reach. Raises `ValueError` for a benchmark without a source."""
    if not benchmark.source.strip():
        raise ValueError("a benchmark without a source is hearsay: say who measured it, and when")
    return Beside(value - benchmark.value, benchmark.source)
