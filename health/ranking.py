"""Ranking: how well a number sorts those to whom something happened before those to whom it did not.

The higher the number, the likelier the event ought to be. Equal numbers count as a draw throughout.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import accumulate, groupby
from math import ceil
from operator import itemgetter, mul
from random import Random
from typing import NamedTuple

_DRAWS = 500
_SEED = 20_260_101
_TAIL = 0.025
_PARTS = 10


class Interval(NamedTuple):
    """Where a figure lies in 95 of 100 books like this one."""

    low: float
    high: float


def auc(scores: Sequence[float], events: Sequence[bool]) -> float | None:
    """Return the chance that one with the event scores above one without; `None` without either kind."""
    return _Sorted(scores, events).auc([1] * len(scores))


def interval(scores: Sequence[float], events: Sequence[bool], whose: Sequence[Hashable]) -> Interval | None:
    """Return the interval of the AUC, by a seeded bootstrap that draws whole accounts, never single cases.

    ``whose`` says by case which account it is of. `None` where the AUC is.
    """
    ordered = _Sorted(scores, events)
    accounts = list(dict.fromkeys(whose))
    weighed = itemgetter(*(whose[at] for at in ordered.order), None)  # one key alone would give no tuple
    draw = Random(_SEED)
    found = []
    for _ in range(_DRAWS):
        times = Counter(draw.choices(accounts, k=len(accounts)))
        one = ordered.auc(weighed(times)[:-1])
        if one is not None:
            found.append(one)
    if not found:
        return None
    found.sort()
    last = len(found) - 1
    return Interval(found[round(_TAIL * last)], found[round((1 - _TAIL) * last)])


class _Sorted:
    """Cases from the lowest score to the highest, ready to be weighed in many ways."""

    def __init__(self, scores: Sequence[float], events: Sequence[bool]) -> None:
        self.order = sorted(range(len(scores)), key=scores.__getitem__)
        self._events = [events[at] for at in self.order]
        self._others = [int(not event) for event in self._events]
        self._met = list(self._places([scores[at] for at in self.order]))

    def _places(self, scores: Sequence[float]) -> Iterator[tuple[int, int, int]]:
        """Yield of each event its place, and the first place and the one past the last with its score."""
        start = 0
        for _, tied in groupby(scores):
            end = start + len(list(tied))
            yield from ((at, start, end) for at in range(start, end) if self._events[at])
            start = end

    def auc(self, weights: Sequence[int]) -> float | None:
        """Return the AUC where each case, in this order, counts so many times."""
        below = [0, *accumulate(map(mul, weights, self._others))]
        met = won = 0
        for at, start, end in self._met:
            met += weights[at]
            won += weights[at] * (below[start] + below[end])
        return won / 2 / met / below[-1] if met and below[-1] else None


def hits(scores: Sequence[float], events: Sequence[bool], k: int) -> float:
    """Return how many of the ``k`` highest have the event; those tied at the edge share the places left."""
    ranked = sorted(zip(scores, events, strict=True), key=itemgetter(0), reverse=True)
    found, left = 0.0, k
    for _, tied in groupby(ranked, key=itemgetter(0)):
        met = [event for _, event in tied]
        taken = min(left, len(met))
        found += sum(met) * taken / len(met)
        left -= taken
        if not left:
            break
    return found


def tenth(number: int) -> int:
    """Return how many the highest tenth are."""
    return ceil(number / _PARTS)


def lift(scores: Sequence[float], events: Sequence[bool]) -> float | None:
    """Return the rate of events in the highest tenth ÷ the rate among all; `None` without any."""
    if not any(events):
        return None
    k = tenth(len(scores))
    return hits(scores, events, k) / k / (sum(events) / len(events))


def modal_share(values: Sequence[Hashable]) -> float:
    """Return the share of the commonest value, 0 to 1."""
    return max(Counter(values).values(), default=0) / len(values) if values else 0.0
