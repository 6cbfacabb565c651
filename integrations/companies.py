"""Companies as CRMs describe them, in our words: how large they are, and where."""

import re
from collections.abc import Mapping
from functools import cache
from math import isfinite

from babel import Locale

_TERRITORY = re.compile(r"[A-Z]{2}")
SIZES = (
    (10, "1-10"),
    (50, "11-50"),
    (200, "51-200"),
    (500, "201-500"),
    (1_000, "501-1000"),
    (5_000, "1001-5000"),
)
"""Bands by the most employees in them."""
LARGEST = "5001+"
_YES = frozenset({"true", "yes", "1"})
NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of two letters that stand for something else."""


def size_band(employees: str) -> str | None:
    """The band that a number of employees lies in; None if it is none."""
    try:
        count = float(employees)
    except ValueError:
        return None
    if not isfinite(count) or count < 1:
        return None
    return next((band for most, band in SIZES if count <= most), LARGEST)


def is_marked(said: object) -> bool:
    """Tell whether a field that people set says yes: a box that is ticked, or a word for it."""
    return said is True or str(said).strip().casefold() in _YES


def country(said: str) -> str | None:
    """The ISO code of a country given as a code or by its English name; None if it is neither."""
    code = said.upper() if len(said) == len("DE") else _countries().get(said.casefold(), "")
    return code if code in _countries().values() else None


@cache
def _countries() -> dict[str, str]:
    names: Mapping[str, str] = Locale("en").territories
    known = {
        name.casefold(): code
        for code, name in names.items()
        if _TERRITORY.fullmatch(code) and code not in NO_COUNTRY
    }
    return known | {"usa": "US", "united states of america": "US", "great britain": "GB"}
