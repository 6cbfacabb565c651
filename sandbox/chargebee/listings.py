"""Queries of listings: parameters, filters by time, order, and the page they ask for.

apidocs.chargebee.com/docs/api/list-ops
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import gt, lt
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from sandbox.chargebee.errors import Refused
from sandbox.chargebee.resources import Resource

LARGEST_PAGE = 100
COMPARE: Mapping[str, Callable[[int, int], bool]] = {"after": gt, "before": lt}
ORDERS = ("asc", "desc")
_NAME = re.compile(r"(\w+)(?:\[(\w+)\])?")


class Kind(NamedTuple):
    """A listing: what a row is called, by what it is sorted, and by which instants filtered."""

    name: str
    sorts: Sequence[str]
    instants: Sequence[str] = ("updated_at",)
    deleted: bool = True


KINDS: Mapping[str, Kind] = {
    "customers": Kind("customer", ("created_at", "updated_at"), ("created_at", "updated_at")),
    "subscriptions": Kind(
        "subscription",
        ("created_at", "updated_at"),
        ("created_at", "updated_at", "activated_at", "next_billing_at", "cancelled_at"),
    ),
    "invoices": Kind("invoice", ("date", "updated_at"), ("date", "updated_at", "paid_at", "voided_at")),
    "item_prices": Kind("item_price", ("name", "id", "updated_at"), deleted=False),
}


@dataclass
class Asked:
    """A query, sorted by what it is for."""

    limit: int = 10
    offset: str = ""
    include_deleted: bool = False
    sort: str = "created_at"
    descending: bool = False
    within: list[tuple[str, Callable[[int, int], bool], int]] = field(default_factory=list)


def asked(query: str, kind: Kind) -> Asked:
    """The query of a listing. Raises `Refused` for a parameter that there is not, or a value that is none."""
    found = Asked(sort=kind.sorts[0])
    for name, value in parse_qsl(query, keep_blank_values=True):
        match _parts(name):
            case "limit", None:
                found.limit = _limit(value)
            case "offset", None:
                found.offset = value
            case "include_deleted", None if kind.deleted:
                found.include_deleted = _flag(name, value)
            case "sort_by", order if order in ORDERS:
                found.sort, found.descending = _sort(name, value, kind), order == "desc"
            case instant, str(operator) if instant in kind.instants and operator in COMPARE:
                found.within.append((instant, COMPARE[operator], _whole(name, value)))
            case _:
                raise Refused(400, "param_wrong_value", f"{name} : unknown parameter", param=name)
    return found


def page(rows: Sequence[Resource], query: Asked) -> tuple[Sequence[Resource], str | None]:
    """The rows that a query asks for, and the offset of those behind them."""
    shown = [row for row in rows if _fits(row, query)]
    shown.sort(key=lambda row: _key(row, query), reverse=query.descending)
    if query.offset:
        edge = _edge(query.offset)
        behind = lt if query.descending else gt
        shown = [row for row in shown if behind(_key(row, query), edge)]
    found = shown[: query.limit]
    return found, _offset(_key(found[-1], query)) if len(shown) > query.limit else None


def _fits(row: Resource, query: Asked) -> bool:
    if row.deleted and not query.include_deleted:
        return False
    values = ((getattr(row, name), compare, bound) for name, compare, bound in query.within)
    return all(value is not None and compare(value, bound) for value, compare, bound in values)


def _key(row: Resource, query: Asked) -> tuple[Any, str]:
    return getattr(row, query.sort), row.id


def _offset(key: tuple[Any, str]) -> str:
    return json.dumps([str(part) for part in key], separators=(",", ":"))


def _edge(offset: str) -> tuple[Any, str]:
    try:
        value, row_id = json.loads(offset)
    except (ValueError, TypeError):
        raise Refused(400, "param_wrong_value", "offset : invalid value", param="offset") from None
    return (int(value) if value.isdigit() else value), row_id


def _parts(name: str) -> tuple[str, str | None]:
    match = _NAME.fullmatch(name)
    return (match[1], match[2]) if match else (name, None)


def _limit(value: str) -> int:
    limit = _whole("limit", value)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Refused(400, "param_wrong_value", f"limit : must be 1 to {LARGEST_PAGE}", param="limit")
    return limit


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise Refused(400, "param_wrong_value", f"{name} : should be a number", param=name)
    return int(value)


def _flag(name: str, value: str) -> bool:
    if value not in {"true", "false"}:
        raise Refused(400, "param_wrong_value", f"{name} : should be true or false", param=name)
    return value == "true"


def _sort(name: str, value: str, kind: Kind) -> str:
    if value not in kind.sorts:
        raise Refused(400, "param_wrong_value", f"{name} : cannot sort by {value}", param=name)
    return value
