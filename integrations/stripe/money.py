"""Money: from the unit that Stripe counts a currency in to its minor unit.

Stripe counts most currencies in hundredths, some in whole units and some in thousandths
(docs.stripe.com/currencies). Two that have no hundredths any more, ISK and UGX, it still counts in them.
"""

from fractions import Fraction
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies

Figure = int | Fraction
"""An exact figure. Most are whole, and integers are many times as fast as fractions."""

WHOLE = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF",
        "XPF",
    }
)  # fmt: skip
"""Counted in whole units. Stripe lists UGX among them and says elsewhere that 500 are 5 UGX: this holds."""
THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def part(amount: Figure, of: Figure) -> Figure:
    """Return an amount divided by another, which for two integers ``/`` would not do exactly."""
    return amount if of == 1 else Fraction(amount, of)


def currency(code: str | None) -> str | None:
    """Return an ISO 4217 code in capitals, or `None` for what is none."""
    capitals = (code or "").upper()
    return capitals if capitals in _known() else None


def minor_units(amount: Figure, code: str) -> int:
    """Return an amount as Stripe counts it in minor units, half to even: 500 ISK are 5."""
    return round(part(amount, _minor_unit(code)))


@lru_cache
def _minor_unit(code: str) -> Figure:
    """Return how many of Stripe's units a minor unit is."""
    return Fraction(10) ** (_decimals(code) - get_currency_precision(code))


def _decimals(code: str) -> int:
    if code in WHOLE:
        return 0
    return 3 if code in THOUSANDTHS else 2


@lru_cache
def _known() -> frozenset[str]:
    return frozenset(list_currencies())
