"""Metrics of use by name: which have a column of their own, and the map that holds all others."""

from collections.abc import Iterable
from functools import lru_cache
from json import dumps

from health.records import SHAPES
from integrations.rows.cells import WHOLE_LIMIT, quantity
from integrations.rows.columns import Column, columns, nearest

IDENTITY = ("account_id", "day", "product")
COLUMNS = {column.name: column for column in columns(SHAPES["usage"]) if column.field != "metrics"}
KNOWN = tuple(name for name in COLUMNS if name not in IDENTITY)
"""Metrics that are a field of the record."""

LIKENESS = 0.85
"""Any name is a metric's; one this like a known name is probably that, misspelt."""


@lru_cache(maxsize=4096)
def metric(name: str) -> Column:
    """Return how a metric's cells are read."""
    return COLUMNS.get(name) or Column(name, name, required=False, default=None, parse=quantity)


@lru_cache(maxsize=4096)
def misspelt(name: str) -> str:
    """Return the known metric that was probably meant, or nothing."""
    return "" if name in KNOWN or ":" in name else nearest(name, KNOWN, LIKENESS)


def heading(name: str) -> str:
    """Return the start of a metric's entry in the map."""
    return f"{dumps(name, ensure_ascii=False)}:"


def figure(value: float) -> str:
    """Return a value as the map holds it: nothing for zero."""
    if not value:
        return ""
    return str(int(value)) if abs(value) < WHOLE_LIMIT and value == int(value) else repr(value)


@lru_cache(maxsize=65536)
def cell_figure(cell: str) -> str:
    """Return a cell as the map holds it: nothing for zero or no entry. Raises `Unreadable`."""
    return figure(quantity(cell.strip() or "0"))


def packed(entries: Iterable[str]) -> str | None:
    """Return the map: compact JSON of entries sorted by name, or nothing where there are none."""
    inside = ",".join(entries)
    return f"{{{inside}}}" if inside else None
