"""Reasons: which lines of a score are worth a reader's time; the same everywhere it is told."""

from collections.abc import Callable, Sequence
from operator import attrgetter

from health.nouns import Contribution, Score

MOST = 3
"""As many as a person reads before deciding what to do."""
LEAST_POINTS = 200
"""Hundredths of a point that a line must take off to count as a reason, unless no line takes as much."""

_points: Callable[[Contribution], int] = attrgetter("points")


def reasons(score: Score, most: int = MOST) -> tuple[str, ...]:
    """Return in plain words what takes most off a score, the weightiest first."""
    lost: Sequence[Contribution] = [line for line in score.contributions if line.points < 0]
    weighty = [line for line in lost if line.points <= -LEAST_POINTS]
    return tuple(line.reason for line in sorted(weighty or lost, key=_points)[:most])
