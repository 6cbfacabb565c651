"""Money of several currencies: kept as it is, and put into one by dated rates; nothing is guessed."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from health.records import Rate

Amounts = Mapping[str, int]
"""Minor units by ISO 4217 code."""

Decimals = Mapping[str, int]
"""Digits of the minor unit by currency, where they are not two (JPY 0, KWD 3)."""

_DIGITS = 2


class Converted(NamedTuple):
    """``minor`` units of one ``currency``, by rates of ``day``; ``original`` is what it was made from.

    ``unrated`` names the currencies without a rate: what is in them is not in ``minor``.
    """

    currency: str
    minor: int
    day: date
    original: Amounts
    unrated: tuple[str, ...]


class Exchange:
    """The rates of all days. On a day the latest one stated on or before it holds."""

    def __init__(self, rates: Iterable[Rate], decimals: Decimals | None = None) -> None:
        """Sort the rates by pair and day."""
        self._decimals = decimals or {}
        self._rates: dict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
        for each in sorted(rates):
            self._rates[each.base, each.quote].append((each.day, Decimal(str(each.rate))))

    def rate(self, base: str, quote: str, day: date) -> Decimal | None:
        """Return how much of ``quote`` one ``base`` is, by either way the pair is stated; `None` without."""
        if base == quote:
            return Decimal(1)
        straight, turned = self._latest(base, quote, day), self._latest(quote, base, day)
        if straight is not None:
            return straight
        return 1 / turned if turned else None

    def _latest(self, base: str, quote: str, day: date) -> Decimal | None:
        stated = self._rates.get((base, quote), [])
        at = bisect_left(stated, day, key=lambda each: each[0])
        if at < len(stated) and stated[at][0] == day:
            return stated[at][1]
        return stated[at - 1][1] if at else None

    def minor(self, amount: int, base: str, quote: str, day: date) -> int | None:
        """Return an amount in minor units of ``quote``, rounded half to even; `None` without a rate."""
        rate = self.rate(base, quote, day)
        if rate is None:
            return None
        shift = self._digits(quote) - self._digits(base)
        return int((amount * rate).scaleb(shift).quantize(Decimal(1), ROUND_HALF_EVEN))

    def _digits(self, currency: str) -> int:
        return self._decimals.get(currency, _DIGITS)


def converted(
    amounts: Amounts, currency: str, day: date, rates: Iterable[Rate], decimals: Decimals | None = None
) -> Converted:
    """Return amounts of several currencies in one, with those that have no rate named and left out."""
    exchange = Exchange(rates, decimals)
    total, unrated = 0, []
    for code in sorted(amounts):
        minor = exchange.minor(amounts[code], code, currency, day)
        if minor is None:
            unrated.append(code)
        else:
            total += minor
    return Converted(currency, total, day, dict(amounts), tuple(unrated))
