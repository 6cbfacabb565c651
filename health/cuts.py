"""Cuts: which days of a series count, and how much, in a country on a day.

They depend on the calendar alone, so one account after another uses the same ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from operator import mul

from health.calendars import Workdays
from health.policy import Windows

_WEEK = 7
_WEEKS_BACK = 3  # more would reach beyond what a feature row holds
_WEEKEND = 5  # Saturday, as `date.weekday` counts

Weights = float | tuple[float, ...]
"""One weight per day, or one for all of them."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Weights for the days up to ``end``.

    ``recent`` is 1 for a day that counts, ``back`` days before the end; ``baselines[weeks]`` turns the weeks
    before into what the same weekdays, and as many of them, are expected to hold; holidays count in neither.
    ``early`` and ``late`` average over the working days of the first and second half of the longer window,
    and ``late_share`` is the second half's share of its working days, which ``worked`` marks.
    """

    recent: Weights
    back: int
    baselines: tuple[Weights, ...]
    early: tuple[float, ...]
    late: tuple[float, ...]
    late_share: float
    worked: tuple[bool, ...] = ()


def weighed(values: Sequence[float], weights: Weights) -> float:
    """Return the weighted sum; ``values`` has one per weight."""
    if isinstance(weights, float):
        return weights * sum(values)
    total: float = sum(map(mul, weights, values))
    return total


@lru_cache(maxsize=2048)
def cuts(  # noqa: PLR0917 - one caller, which has them all at hand
    workdays: Workdays, end: date, country: str, region: str, windows: Windows, rests: tuple[date, ...] = ()
) -> Cuts:
    """Return the cuts of windows that end on ``end``; ``rests`` are days on which the fleet rests.

    They count as little as holidays do, on weekends too. A mean over nothing but rest is of them all. While
    the fleet rested on most of the recent days, those a week before stand in for them, at most three.
    """
    mean_from = end - timedelta(windows.mean_days - 1)
    mask = workdays.mask(mean_from, windows.mean_days, country, region)
    worked = [works and mean_from + timedelta(day) not in rests for day, works in enumerate(mask)]
    worked = worked if any(worked) else list(mask)
    back = _back(end, windows.recent_days, frozenset(rests))
    days = windows.recent_days + _WEEK * windows.baseline_weeks
    first = end - timedelta(back + days - 1)
    mask = workdays.mask(first, days, country, region)
    weekdays = [(first.weekday() + day) % _WEEK for day in range(days)]
    rested = {(day - first).days for day in rests}
    counts = [(mask[day] or weekdays[day] >= _WEEKEND) and day not in rested for day in range(days)]
    split = days - windows.recent_days
    recent, baselines = _baselines(counts, weekdays, split, windows.baseline_weeks)
    half = windows.mean_days // 2
    late_share = sum(worked[half:]) / sum(worked) if any(worked) else 0.0
    early, late = _mean(worked[:half]), _mean(worked[half:])
    return Cuts(recent, back, baselines, early, late, late_share, tuple(worked))


def _back(end: date, days: int, rests: frozenset[date]) -> int:
    """Return how many days before ``end`` the last ``days`` end that the fleet did not mostly rest on."""
    back = 0
    while back < _WEEK * _WEEKS_BACK:
        rested = sum(end - timedelta(back + day) in rests for day in range(days))
        if 2 * rested <= days:
            break
        back += _WEEK
    return back


def _baselines(
    counts: Sequence[bool], weekdays: Sequence[int], split: int, weeks_max: int
) -> tuple[Weights, tuple[Weights, ...]]:
    """Return the weights of the recent days, and of 0, 1 … ``weeks_max`` weeks before them."""
    if all(counts):
        share = (len(counts) - split) / _WEEK
        return 1.0, (0.0, *(share / weeks for weeks in range(1, weeks_max + 1)))
    asked = _tally(counts[split:], weekdays[split:])
    baselines: list[Weights] = [0.0]
    for weeks in range(1, weeks_max + 1):
        start = split - _WEEK * weeks
        held = _tally(counts[start:split], weekdays[start:split])
        share_of = [n / of if of else 0.0 for n, of in zip(asked, held, strict=True)]
        baselines.append(tuple(share_of[weekdays[day]] * counts[day] for day in range(start, split)))
    return tuple(map(float, counts[split:])), tuple(baselines)


def _tally(counts: Sequence[bool], weekdays: Sequence[int]) -> list[int]:
    tally = [0] * _WEEK
    for weekday, counted in zip(weekdays, counts, strict=True):
        tally[weekday] += counted
    return tally


def _mean(worked: Sequence[bool]) -> tuple[float, ...]:
    days = sum(worked)
    return tuple(works / days if days else 0.0 for works in worked)
