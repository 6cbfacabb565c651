"""Pulse: how the fleet stands on a day, so that what happens to all is not read as the trouble of one."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from itertools import zip_longest
from math import inf
from statistics import median, quantiles
from typing import NamedTuple

from health.cohorts import Began, Cohorts
from health.drivers import medians
from health.features import SERIES_DAYS, Freshness, Pulse
from health.use import VALIDATIONS

ACCOUNTS_MIN = 10
"""Fewer accounts with a baseline than this have no median worth trusting."""
_TENTHS = 10
_MOST = 3.0  # times its own mean: no one account makes a day
_BOUNDS = tuple(step / _TENTHS for step in range(1, int(_MOST * _TENTHS) + 1))
_STEPS = len(_BOUNDS) + 1
_AT_ONCE = 256  # series
_WEEKS_MIN = 6  # of a weekday, so that two weeks of rest are not what is usual


class Days(NamedTuple):
    """An account's use on each of the days up to ``end``, in a metric, as shares of its own mean."""

    metric: str
    end: date
    shares: Sequence[float]


class Beat(NamedTuple):
    """What one account adds to the pulse: its sources, and what can be told of it.

    ``trend`` is the metric that tells its use, and its last 14 days as a share of what the own baseline
    expects; ``actions`` are per active user, ``features`` how many are in use, ``used`` by their names.
    ``levels`` are of the drivers that a
    fitted model tells against peers. ``end`` is the last day that its sources tell completely, ``began``
    what it adds to those who began when it did.
    """

    sources: Sequence[str] = ()
    trend: tuple[str, float] | None = None
    actions: float | None = None
    features: int = 0
    days: Days | None = None
    levels: Sequence[float | None] = ()
    end: date | None = None
    began: Began | None = None
    used: Sequence[str] = ()


class Fleet:
    """Hears one account after another, and tells what they come to."""

    def __init__(self, against_peers: Sequence[str] = ()) -> None:
        """Begin with nobody heard; each will tell the levels of these drivers."""
        self._names = against_peers
        self._rests = Rests()
        self._cohorts = Cohorts()
        self._beats: list[Beat] = []

    def hear(self, beat: Beat) -> None:
        """Add an account."""
        self._cohorts.hear(beat.began)
        self._beats.append(self._rests.heard(beat)._replace(began=None))

    def pulse(self, freshness: Mapping[str, Freshness], accounts_min: int, rest_pct: float) -> Pulse:
        """Return the pulse of those heard; what fewer than ``accounts_min`` of them tell is not told."""
        beats = self._beats
        actions = [beat.actions for beat in beats if beat.actions is not None]
        trends = [(beat.trend, beat.sources) for beat in beats]
        of_fleet = fleet_trends((trend for trend, _ in trends), accounts_min)
        end = max((beat.end for beat in beats if beat.end is not None), default=None)
        lowest = min(of_fleet.values(), default=1.0)
        return Pulse(
            freshness=freshness,
            fleet_trends=of_fleet,
            cohorts=self._cohorts.told(end, accounts_min, lowest) if end else (),
            fleet_sources=fleet_sources(trends, freshness, accounts_min),
            fleet_depth=fleet_depth(actions, accounts_min),
            fleet_breadth=fleet_breadth([beat.features for beat in beats if beat.features], accounts_min),
            fleet_rests=self._rests.told(accounts_min, rest_pct / 100),
            peers=medians(self._names, [beat.levels for beat in beats], accounts_min),
            fleet_features=tuple(sorted({name for beat in beats for name in beat.used})),
        )


def taken(
    freshness: Mapping[str, Freshness],
    found: Iterable[Beat],
    accounts_min: int,
    rest_pct: float,
    against_peers: Sequence[str] = (),
) -> Pulse:
    """Return the pulse of a fleet whose accounts are at hand."""
    fleet = Fleet(against_peers)
    for beat in found:
        fleet.hear(beat)
    return fleet.pulse(freshness, accounts_min, rest_pct)


class Rests:
    """Adds up what the accounts do on each day, so that the days on which all of them rest stand out.

    A day is told by the mean of the accounts' shares, and by their median, for which shares are counted by
    tenths. Where some stop, the mean falls and the median does not: that is no rest, but their trouble.
    """

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, date], _Tally] = defaultdict(_Tally)

    def heard(self, beat: Beat) -> Beat:
        """Count an account, and return it without its days: a fleet of them would not fit in memory."""
        if beat.days is None:
            return beat
        metric, end, shares = beat.days
        self._tallies[metric, end].add(shares)
        return beat._replace(days=None)

    def told(self, accounts_min: int, least: float) -> Mapping[str, tuple[date, ...]]:
        """Return by metric the days with less than this share of what their weekday usually holds."""
        found = {}
        for metric in dict.fromkeys(metric for metric, _ in self._tallies):
            told = {day: at for day, at in self._days(metric).items() if sum(at.steps) >= accounts_min}
            means = {day: at.total / sum(at.steps) for day, at in told.items()}
            quiet = _below_usual(means, least, sparse=False)
            broad = _below_usual({day: _middle(at.steps) for day, at in told.items()}, least, sparse=True)
            if rests := tuple(sorted(quiet & broad)):
                found[metric] = rests
        return found

    def _days(self, metric: str) -> Mapping[date, "_Day"]:
        """Return what is counted of a metric by day, whenever the accounts' series end."""
        found: dict[date, _Day] = {}
        for (named, end), tally in self._tallies.items():
            for back, here in enumerate(tally.days() if named == metric else ()):
                day = end - timedelta(back)
                there = found.get(day)
                found[day] = here if there is None else there.with_(here)
        return found


