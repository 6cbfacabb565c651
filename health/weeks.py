"""Weeks: how an account's use has gone of late, a figure a week, for people who look at it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from health.features import Features
from health.nouns import Assessment

WEEK = 7


class Weeks(NamedTuple):
    """The metric that use is told by, and its mean a day in each week, the newest last; `None` before any."""

    metric: str
    means: tuple[float | None, ...]


def told_through(now: Assessment) -> date | None:
    """Return the last complete day of use that a verdict rests on, if it rests on any."""
    age = now.inputs.get("usage_age_days")
    return now.as_of - timedelta(days=1 + int(age)) if isinstance(age, float) else None


def weeks(features: Features, end: date, use_metrics: Sequence[str], number: int = 12) -> Weeks | None:
    """Return the use of the weeks that end on a day, by the first metric that has any; `None` without use.

    A week before the account's first use has no figure: that is not the same as a week without use.
    """
    series = features.series
    metric = next((name for name in use_metrics if series and any(series.values.get(name, ()))), None)
    if series is None or metric is None:
        return None
    values = series.values[metric]
    since = max(series.start, features.first_used_on or series.start)
    means: list[float | None] = []
    for back in reversed(range(number)):
        last = end - timedelta(days=WEEK * back)
        if last - timedelta(days=WEEK - 1) < since:
            means.append(None)
            continue
        stop = (last - series.start).days + 1
        means.append(sum(values[max(0, stop - WEEK) : max(0, stop)]) / WEEK)
    return Weeks(metric, tuple(means)) if any(mean is not None for mean in means) else None
