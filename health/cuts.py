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
_WEEKEND = 5  # Saturday, as `date.weekday` counts

Weights = float | tuple[float, ...]
"""One weight per day, or one for all of them."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Weights for the days up to ``end``.

    ``recent`` is 1 for a day that counts; ``baselines[weeks]`` turns the weeks before into what the same
    weekdays, and as many of them, are expected to hold; holidays count in neither. ``early`` and ``late``
    average over the working days of the first and second half of the longer window, and ``late_share`` is
    the second half's share of its working days.
    """

    recent: Weights
    baselines: tuple[Weights, ...]
    early: tuple[float, ...]
    late: tuple[float, ...]
    late_share: float


def weighed(values: Sequence[float], weights: Weights) -> float:
    """Return the weighted sum; ``values`` has one per weight."""
    if isinstance(weights, float):
        return weights * sum(values)
    total: float = sum(map(mul, weights, values))
    return total


@lru_cache(maxsize=2048)
def cuts(workdays: Workdays, end: date, country: str, region: str, windows: Windows) -> Cuts:
    """Return the cuts of windows that end on ``end``."""
    days = windows.recent_days + _WEEK * windows.baseline_weeks
    first = end - timedelta(days - 1)
    mask = workdays.mask(first, days, country, region)
    weekdays = [(first.weekday() + day) % _WEEK for day in range(days)]
    counts = [works or weekday >= _WEEKEND for works, weekday in zip(mask, weekdays, strict=True)]
    split = days - windows.recent_days
    recent, baselines = _baselines(counts, weekdays, split, windows.baseline_weeks)
    worked = mask[-windows.mean_days :]
    half = windows.mean_days // 2
    late_share = sum(worked[half:]) / sum(worked) if any(worked) else 0.0
    return Cuts(recent, baselines, _mean(worked[:half]), _mean(worked[half:]), late_share)


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
