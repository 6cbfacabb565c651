"""Ranking: how well a number sorts those to whom something happened before those to whom it did not.

The higher the number, the likelier the event ought to be. Equal numbers count as a draw throughout.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
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
    of = ordered.weights(whose)
    return _between([ordered.auc(of(times)) for times in _draws(whose)])


def auc_apart(
    first: Sequence[float], second: Sequence[float], events: Sequence[bool], whose: Sequence[Hashable]
) -> Interval | None:
    """Return the interval of how much the first scores' AUC is above the second's, on the same draws."""
    one, other = _Sorted(first, events), _Sorted(second, events)
    of_one, of_other = one.weights(whose), other.weights(whose)
    found = ((one.auc(of_one(times)), other.auc(of_other(times))) for times in _draws(whose))
    return _between([ours - theirs for ours, theirs in found if ours is not None and theirs is not None])


def mean_apart(first: Sequence[float], second: Sequence[float], whose: Sequence[Hashable]) -> Interval | None:
    """Return the interval of how much the first values' mean is above the second's, on the same draws."""
    apart: dict[Hashable, float] = defaultdict(float)
    for one, other, account in zip(first, second, whose, strict=True):
        apart[account] += one - other
    cases = Counter(whose)
    found: list[float | None] = []
    for times in _draws(whose):
        drawn = sum(times[account] * cases[account] for account in times)
        found.append(sum(times[account] * apart[account] for account in times) / drawn)
    return _between(found)


def lift_between(
    chosen: Sequence[bool], events: Sequence[bool], whose: Sequence[Hashable]
) -> Interval | None:
    """Return the interval of the rate of events among the chosen ÷ that among all, by the same bootstrap."""
    counted: dict[Hashable, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for picked, met, account in zip(chosen, events, whose, strict=True):
        for at, counts in enumerate((True, met, picked, picked and met)):
            counted[account][at] += counts
    found: list[float | None] = []
    for times in _draws(whose):
        drawn = [(often, counted[account]) for account, often in times.items()]
        every, events_in, taken, both = (sum(often * of[at] for often, of in drawn) for at in range(4))
        found.append(both * every / (taken * events_in) if taken and events_in else None)
    return _between(found)


def _draws(whose: Sequence[Hashable]) -> Iterator[Counter[Hashable]]:
    """Yield how often each account was drawn: seeded, so that any two figures have the same draws."""
    accounts = list(dict.fromkeys(whose))
    draw = Random(_SEED)
    for _ in range(_DRAWS if accounts else 0):
        yield Counter(draw.choices(accounts, k=len(accounts)))


def _between(values: Sequence[float | None]) -> Interval | None:
    found = sorted(value for value in values if value is not None)
    if not found:
        return None
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

    def weights(self, whose: Sequence[Hashable]) -> Callable[[Mapping[Hashable, int]], Sequence[int]]:
        """Return what takes how often each account was drawn to how often each case counts, in this order."""
        weighed = itemgetter(*(whose[at] for at in self.order), None)  # one key alone would give no tuple
        return lambda times: weighed(times)[:-1]

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
