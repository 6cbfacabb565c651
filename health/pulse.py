"""Pulse: how the fleet stands, so that one bad day of a source is not many bad accounts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from health.features import Freshness
from health.use import VALIDATIONS

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


def fleet_sources(
    trends: Iterable[tuple[tuple[str, float] | None, Sequence[str]]],
    freshness: Mapping[str, Freshness],
    accounts_min: int = ACCOUNTS_MIN,
) -> Mapping[str, str]:
    """Return by metric the source at which it fell most: should the fleet fall, that one looks ill.

    ``trends`` are the accounts' with the sources each is linked to. Of the sources that state such use the
    one with the lowest median counts; one of too few accounts only if there is no other.
    """
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for known, sources in trends:
        if known is not None:
            metric, share = known
            for source in sources:
                if source in freshness and kind_of(metric) in freshness[source].kinds:
                    found[metric][source].append(share)
    return {metric: _lowest(by_source, accounts_min) for metric, by_source in found.items()}


def _lowest(shares: Mapping[str, Sequence[float]], accounts_min: int) -> str:
    enough = [source for source, of_source in shares.items() if len(of_source) >= accounts_min]
    return min(enough or shares, key=lambda source: (median(shares[source]), source))


def kind_of(metric: str) -> str:
    """Return the kind of fact that states a metric of use."""
    return VALIDATIONS if metric == VALIDATIONS else "usage"
