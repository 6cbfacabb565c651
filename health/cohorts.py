"""Cohorts: customers who began together, and whether they do badly together.

Those who began in a calendar week are held against those of the eight weeks before (were they in use within
seven days?), those who began in a month against their own eight weeks before (how much do they use?). What is
below that range and larger than chance is told once, and not account by account.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from health.chance import at_least, at_most
from health.features import Cohort, Features, Pulse
from health.nouns import NOT_APPLICABLE, Input

START, USE = "start", "use"
"""What a cohort does badly: it does not come into use, or uses less."""
VOLUME, FLEET, CHANCE = "volume", "fleet", "chance"
"""The gates that keep a cohort that is below its range from being told, the first that holds."""
WEEKS = 8
_WEEK = 7
_MONTHS = 12  # a cohort is younger than that; then it is customers like all others
_MOST = 3.0  # times its own mean: no one account makes a cohort
_ODDS = 1 / (WEEKS + 1)  # of any week to be the lowest of nine
_P = 0.01
_FELL = 0.85  # of the usual: then all fell


class Began(NamedTuple):
    """What an account adds to its cohorts.

    ``weeks_ago`` counts calendar weeks back from the latest one whose accounts all had seven days, `None`
    outside the weeks that count. ``in_time`` says whether it came into use within seven days. ``weeks`` are
    its use in each of the last nine weeks, the latest first, as shares of its own mean; empty where there is
    less.
    """

    on: date
    weeks_ago: int | None
    in_time: bool
    weeks: tuple[float, ...]


def began(features: Features, started: date | None, end: date, shares: Sequence[float]) -> Began | None:
    """Return what an account adds, by the last complete day; ``shares`` are of each day up to it."""
    if started is None or started > end:
        return None
    ago = (_last_start(end) - started + timedelta(started.weekday())).days // _WEEK
    weeks_ago = ago if 0 <= ago <= WEEKS else None
    return Began(started, weeks_ago, _in_time(features, started), _weeks(shares))


def _last_start(end: date) -> date:
    """Return the Monday of the latest week whose accounts have had seven days by the end of a day."""
    sunday = end - timedelta(_WEEK + (end.weekday() + 1) % _WEEK)
    return sunday - timedelta(_WEEK - 1)


def _in_time(features: Features, started: date) -> bool:
    """Say whether there was use, or a licence was activated, within seven days."""
    days = [each.activated_on for each in features.licences if each.activated_on is not None]
    first = min([features.first_used_on, *days] if features.first_used_on else days, default=None)
    return first is not None and (first - started).days <= _WEEK


def _weeks(shares: Sequence[float]) -> tuple[float, ...]:
    if len(shares) < _WEEK * (WEEKS + 1):
        return ()
    stops = range(len(shares), len(shares) - _WEEK * (WEEKS + 1), -_WEEK)
    return tuple(min(_MOST, sum(shares[stop - _WEEK : stop]) / _WEEK) for stop in stops)


class _Month:
    """Adds up the accounts that began in a month, or all of them."""

    def __init__(self) -> None:
        self.accounts = 0
        self.lowest = 0
        self.weeks = [0.0] * (WEEKS + 1)

    def add(self, weeks: Sequence[float]) -> None:
        self.accounts += 1
        self.lowest += weeks[0] < min(weeks[1:])
        self.weeks = [total + share for total, share in zip(self.weeks, weeks, strict=True)]


class Cohorts:
    """Hears one account after another, and tells which cohorts are below their range."""

    def __init__(self) -> None:
        """Begin with nobody heard."""
        self._all = _Month()
        self._months: dict[date, _Month] = defaultdict(_Month)
        self._starts = [[0, 0] for _ in range(WEEKS + 1)]

    def hear(self, one: Began | None) -> None:
        """Add an account."""
        if one is None:
            return
        if one.weeks_ago is not None:
            self._starts[one.weeks_ago][0] += one.in_time
            self._starts[one.weeks_ago][1] += 1
        if one.weeks:
            self._all.add(one.weeks)
            self._months[one.on.replace(day=1)].add(one.weeks)

    def told(self, end: date, accounts_min: int, fleet: float) -> tuple[Cohort, ...]:
        """Return the cohorts below their range, each with the gate that keeps it from being told.

        ``fleet`` is how low the whole fleet stands, 1.0 as usual: while it is low, the data may be ill.
        """
        fell = fleet < _FELL
        found = (*self._started(end, accounts_min, fell=fell), *self._use(end, accounts_min, fell=fell))
        return tuple(found)

    def _started(self, end: date, accounts_min: int, *, fell: bool) -> Iterator[Cohort]:
        (done, count), *before = self._starts
        shares = [part / whole for part, whole in before if whole]
        if not count or len(shares) < WEEKS or done / count >= min(shares):
            return
        usual = sum(part for part, _ in before) / sum(whole for _, whole in before)
        gate = _gate(count, accounts_min, at_most(done, count, usual), fell=fell)
        first = _last_start(end)
        last = first + timedelta(_WEEK - 1)
        yield Cohort(START, first, last, 100 * done / count, 100 * min(shares), count, gate)

    def _use(self, end: date, accounts_min: int, *, fell: bool) -> Iterator[Cohort]:
        """Yield the months whose use, beside that of all, is below what it was in eight weeks before."""
        young = {first: each for first, each in self._months.items() if _months(first, end) < _MONTHS}
        whole = self._all
        for first, each in sorted(young.items()):
            others = whole.accounts - each.accounts
            now, *before = _beside(each, whole)
            if not others or now >= min(before):
                continue
            odds = max(_ODDS, (whole.lowest - each.lowest) / others)
            p = at_least(each.lowest, each.accounts, odds) * len(young)
            last = _next_month(first) - timedelta(1)
            gate = _gate(each.accounts, accounts_min, p, fell=fell)
            yield Cohort(USE, first, last, 100 * now, 100 * min(before), each.accounts, gate)


def _beside(month: _Month, whole: _Month) -> list[float]:
    """Return the use of each week beside the same of all, whose rises and falls are nobody's own."""
    totals = zip(month.weeks, whole.weeks, strict=True)
    return [own / month.accounts / (total / whole.accounts) if total else 1.0 for own, total in totals]


def _gate(accounts: int, accounts_min: int, p: float, *, fell: bool) -> str:
    if accounts < accounts_min:
        return VOLUME
    if fell:
        return FLEET
    return CHANCE if p >= _P else ""


def _months(first: date, end: date) -> int:
    return (end.year - first.year) * 12 + end.month - first.month


def _next_month(first: date) -> date:
    return (first + timedelta(31)).replace(day=1)


def start_cohort_pct(pulse: Pulse, started: date | None) -> Input:
    """Return how low the cohort of an account is, beside the lowest of its range; else not applicable."""
    if started is None:
        return NOT_APPLICABLE
    lows = [each.now_pct / each.low_pct for each in pulse.cohorts if not each.gate and each.has(started)]
    return 100.0 * min(lows) if lows else NOT_APPLICABLE
