"""One row of the usage file: a record in the wide form, a piece of one otherwise."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import call, itemgetter
from typing import NamedTuple, Protocol, cast

from health.records import Usage
from integrations.rows.cells import Unreadable, text
from integrations.rows.columns import KNOWN_ON, Column, plain_name
from integrations.rows.metrics import (
    COLUMNS,
    IDENTITY,
    KNOWN,
    cell_figure,
    heading,
    metric,
    misspelt,
    packed,
)
from integrations.rows.reader import picker, place_of, remark_unknown
from integrations.rows.report import Report
from integrations.rows.table import Row, Table
from integrations.rows.tally import Day, Values, Who

PEOPLE = tuple(
    Column(name, name, required=False, default="", parse=text) for name in ("user_id", "department")
)
LONG = tuple(Column(name, name, required=True, default=None, parse=text) for name in ("metric", "value"))
REPEATED = 16_384
ABSENT = (None, "")
"""What stands for a column the file has not: no count, and the one nameless product."""

NO_METRICS = frozenset((*IDENTITY, *(column.name for column in PEOPLE), KNOWN_ON, ""))


class Piece(NamedTuple):
    """What one row says of one day."""

    day: Day
    who: Who
    values: Values


class PieceReader(Protocol):
    """Reads a piece out of a row, or raises `Unreadable`."""

    def piece(self, row: Row) -> Piece: ...


class WideRow:
    """Reads rows with a column per metric, one record each."""

    def __init__(self, table: Table, report: Report) -> None:
        """Bind columns to places, once per file."""
        fixed = {column: place_of(column, table) for column in COLUMNS.values()}
        present = [column for column, place in fixed.items() if place >= 0]
        self._reads = [_quick(column) for column in present]
        self._fixed = picker([fixed[column] for column in present])
        self._arranged = itemgetter(*_order([column.field for column in present]))
        self._names = sorted(name for name in _metrics(table, report) if name not in KNOWN)
        self._headings = [heading(name) for name in self._names]
        self._others = picker([table.header.index(name) for name in self._names])

    def usage(self, row: Row) -> Usage:
        """Return the row's record, or raise `Unreadable`."""
        cells = self._others(row)
        try:
            entries = [
                start + figure
                for start, cell in zip(self._headings, cells, strict=True)
                if (figure := cell_figure(cell))
            ]
        except Unreadable:
            _values(self._names, cells)
            raise
        values = (*map(call, self._reads, self._fixed(row)), packed(entries), *ABSENT)
        return Usage._make(self._arranged(values))


def _order(read: list[str]) -> list[int]:
    """Return where each field of the record is in the values: those read, the map, and `ABSENT`."""
    places = {field: place for place, field in enumerate([*read, "metrics"])}
    return [places.get(field, -1 if field == "product" else -2) for field in Usage._fields]


def _quick(column: Column) -> Callable[[str], object]:
    """Return a column's `read`, with a memory: days and counts repeat all the time, accounts need not."""
    return column.read if column.field == "account_id" else lru_cache(maxsize=REPEATED)(column.read)


class PersonRow:
    """Reads rows with a column per metric, for one user or department each."""

    def __init__(self, table: Table, report: Report) -> None:
        """Bind columns to places, once per file."""
        self._identity = Identity(table)
        self._names = _metrics(table, report)
        self._cells = picker([table.header.index(name) for name in self._names])

    def piece(self, row: Row) -> Piece:
        """Return what the row says. The row is changed."""
        return Piece(*self._identity.of(row), _values(self._names, self._cells(row)))


class LongRow:
    """Reads rows with one metric each."""

    def __init__(self, table: Table, report: Report) -> None:
        """Bind columns to places, once per file."""
        self._identity = Identity(table)
        self._reads = [column.read for column in LONG]
        self._cells = picker([place_of(column, table) for column in LONG])
        self._report = report
        remark_unknown(table.header, (*(COLUMNS[name] for name in IDENTITY), *PEOPLE, *LONG), report)

    def piece(self, row: Row) -> Piece:
        """Return what the row says. The row is changed."""
        day, who = self._identity.of(row)
        stated, cell = map(call, self._reads, self._cells(row))
        name = plain_name(str(stated))
        _remark_misspelt(name, self._report)
        try:
            return Piece(day, who, _values([name], (str(cell),)))
        except Unreadable as fault:
            raise Unreadable(fault.reason, "value") from None


class Identity:
    """Reads whose use a row states, and of which day."""

    def __init__(self, table: Table) -> None:
        """Bind columns to places. Raises `Misconfigured` where a required one is absent."""
        fixed = [*(COLUMNS[name] for name in IDENTITY), *PEOPLE]
        self._reads = [_quick(column) for column in fixed]
        self._cells = picker([place_of(column, table) for column in fixed])

    def of(self, row: Row) -> tuple[Day, Who]:
        """Return the row's day and person, or raise `Unreadable`. The row is changed."""
        row.append("")
        account, day, product, user, department = map(call, self._reads, self._cells(row))
        return Day._make((account, day, product)), Who._make((user, department))


def _metrics(table: Table, report: Report) -> list[str]:
    """Return the headings of a wide file that are metrics: every other one."""
    names = [name for name in table.header if name not in NO_METRICS]
    for name in names:
        _remark_misspelt(name, report)
    return names


def _remark_misspelt(name: str, report: Report) -> None:
    if meant := misspelt(name):
        report.remark("has an unusual metric", name, meant)


def _values(names: Iterable[str], cells: Iterable[str]) -> Values:
    """Return the metrics that have an entry, or raise `Unreadable` with the metric's name."""
    stated = {name: metric(name).read(cell) for name, cell in zip(names, cells, strict=True)}
    return cast("Values", {name: value for name, value in stated.items() if value is not None})
