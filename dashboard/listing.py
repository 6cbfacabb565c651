"""Listings: rows under columns, said once and shown three ways: as a page, as CSV, and by the analytics API.

A row is plain values by the name of their column. Money is minor units, beside its currency; the API gives it
so, CSV in major units as the import format does.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, Protocol
from urllib.parse import quote, urlencode

from babel.numbers import get_currency_precision

from dashboard.access import Right, Viewer
from store.database import Connection
from store.places import is_text
from templates.views import Cell, Choice, Column, Field, Filters, Part, Row, Table
from worker.deployment import Deployment

PAGE, MOST = 50, 200
"""Rows of a page, and the most that the API gives at once."""
SEARCH_LIMIT = 100
Value = str | int | float | bool | date | None
Values = Mapping[str, Value]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBERS = {"number", "tenths", "percent", "points", "change", "money", "exact"}


class Shown(NamedTuple):
    """A column: its name in the API and in CSV, its heading, and the kind of `templates.views.Cell` it is.

    ``metric`` is the entry of the catalogue that explains it, ``sort`` what sorts by it, ``link`` where its
    cell leads, with names of columns in braces. Of money ``currency`` is the column that says which.
    """

    name: str
    label: str
    kind: str = "text"
    metric: str = ""
    sort: str = ""
    link: str = ""
    currency: str = "currency"
    is_shown: bool = True


Owners = tuple[str, ...] | None
"""The addresses whose accounts alone may be seen; `None`: everybody's."""


class Filter(NamedTuple):
    """What a list is narrowed down by: one of the values that some owners' rows have, a day, or words."""

    name: str
    label: str
    values: Callable[[Connection, Owners], Sequence[str]] | None = None
    kind: str = "select"


class Asked(NamedTuple):
    """What is asked of a list: filters by name, the order, where to go on, and how much of it.

    ``owners`` are the addresses whose accounts alone may be seen; `None`: everybody's. ``zone`` is that in
    which a page writes instants.
    """

    filters: Mapping[str, str] = MappingProxyType({})
    sort: str = ""
    descending: bool = True
    after: str = ""
    limit: int = PAGE
    owners: tuple[str, ...] | None = None
    zone: tzinfo = UTC


class Rows(NamedTuple):
    """A page of a list, and where the next one begins; nothing on the last."""

    rows: Sequence[Values]
    after: str = ""


class Listing(NamedTuple):
    """A list: its name in addresses, its title, what it tells, its columns, and where its rows come from.

    ``right`` is what it takes to see it, whichever way it is shown.
    """

    name: str
    title: str
    about: str
    columns: Sequence[Shown]
    rows: Callable[[Deployment, Connection, Asked], Rows]
    filters: Sequence[Filter] = ()
    sort: str = ""
    descending: bool = True
    empty: str = "Nothing fits."
    right: Right = Right.READ
    above: Callable[[Deployment, Viewer], Sequence[Part]] = lambda _deployment, _viewer: ()
    """What its page shows above it: what its rows add up to."""
    is_answered: bool = False  # its rows are accounts whose alerts can be answered there
    is_of_all: bool = False  # it counts all accounts: whoever may not see these sees none of it

    @property
    def sorts(self) -> frozenset[str]:
        """What it may be sorted by."""
        return frozenset(column.sort for column in self.columns if column.sort)


class Unclear(ValueError):  # noqa: N818 - named by what it is
    """What is asked of a list is not one of the things it can be asked; says what and why."""

    def __init__(self, name: str, why: str) -> None:
        """Keep which parameter it is."""
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


_OWN = {"sort", "after", "limit"}


class Reader(Protocol):
    """Whoever asks: a colleague, or a program."""

    @property
    def owners(self) -> tuple[str, ...] | None:
        """The addresses whose accounts alone they may see; `None`: everybody's."""


def asked(listing: Listing, params: Mapping[str, str], viewer: Reader, most: int = MOST) -> Asked:
    """Return what the parameters of an address ask. ``sort`` is a name, after ``-`` downwards.

    Raises `Unclear`.
    """
    known = {each.name: each for each in listing.filters}
    for name in params:
        if name not in known and name not in _OWN:
            raise Unclear(name, f"is none of {', '.join(sorted({*known, *_OWN}))}")
    filters = {name: params[name].strip() for name in known if params.get(name, "").strip()}
    for name, value in filters.items():
        _check(known[name], value)
    sort = params.get("sort", "")
    if sort and sort.removeprefix("-") not in listing.sorts:
        raise Unclear("sort", f"is none of {', '.join(sorted(listing.sorts))}, with - before it downwards")
    return Asked(
        filters=filters,
        sort=sort.removeprefix("-") or listing.sort,
        descending=sort.startswith("-") if sort else listing.descending,
        after=params.get("after", ""),
        limit=_limit(params.get("limit", ""), most),
        owners=viewer.owners,
    )


