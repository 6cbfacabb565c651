"""Fields of a record as text, as CRMs compare and keep them. Money is in major units: what people sort by."""

from decimal import Decimal

from babel.numbers import get_currency_precision

Value = str | int | float | bool | None
"""What a field of a rendered record may hold."""
ASSUMED_CURRENCY = "EUR"
"""Gives its two decimals to an amount whose currency nobody states, as the import does."""


def text(field: str, value: Value, currency: str) -> str:
    """What a field of a record says as text; empty where it is unknown. Amounts become major units."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float() if field.endswith("_minor"):
            return _plain(Decimal(str(value)).scaleb(-get_currency_precision(currency)))
        case int() | float():
            return _plain(Decimal(str(value)))
        case _:
            return value


def _plain(number: Decimal) -> str:
    """A number with a point for its decimals and no exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
