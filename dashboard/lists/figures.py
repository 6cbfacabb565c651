"""Figures and measures as rows: what pages of figures show, for spreadsheets and programs."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from config.metrics import Entry, entries, load_metrics
from dashboard.listing import Asked, Filter, Listing, Rows, Shown, Unclear, Values
from health.figures.segments import SEGMENTS
from store.database import Connection
from worker.deployment import Deployment
from worker.figured import Figured, FigureRow, Wanted, figured


def rows(deployment: Deployment, _connection: Connection, wanted: Asked) -> Rows:
    """Return rows of the figure that is asked for, else of one after the other. Raises `Unclear`."""
    only, by = wanted.filters.get("name", ""), wanted.filters.get("by", "")
    names = [name for name in _told() if only in {"", name}]
    if not names or (by and by not in SEGMENTS):
        return Rows([])
    place, shown = _read(wanted.after, names), list[Values]()
    for name in names[names.index(place.name) :]:
        told = figured(deployment, [Wanted(name, by)], wanted.owners)[0]
        first = place.row if name == place.name else 0
        until = first + wanted.limit - len(shown)
        shown += _rows(told, told.rows[first:until], entries(load_metrics())[told.name])
        if until < len(told.rows):
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


def _told() -> list[str]:
    return [name for name, entry in entries(load_metrics()).items() if not entry.no_value]


def _rows(told: Figured, shown: Sequence[FigureRow], entry: Entry) -> Iterator[Values]:
    for row in shown:
        amounts = bool(row.currency)
        yield {
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
        Filter("name", "Figure", lambda _: _told()),
        Filter("by", "Split by", lambda _: SEGMENTS),
    ),
    empty="Nothing is told of it yet.",
)
