"""When things are: the history is moved so that it ends on the last Sunday before the demo's Monday."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

SHIFT = timedelta(weeks=100)
"""By how much the simulated history is moved. Whole weeks, so that every weekday stays what it was."""

FIRST_DAY = date(2025, 12, 1)
"""The first day of use: 26 weeks before `LAST_DAY`, a Monday."""

LAST_DAY = date(2026, 5, 31)
"""The last day of use, a Sunday. It is over, and known, on Monday."""

BASELINE_AT = datetime(2026, 5, 31, 6, tzinfo=UTC)
"""Sunday: what is known by then is the baseline."""

MONDAY_AT = datetime(2026, 6, 1, 6, tzinfo=UTC)
"""Monday: what has become known since is the second pull."""


@cache
def shifted(stored: str) -> date:
    """Return a stored date, moved."""
    return date.fromisoformat(stored) + SHIFT


def days(first: date, last: date) -> list[date]:
    """Return every day from ``first`` to ``last``, both included."""
    return [first + timedelta(offset) for offset in range((last - first).days + 1)]
