"""Track: an account's daily series, cut at the last complete day."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from health.calendars import Workdays
from health.cuts import Cuts, cuts
from health.features import Features, Pulse
from health.policy import Policy


class Track(NamedTuple):
    """Daily values up to and with ``end``: the day before index ``stop`` of each metric.

    ``since`` is the first day whose values are known to be complete; before it there is no history.
    """

    values: Mapping[str, "array[float]"]
    stop: int
    end: date
    since: date
    cuts: Cuts

    def tail(self, metric: str, days: int, back: int = 0) -> Sequence[float]:
        """Return the last ``days`` values, ``back`` days before the end; zero outside the series."""
        values = self.values[metric]
        stop = self.stop - back
        start = stop - days
        if start >= 0 and stop <= len(values):
            return values[start:stop]
        body = values[max(0, start) : max(0, stop)].tolist()
        return ([0.0] * min(days, max(0, -start)) + body + [0.0] * days)[:days]

    def first_of(self, metrics: Sequence[str]) -> str | None:
        """Return the first metric that has any use in the series, else the first that is there."""
        there = None
        for metric in metrics:
            if metric in self.values:
                if any(self.values[metric]):
                    return metric
                there = there or metric
        return there


def known(features: Features, pulse: Pulse, as_of: date, policy: Policy) -> dict[str, date]:
    """Return the kinds of fact that are known of the account, each with its last complete day.

    A kind that no linked source covers, or whose last complete day is past its shelf life, is not known.
    Where several sources state a kind, the one furthest behind decides.
    """
    found: dict[str, date] = {}
    stale = set()
    for source in features.sources:
        fresh = pulse.freshness.get(source)
        if fresh is None:
            continue
        through = fresh.complete_through
        behind = 0 if through is None else (as_of - through).days - 1
        for kind in fresh.kinds:
            if (through is None and kind == "usage") or behind > policy.shelf_days.get(kind, behind):
                stale.add(kind)
            elif kind not in found or (through is not None and through < found[kind]):
                found[kind] = through or as_of
    return {kind: found[kind] for kind in found if kind not in stale} if stale else found


def track(features: Features, end: date, policy: Policy, workdays: Workdays) -> Track:
    """Return the account's track up to ``end``."""
    used = features.first_used_on or end
    weights = cuts(workdays, end, features.country, features.region, policy.windows)
    series = features.series
    if series is None:
        return Track({}, 0, end, used, weights)
    return Track(series.values, (end - series.start).days + 1, end, max(used, series.start), weights)
