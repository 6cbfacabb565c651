"""Purchases: what an account has bought, and what of it is new to it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple


class Purchase(NamedTuple):
    """A subscription, what it is of, and the day on which it was bought, else began."""

    subscription: str
    product: str
    bought_on: date


def new(bought: Sequence[Purchase], since: date, as_of: date, within_days: int) -> Iterator[Purchase]:
    """Yield what was bought since a day and within so many days, and is like nothing before; the first first.

    Where nobody says what a subscription is of it may be of anything: then only the very first is new.
    """
    first = max(since, as_of - timedelta(days=within_days))
    for each in sorted(bought, key=lambda purchase: (purchase.bought_on, purchase.subscription)):
        if first <= each.bought_on <= as_of and not any(_like(each, other) for other in bought):
            yield each


def _like(bought: Purchase, other: Purchase) -> bool:
    """Tell whether an account had something like it before."""
    same = bought.product == other.product or not bought.product or not other.product
    return other.bought_on < bought.bought_on and same
