"""Renewal windows over every clock change of every zone: each is news once per term, whatever a clock does.

The judged day is that of the database's clock, in UTC; a process may run in any zone. Around each change of
a zone's clock the hours pass one by one, on clocks that differ by five minutes, and one goes back an hour.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from config.policy import load
from health.features import Term
from health.policy import RenewalRules
from health.renewals import anchors, term_key, window
from store.database import day_of
from tests.chaos.verdict import Verdict
from tests.health.examples import TERM

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
HOUR_MS = 3_600_000
SKEWS_MS = (-300_000, 0, 300_000)
AROUND_H = 26
"""Hours before and after a change: as far as any zone's days are from each other's."""
SATURDAY = 5


def windows(*, seed: int = 0, share: float = 1.0) -> Verdict:
    """Play the changes of all zones, or of a share of them. ``kills`` counts changes, ``sent`` news."""
    started = time.monotonic()
    rules = load().renewals
    zones = sorted(available_timezones())
    chosen = Random(seed).sample(zones, max(1, round(share * len(zones))))
    told: Counter[str] = Counter()
    again = 0
    for zone in chosen:
        with _living_in(zone):
            for change in changes(ZoneInfo(zone)):
                told += _around(change, rules, _of_term)
        again += _repeated(zone, rules) if zone == chosen[0] else 0
    verdict = Verdict(
        bar="renewal windows",
        database="",
        seed=seed,
        kills=told["changes"],
        sent=told["news"],
        unique=told["owed"] - told["missed"],
        lost=told["missed"],
        duplicated=told["again"],
        unknown=0,
        disorder=told["early"],
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=told["news"] == told["owed"] > 0 and not (told["missed"] or told["again"] or told["early"]),
    )
    return verdict.against({"no_key": again})


def _of_term(term: Term, _day: date) -> str:
    return term_key(term)


def _repeated(zone: str, rules: RenewalRules) -> int:
    """How often a window is news again where it is known by the day, and not by its term."""
    with _living_in(zone):
        return _around(FIRST, rules, lambda _term, day: day.isoformat())["again"]


@contextmanager
def _living_in(zone: str) -> Iterator[None]:
    """Let this process run in a zone until the end of the block."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which a zone's clock changes, to the hour."""
    days = [FIRST + timedelta(days=day) for day in range((LAST - FIRST).days)]
    for before, after in pairwise(days):
        if zone.utcoffset(before) != zone.utcoffset(after):
            hours = (before + timedelta(hours=hour) for hour in range(25))
            yield next(at for at in hours if zone.utcoffset(at) != zone.utcoffset(before))


def _around(change: datetime, rules: RenewalRules, named: Callable[[Term, date], str]) -> Counter[str]:
    """Let the hours around a change pass, for a term of which each window opens on that day."""
    told: Counter[str] = Counter(changes=1)
    days = [day_of(instant) for instant in _instants(int(change.timestamp() * 1000))]
    for window_days in rules.windows:
        term = _term(change.date() + timedelta(days=window_days))
        told += _news(days, term, window_days, rules, named)
    return told


def _instants(change_ms: int) -> Iterator[int]:
    """Every hour around a change, as clocks tell it that differ; behind the change an hour comes twice."""
    for hour in (*range(-AROUND_H, 2), *range(AROUND_H)):
        for skew_ms in SKEWS_MS:
            yield change_ms + hour * HOUR_MS + skew_ms


def _news(
    days: Sequence[date], term: Term, opening: int, rules: RenewalRules, named: Callable[[Term, date], str]
) -> Counter[str]:
    """What becomes news of a window, of which the outbox keeps every key that it has had."""
    (anchor,) = anchors([term], days[0])
    opens = anchor.on - timedelta(days=opening)
    while not _is_workday(opens):
        opens -= timedelta(days=1)
    kept: set[str] = set()
    told: Counter[str] = Counter(owed=1)
    for day in days:
        if window(anchor, day, rules, _is_workday) != opening:
            continue
        key = named(anchor.term, day)
        if key not in kept:
            kept.add(key)
            told["news"] += 1
            told["early"] += day < opens
    told["missed"] += not kept
    told["again"] += max(0, len(kept) - 1)
    return told


def _is_workday(day: date) -> bool:
    return day.weekday() < SATURDAY


def _term(ends: date) -> Term:
    """A term of a year, told whole."""
    return replace(TERM, term_start=ends - timedelta(days=365), term_end=ends, auto_renew=False)
