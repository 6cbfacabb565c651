"""Money in the unit that Stripe counts a currency in.

Stripe counts most currencies in hundredths, some in whole units and some in thousandths
(docs.stripe.com/currencies). Two that have no hundredths any more, ISK and UGX, it still counts in them.
"""

from integrations import money
from integrations.money import Figure

WHOLE = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF",
        "XPF",
    }
)  # fmt: skip
"""Counted in whole units. Stripe lists UGX among them and says elsewhere that 500 are 5 UGX: this holds."""
THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def minor_units(amount: Figure, code: str) -> int:
    """Return an amount as Stripe counts it in minor units, half to even: 500 ISK are 5."""
    return money.minor_units(amount, code, _decimals(code))


def _decimals(code: str) -> int:
    if code in WHOLE:
        return 0
    return 3 if code in THOUSANDTHS else 2
