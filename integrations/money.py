"""Money: exact figures, and from the unit that a vendor counts a currency in to its minor unit."""

from fractions import Fraction
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies

Figure = int | Fraction
"""An exact figure. Most are whole, and integers are many times as fast as fractions."""


def part(amount: Figure, of: Figure) -> Figure:
    """Return an amount divided by another, which for two integers ``/`` would not do exactly."""
    return amount if of == 1 else Fraction(amount, of)


def currency(code: str | None) -> str | None:
    """Return an ISO 4217 code in capitals, or `None` for what is none."""
    capitals = (code or "").upper()
    return capitals if capitals in _known() else None


def minor_units(amount: Figure, code: str, decimals: int) -> int:
    """Return an amount in minor units, half to even, that is counted in units of so many decimals."""
    return round(part(amount, _minor_unit(code, decimals)))


@lru_cache
def _minor_unit(code: str, decimals: int) -> Figure:
    """Return how many of the vendor's units a minor unit is."""
    return Fraction(10) ** (decimals - get_currency_precision(code))


@lru_cache
def _known() -> frozenset[str]:
    return frozenset(list_currencies())
