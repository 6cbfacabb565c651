"""The engine of two dimensions: a cell, its band, and the score that stands for that band."""

from itertools import chain

from health.nouns import Contribution, Input, Score
from health.policy import Profile
from health.rules import Findings

_FULL = 10_000


def score(findings: Findings, profile: Profile) -> Score:
    """Return the score of the cell that the account lies in; the cell is its only contribution.

    Where a dimension is unknown, or does not apply, nothing is covered, so that the band is unknown: the
    interval runs over the cells that the account could lie in, and the score is in their middle.
    """
    (row, reason), (column, _) = findings.lines
    if isinstance(row, float) and isinstance(column, float):
        points = profile.cells[int(row)][int(column)]
        return Score(points, points, points, 1.0, (Contribution("cell", points - _FULL, reason),))
    reachable = [*chain.from_iterable(part[_of(column)] for part in profile.cells[_of(row)])]
    low, high = min(reachable), max(reachable)
    points = (low + high) // 2
    line = Contribution("unknown", points - _FULL, "a dimension is not known: the middle of what could be")
    return Score(points, low, high, 0.0, (line,))


def _of(part: Input) -> slice:
    """Return the parts of an axis that an account could lie in."""
    return slice(int(part), int(part) + 1) if isinstance(part, float) else slice(None)
