"""Days: months, and the day an instant falls on, UTC."""

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_MONTHS = 12


class Span(NamedTuple):
    """Days from ``first`` up to but not including ``until``."""

    first: date
    until: date

    def has(self, day: date) -> bool:
        """Say whether a day is within."""
        return self.first <= day < self.until


def day_of(at_ms: int) -> date:
    """Return the UTC day of an instant."""
    return _EPOCH + timedelta(days=at_ms // _DAY_MS)


def start_ms(day: date) -> int:
    """Return the instant a day starts, UTC."""
    return (day - _EPOCH).days * _DAY_MS


def hours(start: int, end: int) -> float:
    """Return the hours from one instant to another, in ms each."""
    return (end - start) / _HOUR_MS


def months_on(day: date, months: int) -> date:
    """Return the same day of a later or earlier month; its last day where that month is shorter."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_of(day: date) -> str:
    """Return the month as ``2026-05``."""
    return f"{day:%Y-%m}"


def quarter_of(day: date) -> str:
    """Return a day's quarter, such as 2025-Q3."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def last_days(as_of: date, days: int) -> Span:
    """Return the ``days`` days before ``as_of``."""
    return Span(as_of - timedelta(days=days), as_of)
