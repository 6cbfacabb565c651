"""Use that comes in pieces, by metric, user or department, added up per account, day and product."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from health.records import People, Usage
from integrations.rows.metrics import KNOWN, figure, heading, packed

ACTIVE = "active_users"
ACTIVE_30D = "active_users_30d"
REACH_DAYS = 30

Values = dict[str, int | float]


class Day(NamedTuple):
    """What a usage record is of."""

    account_id: str
    day: date
    product: str


class Who(NamedTuple):
    """Whose use a row states; both are empty where it is the whole account's."""

    user_id: str = ""
    department: str = ""


EVERYBODY = Who()


class Tally:
    """Sums of the rows given to it. Users are counted, not summed.

    A user with any positive value on a day was active on it. Users of the last 30 days are counted
    where the rows go back that far. What a row of the whole account states of either stands.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._days: dict[Day, dict[Who, Values]] = {}

    def add(self, day: Day, who: Who, values: Mapping[str, int | float]) -> bool:
        """Take a row; return whether it says something new, not a metric stated before."""
        known = self._days.setdefault(day, {}).setdefault(who, {})
        if not known.keys().isdisjoint(values):
            return False
        known.update(values)
        return True

    def usage(self) -> Iterator[Usage]:
        """Yield a record per account, day and product, in the order they were met."""
        active = {day: _active(people) for day, people in self._days.items() if _identified(people)}
        reach = _reach(active)
        for day, people in self._days.items():
            totals = _sums(people)
            if day in active:
                totals[ACTIVE] = len(active[day])
                totals.pop(ACTIVE_30D, None)
            if day in reach:
                totals[ACTIVE_30D] = reach[day]
            totals |= _stated(people)
            yield _record(day, totals)

    def people(self) -> Iterator[People]:
        """Yield who did what on each of these days, where rows name their users."""
        for day, people in self._days.items():
            if acts := _acts(people):
                yield People(*day, msgspec.json.encode(acts).decode())


def _acts(people: Mapping[Who, Values]) -> dict[str, tuple[str, Values]]:
    """Return by user, in order, the first department named and how often each thing was done."""
    acts: dict[str, tuple[str, Values]] = {}
    for who in sorted(who for who in people if who.user_id):
        _, done = acts.setdefault(who.user_id, (who.department, {}))
        for name, value in sorted(people[who].items()):
            if value > 0 and name != ACTIVE_30D:
                done[name] = done.get(name, 0) + value
    return {user: act for user, act in acts.items() if act[1]}


def _identified(people: Mapping[Who, Values]) -> bool:
    return any(who.user_id for who in people)


def _active(people: Mapping[Who, Values]) -> set[str]:
    return {
        who.user_id for who, values in people.items() if who.user_id and max(values.values(), default=0) > 0
    }


def _sums(people: Mapping[Who, Values]) -> Values:
    totals: Values = {}
    for values in people.values():
        for name, value in values.items():
            totals[name] = totals.get(name, 0) + value
    return totals


def _stated(people: Mapping[Who, Values]) -> Values:
    return {name: value for name, value in people.get(EVERYBODY, {}).items() if name in (ACTIVE, ACTIVE_30D)}


def _reach(active: Mapping[Day, set[str]]) -> dict[Day, int]:
    """Return the distinct users of the 30 days that end on each day, where all 30 are in the rows."""
    if not active:
        return {}
    whole_from = min(day.day for day in active) + timedelta(days=REACH_DAYS - 1)
    lives: dict[tuple[str, str], list[Day]] = defaultdict(list)
    for day in active:
        lives[day.account_id, day.product].append(day)
    return {
        day: users
        for days in lives.values()
        for day, users in _sliding(sorted(days), active)
        if day.day >= whole_from
    }


def _sliding(days: list[Day], active: Mapping[Day, set[str]]) -> Iterator[tuple[Day, int]]:
    """Yield each day of one account with its distinct users over 30 days."""
    users: Counter[str] = Counter()
    first = 0
    for day in days:
        users.update(active[day])
        while (day.day - days[first].day).days >= REACH_DAYS:
            users -= Counter(active[days[first]])
            first += 1
        yield day, len(users)


def _record(day: Day, totals: Values) -> Usage:
    known = (totals.get(name) for name in KNOWN)
    others = sorted(name for name in totals if name not in KNOWN)
    entries = (heading(name) + text for name in others if (text := figure(totals[name])))
    return Usage._make((*day, *known, packed(entries)))
