"""Pulse: how the fleet stands, so that one bad day of a source is not many bad accounts."""

from collections.abc import Iterable
from statistics import median

ACCOUNTS_MIN = 10
"""Fewer accounts with a baseline than this have no median worth trusting."""


def fleet_trend(trends: Iterable[float | None], accounts_min: int = ACCOUNTS_MIN) -> float | None:
    """Return the median of the accounts' trends (1.0 = as expected), or `None` for too few of them."""
    known = [trend for trend in trends if trend is not None]
    return median(known) if len(known) >= accounts_min else None
