"""The query of a listing: which parameters it takes, which rows it means, and where it goes on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from sandbox.keygen.errors import Refused
from sandbox.keygen.resources import Event, Resource

LARGEST = 100
MOST_PAGES = 100
LEAST_DAYS, MOST_DAYS = 1, 31
PAGED = frozenset({"page[cursor]", "page[size]", "page[number]", "limit"})
LOGGED = frozenset({"date[start]", "date[end]", "event", "events[]"})
SEVERAL = frozenset({"events[]"})
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COUNT = re.compile(r"-?\d+")

Given = Mapping[str, Sequence[str]]


class Page(NamedTuple):
    """Rows of a listing, and the addresses of this page and the next."""

    rows: Sequence[Resource]
    links: Mapping[str, str | None]


def given(pairs: Iterable[tuple[str, str]], allowed: frozenset[str]) -> Given:
    """The query's values by name. What the listing does not take is refused, where Keygen overlooks it."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in allowed:
            raise Refused(400, "is not a parameter of this listing", parameter=name)
        found.setdefault(name, []).append(value)
    for name, values in found.items():
        if len(values) > 1 and name not in SEVERAL:
            raise Refused(400, "is given twice", parameter=name)
    return found


def filtered(rows: Sequence[Resource], asked: Given) -> Sequence[Resource]:
    """The rows that dates and events leave; whole days of UTC."""
    events = {*asked.get("events[]", ()), *asked.get("event", ())}
    within = _range(asked)
    return [
        row
        for row in rows
        if not isinstance(row, Event)
        or ((not events or row.attributes.event in events) and _is_within(row, within))
    ]


def _is_within(row: Event, within: tuple[date, date] | None) -> bool:
    return within is None or within[0] <= row.attributes.created.date() <= within[1]


def _range(asked: Given) -> tuple[date, date] | None:
    start, end = _first(asked, "date[start]"), _first(asked, "date[end]")
    if start is None and end is None:
        return None
    try:
        first, last = date.fromisoformat(start or ""), date.fromisoformat(end or "")
    except ValueError as error:
        raise Refused(400, "invalid date range", parameter="date") from error
    days = (last - first).days
    if not LEAST_DAYS <= days <= MOST_DAYS:
        detail = f"date range must be between {LEAST_DAYS} and {MOST_DAYS} days (got {days})"
        raise Refused(400, detail, parameter="date")
    return first, last


def paged(path: str, rows: Sequence[Resource], asked: Given, *, counted: bool) -> Page:
    """A page by cursor, by number, or none at all but the first rows.

    Rows that are not ``counted`` have a next page by number wherever a page is full, be it an empty one.
    """
    cursor, number = _first(asked, "page[cursor]"), _first(asked, "page[number]")
    size = _number(asked, "page[size]" if "page[size]" in asked else "limit", LARGEST, 10)
    if cursor is not None and number is None:
        return _after(path, rows, asked, cursor, size)
    if number is not None and cursor is None:
        at = _number(asked, "page[number]", MOST_PAGES, 1)
        return _numbered(path, rows, asked, at, size) if counted else _uncounted(path, rows, asked, at, size)
    if {"page[size]", "page[cursor]"} & asked.keys():
        raise Refused(
            400, "page must be an object containing a cursor or number and optional size", parameter="page"
        )
    return Page(rows[:size], {})


def _after(path: str, rows: Sequence[Resource], asked: Given, cursor: str, size: int) -> Page:
    """The rows after the one whose id is the cursor; none, without a word, if it is gone."""
    if cursor and not UUID.fullmatch(cursor):
        raise Refused(400, "page cursor must be a valid UUID", parameter="page[cursor]")
    at = next((place for place, row in enumerate(rows, 1) if row.id == cursor), len(rows)) if cursor else 0
    part, more = rows[at : at + size], at + size < len(rows)
    links = {
        "self": _address(path, asked, {"page[cursor]": cursor, "page[size]": str(size)}),
        "next": _address(path, asked, {"page[cursor]": part[-1].id, "page[size]": str(size)})
        if more
        else None,
    }
    return Page(part, links)


def _numbered(path: str, rows: Sequence[Resource], asked: Given, number: int, size: int) -> Page:
    def address(page: int) -> str | None:
        there = 1 <= page <= -(-len(rows) // size)
        return _numbered_address(path, asked, page, size) if there else None

    part = rows[(number - 1) * size : number * size]
    return Page(part, {"self": address(number), "prev": address(number - 1), "next": address(number + 1)})


def _uncounted(path: str, rows: Sequence[Resource], asked: Given, number: int, size: int) -> Page:
    part = rows[(number - 1) * size : number * size]
    links = {
        "self": _numbered_address(path, asked, number, size),
        "prev": _numbered_address(path, asked, number - 1, size) if number > 1 else None,
        "next": _numbered_address(path, asked, number + 1, size) if len(part) == size else None,
    }
    return Page(part, links)


def _numbered_address(path: str, asked: Given, number: int, size: int) -> str:
    return _address(path, asked, {"page[number]": str(number), "page[size]": str(size)})


def _address(path: str, asked: Given, page: Mapping[str, str]) -> str:
    named = {**asked, **{name: [value] for name, value in page.items()}}
    return f"{path}?{urlencode(sorted(named.items()), doseq=True)}"


def _first(asked: Given, name: str) -> str | None:
    return asked[name][0] if name in asked else None


def _number(asked: Given, name: str, most: int, otherwise: int) -> int:
    text = _first(asked, name)
    if text is None:
        return otherwise
    if not COUNT.fullmatch(text) or not 1 <= int(text) <= most:
        raise Refused(400, f"must be a number between 1 and {most}", parameter=name)
    return int(text)
