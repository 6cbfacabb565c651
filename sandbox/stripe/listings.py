"""Queries of listings: which parameters there are, what they filter, and the page they ask for."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import ge, gt, le, lt
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.content import Event
from sandbox.stripe.errors import Refused
from sandbox.stripe.objects import Invoice, Subscription

LARGEST_PAGE = 100
TYPES_LIMIT = 20
COMPARE: Mapping[str, Callable[[int, int], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
_NAME = re.compile(r"(\w+)(?:\[(gt|gte|lt|lte|\d*)\])?")


@dataclass
class Asked:
    """A query, sorted by what it is for."""

    limit: int = 10
    starting_after: str = ""
    ending_before: str = ""
    expand: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    equal: dict[str, str] = field(default_factory=dict)
    within: dict[str, list[tuple[Callable[[int, int], bool], int]]] = field(default_factory=dict)


def asked(
    query: str, equal: Sequence[str] = (), within: Sequence[str] = (), *, listing: bool = True
) -> Asked:
    """The query of an endpoint that filters by ``equal`` values and by bounds ``within`` which fields lie.

    Raises:
        Refused: a parameter that there is not, or a value that is none.
    """
    found = Asked()
    for name, value in parse_qsl(query, keep_blank_values=True):
        match _parts(name):
            case "expand", str(index) if index not in COMPARE:
                found.expand.append(value)
            case "types", str(index) if index not in COMPARE and "types" in equal:
                found.types.append(value)
            case "limit", None if listing:
                found.limit = _limit(value)
            case "starting_after" | "ending_before" as edge, None if listing:
                setattr(found, edge, value)
            case plain, None if plain in equal and plain != "types":
                found.equal[plain] = value
            case bounded, str(bound) if bounded in within and bound in COMPARE:
                found.within.setdefault(bounded, []).append((COMPARE[bound], _whole(name, value)))
            case _:
                raise Refused(
                    400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name
                )
    return _consistent(found)


def _consistent(found: Asked) -> Asked:
    if found.starting_after and found.ending_before:
        raise Refused(400, "Received both starting_after and ending_before parameters.")
    if found.types and "type" in found.equal:
        raise Refused(400, "You may only specify one of these parameters: type, types.")
    if len(found.types) > TYPES_LIMIT:
        raise Refused(400, f"You may ask for {TYPES_LIMIT} types at most.", param="types")
    return found


def _parts(name: str) -> tuple[str, str | None]:
    match = _NAME.fullmatch(name)
    return (match[1], match[2]) if match else (name, None)


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise Refused(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def _limit(value: str) -> int:
    limit = _whole("limit", value)
    if not 1 <= limit <= LARGEST_PAGE:
        message = f"This value must be between 1 and {LARGEST_PAGE}."
        raise Refused(400, message, code="parameter_invalid_integer", param="limit")
    return limit


def page(rows: Sequence[Any], query: Asked) -> tuple[list[Any], bool]:
    """The rows that a query asks for, the newest first, and whether there are more of them."""
    fitting = [row for row in rows if fits(row, query)]
    fitting.sort(key=lambda row: (row.created, row.id), reverse=True)
    if query.ending_before:
        before = fitting[: _index(fitting, query.ending_before, "ending_before")]
        return before[-query.limit :], len(before) > query.limit
    start = _index(fitting, query.starting_after, "starting_after") + 1 if query.starting_after else 0
    return fitting[start : start + query.limit], len(fitting) > start + query.limit


def _index(rows: Sequence[Any], name: str, param: str) -> int:
    for index, row in enumerate(rows):
        if row.id == name:
            return index
    raise Refused(400, f"No such object: '{name}'", code="resource_missing", param=param)


def fits(row: object, query: Asked) -> bool:
    """Whether an object is one that a query asks for."""
    if isinstance(row, Subscription) and not _by_status(row, query.equal.get("status", "")):
        return False
    if isinstance(row, Event) and query.types and row.type not in query.types:
        return False
    equal = (_value(row, name) == value for name, value in query.equal.items() if name != "status")
    bounds = (
        (value := _value(row, name)) is not None and all(compare(value, bound) for compare, bound in found)
        for name, found in query.within.items()
    )
    return all(equal) and all(bounds) and _invoice_status(row, query)


def _by_status(row: Subscription, status: str) -> bool:
    """Without a status all but those that were cancelled."""
    match status:
        case "":
            return row.status != "canceled"
        case "all":
            return True
        case "ended":
            return row.status in {"canceled", "incomplete_expired"}
        case _:
            return row.status == status


def _invoice_status(row: object, query: Asked) -> bool:
    return not isinstance(row, Invoice) or query.equal.get("status", row.status) == row.status


def _value(row: object, name: str) -> Any:  # noqa: ANN401 - whatever the field holds
    """What a filter compares; of a subscription's periods the earliest end and the latest start."""
    match row, name:
        case Subscription(), "current_period_end":
            return min(item.current_period_end for item in row.items.data)
        case Subscription(), "current_period_start":
            return max(item.current_period_start for item in row.items.data)
        case Invoice(), "subscription":
            details = row.parent.subscription_details if row.parent else None
            return details.subscription if details else None
        case _:
            return getattr(row, name)
