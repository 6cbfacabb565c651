"""Figures and measures as rows: what pages of figures show, for spreadsheets and programs."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from config.metrics import entries, load_metrics
from dashboard.listing import Asked, Filter, Listing, Rows, Shown, Unclear, Values
from health.figures.segments import SEGMENTS
from store.database import Connection
from worker.deployment import Deployment
from worker.figured import SPREAD, Figured, FigureRow, Wanted, Worst, figured

SPLITS = (*SEGMENTS, SPREAD)
"""What a figure may be split by, or how it lies over accounts."""


class _Told(NamedTuple):
    """What is made of a figure: what its rows are, and each of them as a row of the list."""

    of: Callable[[Figured], Sequence[Any]]
    row: Callable[[Figured, Any], Values]


def rows(deployment: Deployment, _connection: Connection, wanted: Asked) -> Rows:
    """Return rows of the figure that is asked for, else of one after the other. Raises `Unclear`."""
    by = wanted.filters.get("by", "")
    if by and by not in SPLITS:
        return Rows([])
    return _page(deployment, wanted, by, _Told(lambda found: found.rows, _row))


def worst(deployment: Deployment, _connection: Connection, wanted: Asked) -> Rows:
    """Return the accounts at the worse end of figures, as `rows` does. Raises `Unclear`."""
    return _page(deployment, wanted, SPREAD, _Told(lambda found: found.worst, _account))


def _page(deployment: Deployment, wanted: Asked, split: str, told: _Told) -> Rows:
    only = wanted.filters.get("name", "")
    names = [name for name in _named() if only in {"", name}]
    if not names:
        return Rows([])
    place, shown = _read(wanted.after, names), list[Values]()
    for name in names[names.index(place.name) :]:
        found = figured(deployment, [Wanted(name, split)], wanted.owners)[0]
        first = place.row if name == place.name else 0
        until = first + wanted.limit - len(shown)
        shown += [told.row(found, each) for each in told.of(found)[first:until]]
        if until < len(told.of(found)):
            return Rows(shown, f"{name} {until}")
    return Rows(shown)


class _Place(NamedTuple):
    """A figure, and how many of its rows were shown."""

    name: str
    row: int


def _read(after: str, names: Sequence[str]) -> _Place:
    name, _, row = after.partition(" ") if after else (names[0], "", "0")
    if name not in names or not (row.isascii() and row.isdecimal()):
        raise Unclear("after", "is no place where a page of this list ended")
    return _Place(name, int(row[:9]))


def _named() -> list[str]:
    return [name for name, entry in entries(load_metrics()).items() if not entry.no_value]


def _row(told: Figured, row: FigureRow) -> Values:
    entry, amounts = entries(load_metrics())[told.name], bool(row.currency)
    return {
        "figure": told.name,
        "title": entry.title,
        "unit": entry.unit,
        "as_of": told.as_of,
        "by": told.by or None,
        "segment": row.segment,
        "part": row.part or None,
        "value": None if amounts else row.value,
        "amount": round(row.value) if amounts and row.value is not None else None,
        "currency": row.currency or None,
        "low": row.low,
        "high": row.high,
        "part_of": row.part_of,
        "whole": row.whole,
        "says": row.says or None,
        "accounts": told.accounts,
        "covered": told.covered,
    }


def _account(told: Figured, found: Worst) -> Values:
    entry, amounts = entries(load_metrics())[told.name], bool(found.currency)
    return {
        "figure": told.name,
        "title": entry.title,
        "unit": entry.unit,
        "as_of": told.as_of,
        "part": found.part or None,
        "account": found.account,
        "name": found.name,
        "value": None if amounts else found.value,
        "amount": round(found.value) if amounts else None,
        "currency": found.currency or None,
    }


_PLAIN = {
    "figure": "text",
    "unit": "text",
    "as_of": "day",
    "currency": "text",
    "low": "tenths",
    "high": "tenths",
    "says": "text",
    "accounts": "number",
    "covered": "number",
}
FIGURES = Listing(
    "figures",
    "Every figure",
    "What every figure and every measure comes to, as of the day it says.",
    (
        Shown("title", "Figure", link="/metrics/{figure}"),
        Shown("by", "Split by"),
        Shown("segment", "Of"),
        Shown("part", "What"),
        Shown("value", "Value", "tenths"),
        Shown("amount", "Amount", "money"),
        Shown("part_of", "Part", "tenths"),
        Shown("whole", "Of how many", "tenths"),
        *(Shown(name, name, kind, is_shown=False) for name, kind in _PLAIN.items()),
    ),
    rows,
    (
        Filter("name", "Figure", lambda *_: _named()),
        Filter("by", "Split by", lambda *_: SPLITS),
    ),
    empty="Nothing is told of it yet.",
)
WORST = Listing(
    "worst",
    "At the worse end",
    "The ten accounts at the worse end of each figure and measure, the worst first.",
    (
        Shown("figure", "Its name"),
        Shown("title", "What people call it"),
        Shown("unit", "Its unit"),
        Shown("as_of", "The day of which it is", "day"),
        Shown("part", "What of it"),
        Shown("account", "The account's key"),
        Shown("name", "The account's name"),
        Shown("value", "What it comes to there", "tenths"),
        Shown("amount", "The same of an amount", "money"),
        Shown("currency", "Its currency"),
    ),
    worst,
    (Filter("name", "Only this figure"),),
)
