"""Lists as collections: the very rows that pages and CSV show, and a few that programs alone read."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from dashboard import listing
from dashboard.api.callers import Scope
from dashboard.api.params import AFTER, LIMIT, Param, Schema, unclear
from dashboard.api.samples import sample
from dashboard.api.service import BASE, Ask, Operation
from dashboard.listing import Filter, Listing, Shown, Unclear, Values
from dashboard.lists import programs
from dashboard.lists.registry import EXPORTS, LISTINGS

COLLECTIONS: Mapping[str, Listing] = {
    **{each.name: each for each in programs.LISTINGS},
    **EXPORTS,
    **LISTINGS,
}
"""By name; where the dashboard has a list of the same name, that is the one."""
_SCOPES = {
    **dict.fromkeys(("accounts", "risk", "expansions", "renewals", "signals"), Scope.ACCOUNTS),
    **dict.fromkeys(("figures", "worst"), Scope.FIGURES),
    "experiments": Scope.EXPERIMENTS,
}
_TYPES: Mapping[str, Schema] = {
    "day": {"type": ["string", "null"], "format": "date"},
    "instant": {"type": ["string", "null"], "format": "date-time"},
    "flag": {"type": "boolean"},
    "text": {"type": ["string", "number", "boolean", "null"]},
    "band": {"type": ["string", "null"]},
    "money": {"type": ["integer", "null"]},
    "exact": {"type": ["integer", "null"]},
}
_NUMBER: Schema = {"type": ["number", "null"]}


class _Reader(NamedTuple):
    """A program as lists take it: its token sees the accounts of everybody."""

    owners: tuple[str, ...] | None = None


_EVERYBODY = _Reader()


def operations() -> tuple[Operation, ...]:
    """Return what can be asked of every list."""
    return tuple(map(_operation, COLLECTIONS.values()))


def scope_of(name: str) -> Scope:
    """Return the scope of a list; of one that nobody has placed the one that goes furthest."""
    return _SCOPES.get(name, Scope.OPERATIONS)


def _operation(of: Listing) -> Operation:
    row = {column.name: sample(of.name, column) for column in of.columns}
    return Operation(
        path=f"/{of.name}",
        title=of.title,
        about=of.about,
        scope=scope_of(of.name),
        answer=partial(_page, of),
        schema=page_schema(_row_schema(of)),
        example={"data": [row], "next": f"{BASE}/{of.name}?after=WzEsIDFd"},
        params=params(of),
    )


def _page(of: Listing, ask: Ask) -> object:
    """Return a page of a list."""
    try:
        wanted = listing.asked(of, ask.params, _EVERYBODY)
        with ask.deployment.database.read() as connection:
            found = of.rows(ask.deployment, connection, wanted)
    except Unclear as error:
        raise unclear(error.name, error.why) from None
    return {"data": [_row(of, row) for row in found.rows], "next": next_(f"/{of.name}", ask, found.after)}


def _row(of: Listing, row: Values) -> dict[str, object]:
    return {column.name: row.get(column.name) for column in of.columns}


def next_(path: str, ask: Ask, after: str) -> str | None:
    """Return the address of the next page, with whatever else was asked; nothing on the last."""
    return f"{BASE}{path}?{urlencode({**ask.params, 'after': after})}" if after else None


def params(of: Listing) -> tuple[Param, ...]:
    """Return what a list can be asked."""
    sorts = tuple(f"{sign}{name}" for name in sorted(of.sorts) for sign in ("", "-"))
    sort = (Param("sort", "The order; with - downwards.", "word", sorts),) if sorts else ()
    return (*map(_param, of.filters), *sort, AFTER, LIMIT)


def _param(filter_: Filter) -> Param:
    return Param(filter_.name, f"{filter_.label}.", "day" if filter_.kind == "date" else "text")


def page_schema(row: Schema) -> Schema:
    """Return what a page of such rows is."""
    following = "The address of the next page; nothing on the last."
    return _object(
        {
            "data": {"type": "array", "items": row, "maxItems": listing.MOST},
            "next": {"type": ["string", "null"], "description": following},
        }
    )


def _row_schema(of: Listing) -> Schema:
    return _object({column.name: _type(column) for column in of.columns})


def _type(column: Shown) -> Schema:
    said: dict[str, Any] = {"description": _described(column)}
    return {**_TYPES.get(column.kind, _NUMBER), **said}


def _described(column: Shown) -> str:
    if column.kind in {"money", "exact"}:
        return f"{column.label}, in minor units of `{column.currency}`"
    return column.label.replace("_", " ")


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
