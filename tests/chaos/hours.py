"""Contact hours over every clock change of every zone: no letter leaves while they are closed.

Around each change the hours pass one by one, on clocks that differ, and each time a sender asks whether it
may write; what it may it sends at any moment until its lease ends. When the hours are open is told here by
the clock on the wall alone, a quarter of an hour at a time: no zone's clock changes within one.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from config.calendars import workdays
from health.hours import Hours, Place, next_open
from tests.chaos.verdict import Verdict
from tests.chaos.windows import AROUND_H, FIRST, SATURDAY, changes

HOURS = (Hours(8, 18), Hours(0, 24), Hours(1, 3))
"""An office's, all day, and those in which clocks change."""
LEASE = timedelta(seconds=30)
QUARTER = timedelta(minutes=15)
SKEWS = (timedelta(minutes=-5), timedelta(seconds=-10), timedelta(), timedelta(minutes=5))
BEFORE, BEHIND = timedelta(days=2), timedelta(days=6)
"""As far as the quarters around a change are known: a weekend further than any moment of a sender's."""
Asked = Callable[[datetime, Hours, ZoneInfo], datetime]
"""When a sender writes who would write at a moment."""


def hours(*, seed: int = 0, share: float = 1.0) -> Verdict:
    """Play the changes of all zones, or of a share of them. ``kills`` counts changes, ``sent`` letters.

    ``disorder`` are letters that may leave while the hours are closed, ``lost`` those that wait on as these
    open.
    """
    started = time.monotonic()
    zones = sorted(available_timezones())
    chosen = Random(seed).sample(zones, max(1, round(share * len(zones))))
    told: Counter[str] = Counter()
    for name in chosen:
        for change in (FIRST, *changes(ZoneInfo(name))):
            told += _around(change, ZoneInfo(name), _asked)
    verdict = Verdict(
        bar="contact hours",
        database="",
        seed=seed,
        kills=told["changes"],
        sent=told["letters"],
        unique=told["letters"] - told["outside"] - told["late"],
        lost=told["late"],
        duplicated=0,
        unknown=0,
        disorder=told["outside"],
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=told["letters"] > 0 and not (told["outside"] or told["late"]),
    )
    return verdict.against(_without())


def _without() -> dict[str, int]:
    """How many letters may leave out of hours by a clock that is not the account's, or at the last moment."""
    zone = ZoneInfo("Europe/Berlin")
    found = {"in_utc": _in_utc, "no_lease": partial(_asked, lease=timedelta())}
    return {name: _around(next(changes(zone)), zone, asked)["outside"] for name, asked in found.items()}


def _asked(now: datetime, chosen: Hours, zone: ZoneInfo, *, lease: timedelta = LEASE) -> datetime:
    return next_open(now, chosen, Place(zone), workdays(), lease)


def _in_utc(now: datetime, chosen: Hours, _zone: ZoneInfo) -> datetime:
    return next_open(now, chosen, Place(), workdays(), LEASE)


def _around(change: datetime, zone: ZoneInfo, asked: Asked) -> Counter[str]:
    """Let the hours around a change pass, for letters of a renewal window that opens then."""
    told: Counter[str] = Counter(changes=1)
    for chosen in HOURS:
        quarters = _open_quarters(change, chosen, zone)
        for moment in _moments(change):
            leaves = asked(moment, chosen, zone)
            told["letters"] += 1
            told["outside"] += not _is_open(leaves, quarters) or not _is_open(leaves + LEASE, quarters)
            told["late"] += leaves > _opens(moment, quarters) + LEASE
    return told


def _moments(change: datetime) -> Iterator[datetime]:
    for hour in range(-AROUND_H, AROUND_H):
        for skew in SKEWS:
            yield change + timedelta(hours=hour) + skew


def _open_quarters(change: datetime, chosen: Hours, zone: ZoneInfo) -> Sequence[datetime]:
    """The quarters of an hour, by their beginning, at which the clock on the wall is within the hours."""
    first = change - BEFORE
    every = (first + at * QUARTER for at in range((BEFORE + BEHIND) // QUARTER))
    return [each for each in every if _is_within(each.astimezone(zone), chosen)]


def _is_within(wall: datetime, chosen: Hours) -> bool:
    return wall.weekday() < SATURDAY and chosen.opens <= wall.hour < chosen.closes


def _is_open(moment: datetime, quarters: Sequence[datetime]) -> bool:
    at = bisect_left(quarters, moment - QUARTER + timedelta.resolution)
    return at < len(quarters) and quarters[at] <= moment


def _opens(moment: datetime, quarters: Sequence[datetime]) -> datetime:
    """When one may write who would at a moment: then, or as the hours open."""
    if _is_open(moment, quarters) and _is_open(moment + LEASE, quarters):
        return moment
    return quarters[bisect_left(quarters, moment)]
