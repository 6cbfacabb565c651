"""Picks: what was ticked, as far as it can be what a page offered."""

from collections.abc import Iterable

_DIGITS = 18
"""Of a number that a database may have given."""


def numbers(picked: Iterable[str]) -> list[int]:
    """Return the numbers among what was ticked, each once."""
    each = dict.fromkeys(picked)
    return [int(one) for one in each if one.isascii() and one.isdecimal() and len(one) <= _DIGITS]
