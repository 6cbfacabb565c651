"""Track: an account's daily series, cut at the last complete day."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from health.calendars import Workdays
from health.cuts import Cuts, cuts
from health.features import Features, Freshness, Pulse
from health.policy import Policy
from health.trust import USE, unknown_kinds

_NONE: Mapping[str, tuple[date, ...]] = MappingProxyType({})


class Track(NamedTuple):
    """Daily values up to and with ``end``: the day before index ``stop`` of each metric.

    ``since`` is the first day whose values are known to be complete; before it there is no history.
    ``feature_days`` has for each feature the days it was used: bit ``ahead + i`` is the day ``i`` days before
    ``end``. ``rests`` are the days on which the fleet rests that uses as this account does: windows leave
    them out.
    """

    values: Mapping[str, "array[float]"]
    stop: int
    end: date
    since: date
    cuts: Cuts
    feature_days: tuple[int, ...] = ()
    ahead: int = 0
    rests: tuple[date, ...] = ()

    def tail(self, metric: str, days: int, back: int = 0) -> Sequence[float]:
        """Return the last ``days`` values, ``back`` days before the end; zero outside the series."""
        values = self.values[metric]
        stop = self.stop - back
        start = stop - days
        if start >= 0 and stop <= len(values):
            return values[start:stop]
        body = values[max(0, start) : max(0, stop)].tolist()
        return ([0.0] * min(days, max(0, -start)) + body + [0.0] * days)[:days]

    def features_used(self, days: int) -> int:
        """Return how many features were used in the last ``days`` days; of the days a row knows."""
        window = ((1 << days) - 1) << self.ahead if self.ahead >= 0 else (1 << max(0, days + self.ahead)) - 1
        return sum([bool(used & window) for used in self.feature_days])

    def first_of(self, metrics: Iterable[str]) -> str | None:
        """Return the first metric that has any use in the series, else the first that is there."""
        there = None
        for metric in metrics:
            daily = self.values.get(metric)
            if daily is not None:
                if any(daily):
                    return metric
                there = there or metric
        return there


class Known(NamedTuple):
    """The kinds of fact that are known of an account, and the day its windows of use end on.

    ``lost`` are kinds that its sources state, and that are not known all the same. ``end`` is the last
    complete day of the sources that state use, at the latest the day before the judged one; `None` where
    use is not known. Where no source states use, validations tell it. ``through`` is by kind
    the last complete day, the judged one where the source has none.
    """

    kinds: frozenset[str]
    lost: frozenset[str]
    end: date | None
    through: Mapping[str, date]


@lru_cache(maxsize=256)
def known(sources: tuple[str, ...], pulse: Pulse, as_of: date, policy: Policy) -> Known:
    """Return what is known of an account that is linked to ``sources``: few sets of them make a fleet.

    A kind that no linked source covers, or whose last complete day is past its shelf life, is not known,
    nor is one of a source under its floor.
    Where several sources state a kind, the one furthest behind decides.
    """
    found = _complete_through(sources, pulse, as_of, policy)
    through = found.get("usage") or found.get("validations")
    end = None if through is None else min(through, as_of - timedelta(days=1))
    stated = frozenset[str]().union(
        *(pulse.freshness[each].kinds for each in sources if each in pulse.freshness)
    )
    return Known(frozenset(found), stated - found.keys(), end, found)


def _complete_through(
    sources: tuple[str, ...], pulse: Pulse, as_of: date, policy: Policy
) -> Mapping[str, date]:
    """Return the last complete day of each kind that is known."""
    found: dict[str, date] = {}
    stale = set(unknown_kinds(sources, pulse, policy))
    for source in sources:
        fresh = pulse.freshness.get(source)
        if fresh is None:
            continue
        through = fresh.complete_through
        stale |= past_shelf(fresh, as_of, policy) if through else fresh.kinds & USE
        for kind in fresh.kinds - stale:
            if kind not in found or (through is not None and through < found[kind]):
                found[kind] = through or as_of
    return {kind: found[kind] for kind in found if kind not in stale}


def past_shelf(fresh: Freshness, as_of: date, policy: Policy) -> frozenset[str]:
    """Return the kinds of a source whose last complete day is past their shelf life, if there is one."""
    if fresh.complete_through is None:
        return frozenset()
    behind = (as_of - fresh.complete_through).days - 1
    return frozenset(kind for kind in fresh.kinds if behind > policy.shelf_days.get(kind, behind))


def track(
    features: Features,
    end: date,
    policy: Policy,
    workdays: Workdays,
    rests: Mapping[str, tuple[date, ...]] = _NONE,
) -> Track:
    """Return the account's track up to ``end``; ``rests`` are by metric the days on which the fleet rests."""
    used = features.first_used_on or end
    weights = cuts(workdays, end, features.country, features.region, policy.windows)
    series = features.series
    if series is None:
        return Track({}, 0, end, used, weights)
    start, stop = series.start, (end - series.start).days + 1
    ahead = (series.end - end).days if series.feature_days else 0
    path = Track(series.values, stop, end, max(used, start), weights, series.feature_days, ahead)
    rested = rests.get(path.first_of(policy.use_metrics) or "") if rests else None
    if not rested:
        return path
    weights = cuts(workdays, end, features.country, features.region, policy.windows, rested)
    return path._replace(cuts=weights, rests=rested)
