"""Validations: how many licence keys call home, and why some are refused."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from health.figures.days import Span, last_days
from health.figures.licences import change_pct
from health.figures.segments import UNKNOWN
from health.figures.share import Share, share
from health.nouns import Input
from health.records import Validation

OK = "ok"
_RECENT_DAYS = 14
_BASELINE_DAYS = 42
_FLAT_PCT = 10.0
_SILENT_DAYS = 30


class ValidationTrend(NamedTuple):
    """Daily active validations of the last two weeks against the six weeks before, whole weeks on both sides.

    ``direction`` is growing, flat (within 10 % of the own baseline) or declining; empty without a baseline.
    """

    per_day: float
    baseline_per_day: float
    change_pct: Input
    direction: str


class NextStep(NamedTuple):
    """What to do about a kind of failure, and who is to do it."""

    to_do: str
    recipient: str


class Failure(NamedTuple):
    """One kind of failure: how often, as a share of all validations, and what follows from it."""

    outcome: str
    times: int
    of_all: Share
    next_step: NextStep


OTHERWISE = NextStep("find out what the code means, and give it a next step", "support")
"""For outcomes that nobody has given one."""


def daily_active(validations: Iterable[Validation], day: date) -> int:
    """Return how many distinct licence keys were validated on a day.

    Rows that name no licence count as one key of their account, since more cannot be told apart.
    """
    return len({_key(row) for row in validations if row.day == day and _ok(row)})


def _key(row: Validation) -> tuple[str, str]:
    return (row.account_id, row.licence_id) if not row.licence_id else ("", row.licence_id)


def _ok(row: Validation) -> bool:
    return row.outcome == OK and row.times > 0


def validation_trend(validations: Iterable[Validation], as_of: date) -> ValidationTrend:
    """Return how daily active validations stand to their own baseline at the start of a day."""
    keys: dict[date, set[tuple[str, str]]] = defaultdict(set)
    for row in validations:
        if _ok(row):
            keys[row.day].add(_key(row))
    recent = last_days(as_of, _RECENT_DAYS)
    per_day = _mean(keys, recent)
    baseline = _mean(keys, last_days(recent.first, _BASELINE_DAYS))
    change = change_pct(baseline, per_day)
    return ValidationTrend(per_day, baseline, change, _direction(change))


def _mean(keys: Mapping[date, set[tuple[str, str]]], span: Span) -> float:
    days = (span.until - span.first).days
    return sum(len(keys.get(span.first + timedelta(day), ())) for day in range(days)) / days


def _direction(change: Input) -> str:
    if not isinstance(change, float):
        return ""
    return "flat" if abs(change) <= _FLAT_PCT else "growing" if change > 0 else "declining"


def silent_accounts(validations: Iterable[Validation], accounts: Iterable[str], as_of: date) -> Share:
    """Return the accounts without a successful validation in 30 days, of those that are to have some."""
    span = last_days(as_of, _SILENT_DAYS)
    heard = {row.account_id for row in validations if _ok(row) and span.has(row.day)}
    wanted = set(accounts)
    return share(len(wanted - heard), len(wanted))


def failures_by_type(
    validations: Iterable[Validation], span: Span, next_steps: Mapping[str, NextStep]
) -> list[Failure]:
    """Return the failures of a span of days by type, the most frequent first, with what to do about each."""
    times = _times(validations, span)
    every = sum(times.values())
    return [
        Failure(outcome, count, share(count, every), next_steps.get(outcome, OTHERWISE))
        for outcome, count in sorted(times.items(), key=lambda item: (-item[1], item[0]))
        if outcome != OK and count
    ]


def _times(validations: Iterable[Validation], span: Span) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in validations:
        if span.has(row.day):
            found[row.outcome] += row.times
    return found


def failures_by_country(validations: Sequence[Validation], span: Span) -> Mapping[str, Share]:
    """Return failed ÷ all validations of each country, that of rows without one as unknown."""
    found: dict[str, Counter[bool]] = defaultdict(Counter)
    for row in validations:
        if span.has(row.day):
            found[row.country or UNKNOWN][row.outcome == OK] += row.times
    return {name: share(found[name][False], found[name].total()) for name in sorted(found)}
