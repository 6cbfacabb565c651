"""Calibration: whether what is told as likely happens as often as told.

An engine that tells no probabilities is read through a monotone map from its score to one, learned from
cases that had ended before those it is tried on began.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

_BINS = 10


class Knot(NamedTuple):
    """A stretch of scores, both ends included, and how likely the event was within it."""

    first: float
    last: float
    probability: float


class _Block(NamedTuple):
    first: float
    last: float
    met: float
    cases: int


def monotone(scores: Sequence[float], events: Sequence[bool]) -> tuple[Knot, ...]:
    """Return the rising map that is nearest to the events in least squares (pool adjacent violators).

    Stretches whose rates fall from one to the next are pooled until none does.
    """
    pooled: list[_Block] = []
    ranked = sorted(zip(scores, events, strict=True), key=itemgetter(0))
    for score, tied in groupby(ranked, key=itemgetter(0)):
        met = [event for _, event in tied]
        block = _Block(score, score, sum(met), len(met))
        while pooled and pooled[-1].met * block.cases >= block.met * pooled[-1].cases:
            left = pooled.pop()
            block = _Block(left.first, block.last, left.met + block.met, left.cases + block.cases)
        pooled.append(block)
    return tuple(Knot(each.first, each.last, each.met / each.cases) for each in pooled)


def probability(knots: Sequence[Knot], score: float) -> float:
    """Return what a score comes to: straight between stretches, flat beyond the ends."""
    at = bisect_left(knots, score, key=lambda knot: knot.last)
    if at == len(knots):
        return knots[-1].probability
    after = knots[at]
    if at == 0 or score >= after.first:
        return after.probability
    before = knots[at - 1]
    share = (score - before.last) / (after.first - before.last)
    return before.probability + share * (after.probability - before.probability)


def calibration_error(told: Sequence[float], events: Sequence[bool]) -> float:
    """Return the mean gap between told and met, over ten bins of as many cases each, by rising probability.

    Cases that were told the same count with their common rate: the order among them decides nothing.
    """
    ranked = sorted(zip(told, events, strict=True), key=itemgetter(0))
    fair: list[tuple[float, float]] = []
    for likely, tied in groupby(ranked, key=itemgetter(0)):
        met = [event for _, event in tied]
        fair += [(likely, sum(met) / len(met))] * len(met)
    edges = [round(part * len(fair) / _BINS) for part in range(_BINS + 1)]
    bins = (fair[start:end] for start, end in pairwise(edges))
    return sum(abs(sum(likely - rate for likely, rate in each)) for each in bins) / len(fair)


def brier_skill(told: Sequence[float], events: Sequence[bool]) -> float | None:
    """Return what share of the squared error of telling everyone the base rate is saved; may be negative.

    `None` where all cases ended alike: the base rate then is never wrong.
    """
    rate = sum(events) / len(events)
    if rate in {0.0, 1.0}:
        return None
    error = sum((likely - event) ** 2 for likely, event in zip(told, events, strict=True)) / len(events)
    return 1 - error / (rate * (1 - rate))
