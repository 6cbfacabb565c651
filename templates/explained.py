"""A score in words: its reasons, what changed, and what would change it; the same wherever it is told."""

from collections.abc import Sequence

from health.delta import RULES, Change, Delta
from health.reasons import MOST, reasons
from templates.measures import moved

__all__ = ["changes", "points", "reasons"]

MINUS = "\N{MINUS SIGN}"
RULES_CHANGED = "the policy or the engine changed"
SPREAD = "its share of the weight, as other inputs became known or unknown"


def changes(delta: Delta, most: int = MOST) -> tuple[str, ...]:
    """Return what changed, the largest first: what it is worth, then measures before → now.

    Lines beyond ``most`` are one line together, so that all still sum to the change of the score.
    """
    told = [f"{points(change.points)}: {_why(change)}" for change in delta.changes[:most]]
    rest = delta.changes[most:]
    if rest:
        told.append(f"{points(sum(change.points for change in rest))}: {_smaller(rest)}")
    return tuple(told)


def points(hundredths: int) -> str:
    """Return a difference of points with its sign, as short as it is exact: ``+12.5``."""
    sign = "±" if not hundredths else MINUS if hundredths < 0 else "+"
    return f"{sign}{abs(hundredths) / 100:g}"


def _smaller(rest: Sequence[Change]) -> str:
    return "1 smaller change" if len(rest) == 1 else f"{len(rest)} smaller changes"


def _why(change: Change) -> str:
    if change.name == RULES:
        return RULES_CHANGED
    told = ", ".join(moved(*move) for move in change.moves)
    return told or _WITHOUT_MEASURES.get(change.name.partition(":")[0]) or f"{_name(change)}: {SPREAD}"


def _name(change: Change) -> str:
    return change.name.replace("_", " ")


_WITHOUT_MEASURES = {
    "cap": "what a cap takes off, as the score beneath it changed",
    "floor": "a score is never below 0",
    "unknown": "whether anything is known at all",
}