class _Day(NamedTuple):
    """The sum of the accounts' shares of a day, and how many have so many tenths."""

    total: float
    steps: Sequence[int]

    def with_(self, other: "_Day") -> "_Day":
        """Both together."""
        steps = [mine + its for mine, its in zip(self.steps, other.steps, strict=True)]
        return _Day(self.total + other.total, steps)


class _Tally:
    """Adds up series that end on one day, from that day back.

    Some of them wait, so as to be counted together, day by day: of every account, it has to be quick.
    """

    def __init__(self) -> None:
        self._totals = [0.0] * SERIES_DAYS
        self._steps = [[0] * _STEPS for _ in range(SERIES_DAYS)]
        self._waiting: list[Sequence[float]] = []

    def add(self, shares: Sequence[float]) -> None:
        """Count a series; shares above the most that counts are that."""
        self._waiting.append(shares[::-1])
        if len(self._waiting) == _AT_ONCE:
            self._count()

    def days(self) -> Sequence[_Day]:
        """Return what there is of each day, the latest first."""
        self._count()
        return [_Day(*day) for day in zip(self._totals, self._steps, strict=True)]

    def _count(self) -> None:
        for back, shares in enumerate(zip_longest(*self._waiting, fillvalue=inf)):
            ranked = sorted(shares)
            most, there = bisect_left(ranked, _MOST), bisect_left(ranked, inf)
            self._totals[back] += sum(ranked[:most]) + _MOST * (there - most)
            under = [bisect_left(ranked, bound, 0, most) for bound in _BOUNDS]
            steps = self._steps[back]
            for step, (fewer, more) in enumerate(zip([0, *under], [*under, there], strict=True)):
                steps[step] += more - fewer
        self._waiting = []


def _middle(steps: Sequence[int]) -> float:
    """Return the median of shares that were counted by tenths; 0 where it is under a tenth."""
    half, run = sum(steps) / 2, 0
    for step, count in enumerate(steps):
        run += count
        if run >= half:
            return (step + 0.5) / _TENTHS if step else 0.0
    return _MOST


def _below_usual(levels: Mapping[date, float], least: float, *, sparse: bool) -> AbstractSet[date]:
    """Return the days that hold less than a share of the usual; ``sparse``: those of which 0 is usual too."""
    by_weekday: dict[int, list[float]] = defaultdict(list)
    for day, level in levels.items():
        by_weekday[day.weekday()].append(level)
    usual = {weekday: median(found) for weekday, found in by_weekday.items() if len(found) >= _WEEKS_MIN}
    known = ((day, level, usual[day.weekday()]) for day, level in levels.items() if day.weekday() in usual)
    return {day for day, level, at in known if level < least * at or (sparse and at == 0)}


def fleet_depth(actions: Sequence[float], accounts_min: int = ACCOUNTS_MIN) -> float | None:
    """Return the median of the actions per active user."""
    return median(actions) if len(actions) >= accounts_min else None


def fleet_breadth(features: Sequence[int], accounts_min: int = ACCOUNTS_MIN) -> float | None:
    """Return how many features the broadest tenth of the accounts that use any have in use at the least."""
    if len(features) < max(accounts_min, 2):
        return None
    return quantiles(features, n=_TENTHS, method="inclusive")[-1]


def fleet_trends(
    trends: Iterable[tuple[str, float] | None], accounts_min: int = ACCOUNTS_MIN
) -> Mapping[str, float]:
    """Return by metric the median of the accounts' trends (1.0 = as expected).

    A metric that too few accounts have a baseline of is left out.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for known in trends:
        if known is not None:
            metric, share = known
            found[metric].append(share)
    return {metric: median(shares) for metric, shares in found.items() if len(shares) >= accounts_min}


def fleet_sources(
    trends: Iterable[tuple[tuple[str, float] | None, Sequence[str]]],
    freshness: Mapping[str, Freshness],
    accounts_min: int = ACCOUNTS_MIN,
) -> Mapping[str, str]:
    """Return by metric the source at which it fell most: should the fleet fall, that one looks ill.

    ``trends`` are the accounts' with the sources each is linked to. Of the sources that state such use the
    one with the lowest median counts; one of too few accounts only if there is no other.
    """
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for known, sources in trends:
        if known is not None:
            metric, share = known
            for source in sources:
                if source in freshness and kind_of(metric) in freshness[source].kinds:
                    found[metric][source].append(share)
    return {metric: _lowest(by_source, accounts_min) for metric, by_source in found.items()}


def _lowest(shares: Mapping[str, Sequence[float]], accounts_min: int) -> str:
    enough = [source for source, of_source in shares.items() if len(of_source) >= accounts_min]
    return min(enough or shares, key=lambda source: (median(shares[source]), source))


def kind_of(metric: str) -> str:
    """Return the kind of fact that states a metric of use."""
    return VALIDATIONS if metric == VALIDATIONS else "usage"
