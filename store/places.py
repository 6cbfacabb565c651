"""Places where a page of a list ended, as they stand in addresses: opaque, and read with distrust."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date
from typing import Any

_FAR = 2**63
"""Beyond what a column of whole numbers holds."""
_LONGEST = 2_000


class BadPlace(ValueError):  # noqa: N818 - named by what it is
    """Where a list should go on is nowhere."""


def written(values: Sequence[object]) -> str:
    """Return the values by which a page goes on as a text for an address."""
    return urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def whole(text: str, kinds: Sequence[type]) -> list[Any]:
    """Return the values of a text, each of its kind. Raises `BadPlace`."""
    values = read(text, kinds)
    if None in values:
        raise BadPlace
    return values


def read(text: str, kinds: Sequence[type]) -> list[Any]:
    """Return the values of a text, each of its kind or `None`. Raises `BadPlace`."""
    if len(text) > _LONGEST:
        raise BadPlace
    try:
        values = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        raise BadPlace from None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise BadPlace
    return [_fitting(value, kind) for value, kind in zip(values, kinds, strict=True)]


def _fitting(value: object, kind: type) -> object:
    if kind is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise BadPlace from None
    if value is not None and type(value) is not kind:
        raise BadPlace
    if (isinstance(value, int) and abs(value) >= _FAR) or (isinstance(value, str) and not is_text(value)):
        raise BadPlace
    return value


def is_text(text: str) -> bool:
    """Tell whether a database can hold a text: none takes half a character, PostgreSQL no NUL either."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
