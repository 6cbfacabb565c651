"""Places in lists: where a page ended, as it stands in the address of the next one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date

from store.book import BadPlace

Value = str | int | date
_FAR = 2**63
"""Beyond what a column of whole numbers holds."""


def place(values: Sequence[Value]) -> str:
    """Return the values that order a list, of the last row of a page."""
    plain = [each.isoformat() if isinstance(each, date) else each for each in values]
    return urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def read(text: str, kinds: Sequence[type[Value]]) -> tuple[Value, ...]:
    """Return the values of a place. Raises `BadPlace` where they are not of these kinds."""
    try:
        found = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(found, list):
            raise BadPlace
        return tuple(_value(each, kind) for each, kind in zip(found, kinds, strict=True))
    except (ValueError, TypeError):
        raise BadPlace from None


def _value(value: object, kind: type[Value]) -> Value:
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    if kind is int and type(value) is int and abs(value) < _FAR:
        return value
    if kind is str and isinstance(value, str) and "\0" not in value:
        return value
    raise BadPlace
