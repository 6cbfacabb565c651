"""Share: a part of a whole that still knows both, so that shares can be added up over segments."""

from collections.abc import Iterable
from typing import NamedTuple

from health.chance import wilson
from health.nouns import NOT_APPLICABLE, Input


class Share(NamedTuple):
    """``part`` of ``whole``, in per cent; over 100 where more is used than there is.

    ``low_pct`` to ``high_pct`` is Wilson's interval at 95 %: what chance alone may do to a share of so few.
    It is not applicable to amounts, which are no trials, nor where the part is more than the whole. A share
    of nothing is not applicable, never 0 %.
    """

    part: float
    whole: float
    pct: Input
    low_pct: Input
    high_pct: Input


class Mean(NamedTuple):
    """A ``total`` spread ``over`` so many things; ``mean`` is not applicable without any."""

    total: float
    over: int
    mean: Input


def share(part: float, whole: float) -> Share:
    """Return the share that ``part`` is of ``whole``, both counts of people or things."""
    if not 0 <= part <= whole or not whole:
        return portion(part, whole)
    low, high = wilson(part, whole)
    return Share(part, whole, 100.0 * part / whole, 100.0 * low, 100.0 * high)


def portion(part: float, whole: float) -> Share:
    """Return the share that ``part`` is of ``whole``, both amounts: of money, of consumption, of a quota."""
    pct = 100.0 * part / whole if whole > 0 else NOT_APPLICABLE
    return Share(part, whole, pct, NOT_APPLICABLE, NOT_APPLICABLE)


def total(shares: Iterable[Share]) -> Share:
    """Return the share of all: parts added up and wholes added up, which no mean of percentages is.

    It has an interval where each of them has one.
    """
    known = [each for each in shares if each.whole > 0]
    counted = all(each.low_pct is not NOT_APPLICABLE for each in known)
    part, whole = sum(each.part for each in known), sum(each.whole for each in known)
    return share(part, whole) if counted else portion(part, whole)


def mean(amount: float, over: int) -> Mean:
    """Return so much over so many."""
    return Mean(amount, over, amount / over if over else NOT_APPLICABLE)
