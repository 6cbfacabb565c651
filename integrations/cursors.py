"""Cursors: how a source's place, a struct of its own, becomes opaque text and a place again."""

from typing import TypeVar

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode, encode

from integrations.roles import Cursor

P = TypeVar("P", bound=Struct)


def place(kind: type[P], cursor: Cursor | None) -> P:
    """Return the place that a cursor names; the beginning for none, and for one of another version.

    Reading everything again does no harm.
    """
    try:
        return decode(cursor or "{}", type=kind)
    except (DecodeError, ValidationError):
        return kind()


def cursor(of: Struct) -> Cursor:
    """Return a place as text: equal places are equal texts."""
    return encode(of, order="deterministic").decode()
