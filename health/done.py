"""Done: what came of plays, and what that says of each of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import NamedTuple

from health.figures.share import share

OUTCOMES = ("kept", "grown", "reduced", "lost", "no_answer", "not_needed")
"""How a play may end: they stay, they pay more, they pay less, they go, nobody answered, it was no matter."""
GOOD = frozenset({"kept", "grown"})
_OPEN = frozenset({"no_answer", "not_needed"})
"""Outcomes that say nothing about whether the play works."""


class Done(NamedTuple):
    """A play that somebody did: for which signal, what came of it, when it was told and when it was done."""

    signal: str
    play: str
    outcome: str
    told_on: date | None
    done_on: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often a play ended one way."""

    outcome: str
    times: int


@dataclass(frozen=True, slots=True)
class PlayOutcomes:
    """What came of a signal's play: how often it was done, by outcome, and how long that took.

    ``kept_pct`` is the share of kept and grown of those that ended one way or the other, with the interval
    that chance allows; `None` where none did. ``median_days`` runs from the alert to Done.
    """

    signal: str
    play: str
    done: int
    outcomes: tuple[Outcome, ...]
    kept_pct: float | None
    low_pct: float | None
    high_pct: float | None
    median_days: float | None


def play_outcomes(done: Iterable[Done]) -> tuple[PlayOutcomes, ...]:
    """Return what came of each signal's play, the one done most often first; titles as they were last."""
    by_signal: dict[str, list[Done]] = defaultdict(list)
    for each in done:
        by_signal[each.signal].append(each)
    found = [_outcomes(signal, of) for signal, of in by_signal.items()]
    return tuple(sorted(found, key=lambda each: (-each.done, each.signal)))


def _outcomes(signal: str, of: Sequence[Done]) -> PlayOutcomes:
    counts = Counter(each.outcome for each in of)
    ended = [each for each in of if each.outcome not in _OPEN]
    kept = share(sum(each.outcome in GOOD for each in ended), len(ended))
    days = [(each.done_on - each.told_on).days for each in of if each.told_on is not None]
    return PlayOutcomes(
        signal=signal,
        play=max(of, key=lambda each: each.done_on).play,
        done=len(of),
        outcomes=tuple(Outcome(name, counts[name]) for name in OUTCOMES if counts[name]),
        kept_pct=_pct(kept.pct),
        low_pct=_pct(kept.low_pct),
        high_pct=_pct(kept.high_pct),
        median_days=float(median(days)) if days else None,
    )


def _pct(value: object) -> float | None:
    return value if isinstance(value, float) else None
