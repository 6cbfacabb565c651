"""One cell of an import file, read: text in, a value of a record out.

Every function raises `Unreadable`, whose reason never quotes the cell: it may be a name or an address.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite

from babel.numbers import get_currency_precision, list_currencies

Parse = Callable[[str], object]
"""Reads a cell that is not empty and has no space around it."""

WHOLE_LIMIT = 2**53
"""The largest count: exact in a database, in JSON and in a chart alike."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_WHOLE = re.compile(r"[+-]?\d{1,19}(\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_AMOUNT = re.compile(r"[+-]?\d{1,14}(\.\d{0,12})?", re.ASCII)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Unreadable(ValueError):  # noqa: N818 - says what the cell is
    """A cell that is not what its column says."""

    def __init__(self, reason: str, column: str = "") -> None:
        """Name the column where it is known."""
        super().__init__(reason)
        self.reason = reason
        self.column = column


def text(cell: str) -> str:
    """Text as it stands, if a database and a mail can hold it."""
    if cell.isprintable():
        return cell
    if "\0" in cell:
        raise Unreadable("contains a NUL character")
    try:
        cell.encode()
    except UnicodeEncodeError:
        raise Unreadable("is not UTF-8") from None
    return cell


def address(cell: str) -> str:
    """Return a mail address: one @ and no space; whether it exists is not asked here."""
    if not _ADDRESS.fullmatch(cell):
        raise Unreadable("is not a mail address")
    return text(cell)


def whole(cell: str) -> int:
    """Return a whole number with an optional sign; ``25.0`` is 25, as spreadsheets write it."""
    if not _WHOLE.fullmatch(cell):
        raise Unreadable("is not a whole number")
    value = int(cell.partition(".")[0])
    if abs(value) > WHOLE_LIMIT:
        raise Unreadable("is too large")
    return value


def number(cell: str) -> float:
    """Return a finite number with a point for its decimals."""
    if not _NUMBER.fullmatch(cell) or not isfinite(value := float(cell)):
        raise Unreadable("is not a number")
    return value


def quantity(cell: str) -> int | float:
    """Return a count or a measure: whole where it is, so that counts stay exact."""
    return whole(cell) if _WHOLE.fullmatch(cell) else number(cell)


def amount(cell: str) -> Decimal:
    """Return an amount of money in major units, exact; `minor_units` makes it a record's."""
    if not _AMOUNT.fullmatch(cell):
        raise Unreadable("is not an amount of money")
    return Decimal(cell)


def minor_units(major: Decimal, currency: str) -> int:
    """Return the amount in the currency's minor unit: 12.34 USD is 1,234, 12 JPY is 12."""
    scaled = major.scaleb(_precision(currency))
    if scaled != scaled.to_integral_value():
        raise Unreadable(f"is finer than the minor unit of {currency}")
    return int(scaled)


@lru_cache
def _precision(currency: str) -> int:
    return get_currency_precision(currency)


def currency(cell: str) -> str:
    """Return an ISO 4217 code in capitals."""
    code = cell.upper()
    if code not in _currencies():
        raise Unreadable("is not an ISO 4217 code")
    return code


@lru_cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=8192)
def day(cell: str) -> date:
    """Return an ISO 8601 date. Of an instant its own calendar day counts: a day is never re-bucketed."""
    try:
        return datetime.fromisoformat(cell).date()
    except ValueError:
        raise Unreadable("is not an ISO 8601 date") from None


def instant_ms(cell: str) -> int:
    """Return an ISO 8601 instant in milliseconds since 1970; without a zone it is UTC."""
    try:
        stated = datetime.fromisoformat(cell)
    except ValueError:
        raise Unreadable("is not an ISO 8601 instant") from None
    at = stated if stated.tzinfo else stated.replace(tzinfo=UTC)
    return (at - _EPOCH) // _MILLISECOND


def flag(cell: str) -> bool:
    """Return a yes or a no: true, false, yes, no, 1 or 0."""
    value = _FLAGS.get(cell.lower())
    if value is None:
        raise Unreadable("is neither true nor false")
    return value


def one_of(*words: str) -> Parse:
    """Return a reader of a word from a closed list, in any case."""

    def word(cell: str) -> str:
        if (lower := cell.lower()) not in words:
            raise Unreadable(f"is not one of {', '.join(words)}")
        return lower

    return word
