"""Use: the simulated days, with holidays and the stories played over them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from math import ceil
from operator import attrgetter
from random import Random
from typing import NamedTuple

from sandbox.company.cast import (
    BAYRAM,
    DOMAINS_NEARLY_FULL,
    GONE_QUIET,
    LIMIT_HIT,
    QUIET_QUITTER,
    SEATS_NEARLY_FULL,
)
from sandbox.company.clock import FIRST_DAY, LAST_DAY, days
from sandbox.company.closures import CLOSED
from sandbox.company.history import Use

_HOLIDAY = 0.1  # of a usual day
_WEEKEND = 0.1
_SATURDAY = 5
LAST_SEEN = date(2026, 5, 10)
_BAYRAM_FIRST = date(2026, 5, 22)
_BAYRAM = (0.7, 0.1, 0.1, 0.15, 0.15, 0.05, 0.05, 0.05, 0.05, 0.05)
"""Use in Türkiye from 22 May on: few work between a weekend and the feast."""

_QUITTING_FIRST = date(2026, 5, 17)
_QUITTING = (1.9, 1.05, 1.05, 1.05, 1.05, 1, 0.85, *(0.06,) * 8)
"""The quiet quitter's use from 17 May on, of a usual day: a last busy Sunday, then next to nothing."""

_FILLING = (0.70, 0.86)
"""Of the simulated use where seats run out, on the first day and the last: a team that grows."""

_LOCKED = {date(2026, 5, 12): 1, date(2026, 5, 20): 1, date(2026, 5, 27): 1, LAST_DAY: 2}
"""Locked features tried where something runs out: the fourth and fifth attempt are Sunday's."""

_LIMITED = {date(2026, 5, 12): 5, date(2026, 5, 20): 5, LAST_DAY: 4}
"""Rate limits hit where a limit is in the way: the eleventh is Sunday's."""

_REACH_DAYS = 30
_BEYOND_BUSIEST = 1.1  # who signs in within 30 days are more than come on the busiest of them
_SOMETIMES = 0.12


class Day(NamedTuple):
    """A row of the import format's usage; each feature is a column."""

    account_id: str
    day: date
    active_users: int
    active_users_30d: int
    events: int
    locked_feature_attempts: int
    rate_limit_hits: int
    features: tuple[int, ...]


def usage(history: Iterable[Use], countries: Mapping[str, str], seats: Mapping[str, int]) -> Iterator[Day]:
    """Yield every account's every day of the 26 weeks."""
    for account_id, told in groupby(history, attrgetter("account_id")):
        played = _played(_filled(account_id, told), countries[account_id])
        extras = _extras(account_id)
        users = [use.active_users for use in played]
        for at, use in enumerate(played):
            busiest = max(users[max(0, at - _REACH_DAYS + 1) : at + 1])
            reach = max(busiest, min(seats[account_id], ceil(_BEYOND_BUSIEST * busiest)))
            yield Day(*use[:3], reach, use.events, *extras.get(use.day, (0, 0)), use.features)


def _filled(account_id: str, told: Iterable[Use]) -> list[Use]:
    """Return all days; one that the simulation leaves out had no use."""
    by_day = {use.day: use for use in told}
    none = (0,) * len(next(iter(by_day.values())).features)
    return [by_day.get(day) or Use(account_id, day, 0, 0, none) for day in days(FIRST_DAY, LAST_DAY)]


def _played(told: Sequence[Use], country: str) -> list[Use]:
    """Return the days as they went in our company's world."""
    played = [_scaled(use, _share(use, country)) for use in told]
    if told[0].account_id == QUIET_QUITTER:
        start = (_QUITTING_FIRST - FIRST_DAY).days
        usual = _usual(played[start - 28 : start])
        played[start:] = [
            _scaled(usual._replace(day=use.day), share)
            for use, share in zip(played[start:], _QUITTING, strict=True)
        ]
    return played


def _share(use: Use, country: str) -> float:
    """Return how much of the simulated use took place."""
    account_id, day = use.account_id, use.day
    if account_id == SEATS_NEARLY_FULL:
        low, high = _FILLING
        grown = (day - FIRST_DAY) / (LAST_DAY - FIRST_DAY)
        return (low + (high - low) * grown) * (_HOLIDAY if day in CLOSED[country] else 1)
    if account_id in GONE_QUIET and day > LAST_SEEN:
        return 0
    if account_id in BAYRAM and day >= _BAYRAM_FIRST:
        return _BAYRAM[(day - _BAYRAM_FIRST).days]
    if day in CLOSED[country]:
        return _HOLIDAY
    return _WEEKEND if account_id in BAYRAM and day.weekday() >= _SATURDAY else 1


def _usual(played: Sequence[Use]) -> Use:
    """Return a day like the mean of these."""
    features = zip(*(use.features for use in played), strict=True)
    return Use(
        played[0].account_id,
        played[0].day,
        _mean([use.active_users for use in played]),
        _mean([use.events for use in played]),
        tuple(map(_mean, features)),
    )


def _mean(counts: Sequence[int]) -> int:
    return round(sum(counts) / len(counts))


def _scaled(use: Use, share: float) -> Use:
    if share == 1:
        return use
    users = round(use.active_users * share)
    part = share if users else 0
    return Use(
        use.account_id,
        use.day,
        users,
        round(use.events * part),
        tuple(round(count * part) for count in use.features),
    )


def _extras(account_id: str) -> dict[date, tuple[int, int]]:
    """Return locked features tried and rate limits hit, by day: now and then, and far from a rule."""
    if account_id in {SEATS_NEARLY_FULL, LIMIT_HIT, DOMAINS_NEARLY_FULL}:
        hits = _LIMITED if account_id == LIMIT_HIT else {}
        return {day: (tried, hits.get(day, 0)) for day, tried in _LOCKED.items()}
    chance = Random(f"extras {account_id}")
    return {
        LAST_DAY - timedelta(days=chance.randrange(1, 60)): (chance.randint(0, 1), chance.randint(0, 3))
        for _ in range(2)
        if chance.random() < _SOMETIMES
    }
