"""Money in the unit that Chargebee counts a currency in.

That is a hundredth, or the whole where the currency has nothing smaller
(chargebee.com/docs/billing/2.0/kb/product-catalog/what-are-zero-decimal-currencies).
"""

from integrations import money

WHOLE = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF",
        "XOF", "XPF",
    }
)  # fmt: skip
"""Currencies that have no smaller unit in ISO 4217."""
UNSURE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Those that have thousandths: nowhere is it said whether Chargebee counts in these."""


def minor_units(amount: int | None, code: str | None) -> int | None:
    """Return an amount in minor units, or `None` where it is not told or nobody knows its unit."""
    if amount is None or code is None or code in UNSURE:
        return None
    return money.minor_units(amount, code, 0 if code in WHOLE else 2)