def _check(filter_: Filter, value: str) -> None:
    if not is_text(value):
        raise Unclear(filter_.name, "is no text")
    if len(value) > SEARCH_LIMIT:
        raise Unclear(filter_.name, f"has more than {SEARCH_LIMIT} characters")
    if filter_.kind == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            raise Unclear(filter_.name, "is no day as 2027-03-31") from None


def _limit(text: str, most: int) -> int:
    if not text:
        return min(PAGE, most)
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:9]) <= most:
        raise Unclear("limit", f"is no whole number from 1 to {most}")
    return int(text)


# -- as a page ---------------------------------------------------------------------------------------


def table(listing: Listing, found: Rows, wanted: Asked, path: str, form: str = "") -> Table:
    """Return a page of a list as a part of a view; ``path`` is its address without parameters.

    With ``form`` its accounts can be ticked, and are sent with the form of that name.
    """
    shown = [column for column in listing.columns if column.is_shown]
    return Table(
        columns=tuple(_heading(column, wanted, path) for column in shown),
        rows=tuple(
            Row(
                cells=tuple(cell(column, row, wanted.zone) for column in shown),
                pick=str(row["account"]) if form else "",
            )
            for row in found.rows
        ),
        form=form if found.rows else "",
        more=address(path, wanted, after=found.after) if found.after else "",
        csv=address(f"{path}.csv", wanted),
        empty=listing.empty,
    )


def _heading(column: Shown, wanted: Asked, path: str) -> Column:
    is_sorted = bool(column.sort) and column.sort == wanted.sort
    downwards = not wanted.descending if is_sorted else column.kind in _NUMBERS
    return Column(
        label=column.label,
        is_number=column.kind in _NUMBERS,
        sort=address(path, wanted._replace(sort=column.sort, descending=downwards)) if column.sort else "",
        sorted=("descending" if wanted.descending else "ascending") if is_sorted else "",
        explained=f"/metrics/{column.metric}" if column.metric else "",
    )


def address(path: str, wanted: Asked, after: str = "") -> str:
    """Return the address of a list as it is narrowed down and sorted."""
    params = dict(wanted.filters)
    if wanted.sort:
        params["sort"] = f"{'-' if wanted.descending else ''}{wanted.sort}"
    if after:
        params["after"] = after
    return f"{path}?{urlencode(params)}" if params else path


def cell(column: Shown, row: Values, zone: tzinfo = UTC) -> Cell:
    """Return a value as a cell of a page."""
    value = row.get(column.name)
    href = column.link.format_map({name: quote(str(of), safe="") for name, of in row.items()})
    match value:
        case bool():
            return Cell(text="yes" if value else "no", href=href)
        case int() | float():
            return _figure(column, row, value, href)
        case date() | None:
            return Cell(kind="day" if column.kind == "day" else "text", day=value, href=href)
        case _ if column.kind == "instant":
            at = datetime.fromisoformat(value).astimezone(zone)
            return Cell(kind="instant", text=at.isoformat(timespec="minutes"), href=href)
        case _:
            return Cell(kind="band" if column.kind == "band" else "text", text=value, href=href)


def _figure(column: Shown, row: Values, value: float, href: str) -> Cell:
    if not _is_money(column):
        return Cell(kind=column.kind if column.kind in _NUMBERS else "number", number=value, href=href)
    currency = str(row.get(column.currency) or "")
    if not currency:
        return Cell(note="no currency")
    return Cell(kind=column.kind, number=value, currency=currency, href=href)


def _is_money(column: Shown) -> bool:
    return column.kind in {"money", "exact"}


def filters(listing: Listing, connection: Connection, wanted: Asked, path: str) -> Filters:
    """Return what a list can be narrowed down by, as it is now."""
    return Filters(
        action=path,
        fields=tuple(_field(each, connection, wanted) for each in listing.filters),
    )


def _field(filter_: Filter, connection: Connection, wanted: Asked) -> Field:
    value, owners = wanted.filters.get(filter_.name, ""), wanted.owners
    if filter_.values is None:
        return Field(name=filter_.name, label=filter_.label, kind=filter_.kind, value=value)
    known = [*filter_.values(connection, owners)]
    choices = [Choice(value="", label="All", is_chosen=not value)]
    choices += [Choice(value=each, label=each.replace("_", " "), is_chosen=each == value) for each in known]
    return Field(name=filter_.name, label=filter_.label, kind="select", choices=tuple(choices))


# -- as CSV ------------------------------------------------------------------------------------------


def lines(listing: Listing, pages: Iterator[Rows]) -> Iterator[str]:
    """Yield a list as CSV, a page at a time, with a heading of the columns' names."""
    yield _line([column.name for column in listing.columns])
    for page in pages:
        yield "".join(_line([plain(column, row) for column in listing.columns]) for row in page.rows)


def plain(column: Shown, row: Values) -> str:
    """Return a value as CSV has it: money in major units, and no text that a spreadsheet would compute."""
    value = row.get(column.name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and _is_money(column):
        digits = get_currency_precision(str(row.get(column.currency) or "XXX"))
        return str(Decimal(value).scaleb(-digits))
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(cells)
    return made.getvalue()
