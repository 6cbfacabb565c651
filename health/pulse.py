"""Pulse: how the fleet stands, so that one bad day of a source is not many bad accounts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median

ACCOUNTS_MIN = 10
"""Fewer accounts with a baseline than this have no median worth trusting."""


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
