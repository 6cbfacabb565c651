"""Search: over an index that is some moments late, and 10,000 results deep at most."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import ge, gt, le, lt
from typing import Annotated, Any, Literal

import msgspec

from sandbox.hubspot.book import HubSpotBook
from sandbox.hubspot.errors import invalid
from sandbox.hubspot.objects import show
from sandbox.hubspot.shapes import Kind, Object

LATE = timedelta(seconds=30)
"""How late the index is."""
MOST_RESULTS = 10_000
MOST_FILTERS = 18


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class Filter(_Asked, frozen=True, forbid_unknown_fields=True):
    """One condition."""

    property_name: str
    operator: Literal["EQ", "NEQ", "GT", "GTE", "LT", "LTE", "HAS_PROPERTY", "NOT_HAS_PROPERTY"]
    value: str = ""


class Group(_Asked, frozen=True, forbid_unknown_fields=True):
    """Conditions that all hold."""

    filters: Annotated[tuple[Filter, ...], msgspec.Meta(min_length=1, max_length=6)]


class Sort(_Asked, frozen=True, forbid_unknown_fields=True):
    """An order."""

    property_name: str
    direction: Literal["ASCENDING", "DESCENDING"] = "ASCENDING"


class Search(_Asked, frozen=True, forbid_unknown_fields=True):
    """Groups of which one must hold; `after` counts results."""

    filter_groups: Annotated[tuple[Group, ...], msgspec.Meta(max_length=5)] = ()
    sorts: Annotated[tuple[Sort, ...], msgspec.Meta(max_length=1)] = ()
    properties: tuple[str, ...] = ()
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 10
    after: str = "0"


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {"GT": gt, "GTE": ge, "LT": lt, "LTE": le}


def searched(book: HubSpotBook, kind: Kind, asked: Search) -> dict[str, Any]:
    """A page of what the index knows and some group of conditions holds for."""
    _check(book, kind, asked)
    start = int(asked.after)
    found = [each for each in _indexed(book, kind) if _fits(book, kind, each, asked.filter_groups)]
    for sort in asked.sorts:
        found.sort(
            key=lambda each: _comparable(book.values(kind, each).get(sort.property_name, "")),
            reverse=sort.direction == "DESCENDING",
        )
    end = start + asked.limit
    return {
        "total": len(found),
        "results": [show(book, kind, each, asked.properties) for each in found[start:end]],
        **({"paging": {"next": {"after": str(end)}}} if end < len(found) else {}),
    }


def _check(book: HubSpotBook, kind: Kind, asked: Search) -> None:
    if not asked.after.isdecimal() or int(asked.after) + asked.limit > MOST_RESULTS:
        raise invalid(f"Paging goes no further than {MOST_RESULTS:,} results")
    filters = [each for group in asked.filter_groups for each in group.filters]
    if len(filters) > MOST_FILTERS:
        raise invalid(f"{MOST_FILTERS} filters at most")
    named = {each.property_name for each in filters} | {each.property_name for each in asked.sorts}
    unknown = sorted(named - book.schema.properties[kind].keys())
    if unknown:
        raise invalid(f"There was a problem with the request: no property {', '.join(unknown)}")


def _indexed(book: HubSpotBook, kind: Kind) -> list[Object]:
    known = datetime.fromisoformat(book.now()) - LATE
    return [each for each in book.seen(kind) if datetime.fromisoformat(each.updated_at) <= known]


def _fits(book: HubSpotBook, kind: Kind, each: Object, groups: Sequence[Group]) -> bool:
    values = book.values(kind, each)
    return not groups or any(all(_holds(values, one) for one in group.filters) for group in groups)


def _holds(values: Mapping[str, str], one: Filter) -> bool:
    value = values.get(one.property_name, "")
    match one.operator:
        case "HAS_PROPERTY":
            return bool(value)
        case "NOT_HAS_PROPERTY":
            return not value
        case "EQ":
            return value.lower() == one.value.lower()
        case "NEQ":
            return value.lower() != one.value.lower()
        case _:
            return bool(value) and _COMPARED[one.operator](_comparable(value), _comparable(one.value))


def _comparable(value: str) -> tuple[float, str]:
    """A number or an instant (in milliseconds since 1970) by its size, anything else by its letters."""
    try:
        return float(value), ""
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(value).astimezone(UTC).timestamp() * 1000, ""
    except ValueError:
        return 0.0, value.lower()
