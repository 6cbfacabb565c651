"""Figures and measures as rows: what pages of figures show, for spreadsheets and programs."""

from collections.abc import Iterator

from config.metrics import Entry, entries, load_metrics
from dashboard.listing import Asked, Filter, Listing, Rows, Shown, Unclear, Values
from health.figures.segments import SEGMENTS
from store.database import Connection
from worker.deployment import Deployment
from worker.figured import Figured, Wanted, figured


def rows(deployment: Deployment, _connection: Connection, wanted: Asked) -> Rows:
    """Return the rows of one figure: of the one that is asked for, else of the first after the last one's.

    Raises `Unclear`.
    """
    names = _told()
    only = wanted.filters.get("name", "")
    for named, value, known in (
        ("name", only, names),
        ("by", wanted.filters.get("by", ""), SEGMENTS),
        ("after", wanted.after, names),
    ):
        if value and value not in known:
            raise Unclear(named, f"is none of {', '.join(known)}")
    at = names.index(only) if only else names.index(wanted.after) + 1 if wanted.after else 0
    if at == len(names):
        return Rows([])
    told = figured(deployment, [Wanted(names[at], wanted.filters.get("by", ""))], wanted.owners)[0]
    last = bool(only) or at + 1 == len(names)
    return Rows([*_rows(told, entries(load_metrics())[told.name])], "" if last else names[at])


def _told() -> list[str]:
    return [name for name, entry in entries(load_metrics()).items() if not entry.no_value]


def _rows(told: Figured, entry: Entry) -> Iterator[Values]:
    for row in told.rows:
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


_PLAIN = ("figure", "unit", "as_of", "currency", "low", "high", "says", "accounts", "covered")
FIGURES = Listing(
    "figures",
    "Every figure",
    "What every figure and every measure comes to, as of the day it says. One figure a page.",
    (
        Shown("title", "Figure", link="/metrics/{figure}"),
        Shown("by", "Split by"),
        Shown("segment", "Of"),
        Shown("part", "What"),
        Shown("value", "Value", "tenths"),
        Shown("amount", "Amount", "money"),
        Shown("part_of", "Part", "tenths"),
        Shown("whole", "Of how many", "tenths"),
        *(Shown(name, name, is_shown=False) for name in _PLAIN),
    ),
    rows,
    (
        Filter("name", "Figure", lambda _: _told()),
        Filter("by", "Split by", lambda _: SEGMENTS),
    ),
    empty="Nothing is told of it yet.",
)
