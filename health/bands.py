"""Bands: the four words for health."""

from health.nouns import Band, Score
from health.policy import Bands

RANK = {"at_risk": 0, "watch": 1, "healthy": 2}
"""From worst to best; ``unknown`` has no rank."""


def band(score: Score, edges: Bands) -> Band:
    """Return the band of a score; edges belong to the better band, too little known is ``unknown``."""
    if score.coverage < edges.coverage_min:
        return "unknown"
    if score.points < edges.watch_from:
        return "at_risk"
    return "watch" if score.points < edges.healthy_from else "healthy"


def worse(now: Band, before: Band) -> bool:
    """Say whether ``now`` is a worse band than ``before``; unknown is neither better nor worse."""
    return now in RANK and before in RANK and RANK[now] < RANK[before]
