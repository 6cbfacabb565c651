"""Rows of a table, read into records: every file but usage."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from operator import call, itemgetter

from health.records import Record, Shape
from integrations.errors import Misconfigured
from integrations.rows.cells import Unreadable, minor_units
from integrations.rows.columns import KNOWN_ON, Column, columns, nearest
from integrations.rows.report import Report
from integrations.rows.table import Row, Table

STANDS_IN = {"term_start": "started_on"}
"""A required column, and the column that is read where it is empty or absent."""

ASSUMED = "USD"
"""Gives its two decimals to money whose currency neither the row nor the accounts file says."""

Cells = tuple[str, ...]
Currencies = Mapping[str, str]
"""Currency code by account id, as the accounts file has it."""


def records(table: Table, shape: Shape, currencies: Currencies, report: Report) -> Iterator[Record]:
    """Bind the header, and return a record per good row. A bad row, or a key seen before, is rejected.

    Raises `Misconfigured` where a required column is absent.
    """
    remark_unknown(table.header, columns(shape), report)
    return _read(table, RowReader(shape, table, currencies), shape, report)


def _read(table: Table, reader: "RowReader", shape: Shape, report: Report) -> Iterator[Record]:
    key = itemgetter(*(shape.fields.index(field) for field in shape.key))
    seen = set()
    for line, row in table.rows(report.reject):
        try:
            record = reader.record(row)
        except Unreadable as fault:
            report.reject(line, fault.column, fault.reason)
            continue
        if (identity := key(record)) in seen:
            report.reject(line, "", f"has the same {', '.join(shape.key)} as a row above")
            continue
        seen.add(identity)
        yield record
    if reader.assumed:
        report.remark(f"has money without a currency: read with the decimals of {ASSUMED}")


def remark_unknown(header: tuple[str, ...], known: tuple[Column, ...], report: Report) -> None:
    """Remark on each column that nothing reads, with the nearest name that something would."""
    names = [column.name for column in known]
    for place, heading in enumerate(header, start=1):
        if heading not in names and heading != KNOWN_ON:
            report.remark(
                "has an unknown column", heading or f"without a name, number {place}", nearest(heading, names)
            )


def picker(places: list[int]) -> Callable[[Row], Cells]:
    """Return what takes the cells at these places out of a row, always as a tuple."""
    match places:
        case []:
            return lambda _: ()
        case [place]:
            return lambda row: (row[place],)
        case _:
            return itemgetter(*places)


def place_of(column: Column, table: Table) -> int:
    """Return where a row has the column; -1, the place of an added empty cell, where it is absent.

    Raises `Misconfigured` if it must be there.
    """
    if column.name in table.header:
        return table.header.index(column.name)
    stand_in = STANDS_IN.get(column.name)
    if stand_in in table.header:
        return table.header.index(stand_in)
    if column.required:
        near = nearest(column.name, table.header)
        hint = f"; its column {near} may be meant" if near else ""
        raise Misconfigured("column_missing", f"{table.file} needs a column {column.name}{hint}")
    return -1


class RowReader:
    """Makes one record of one row, for one header. ``assumed`` tells that `ASSUMED` was needed."""

    def __init__(self, shape: Shape, table: Table, currencies: Currencies) -> None:
        """Bind columns to places. Raises `Misconfigured` where a required column is absent."""
        self.assumed = False
        self._make = shape.record._make
        self._columns = columns(shape)
        self._reads = [column.read for column in self._columns]
        self._pick = picker([place_of(column, table) for column in self._columns])
        self._stand_ins = [
            (table.header.index(name), table.header.index(other))
            for name, other in STANDS_IN.items()
            if {name, other} <= set(table.header)
        ]
        self._currencies = currencies
        self._money = [at for at, field in enumerate(shape.fields) if field.endswith("_minor")]
        self._currency_at = shape.fields.index("currency") if "currency" in shape.fields else None
        self._account_at = shape.fields.index("account_id") if self._money else 0

    def record(self, row: Row) -> Record:
        """Return the row's record, or raise `Unreadable`. The row is changed."""
        for place, stand_in in self._stand_ins:
            row[place] = row[place].strip() or row[stand_in]
        row.append("")
        values = list(map(call, self._reads, self._pick(row)))
        if self._money:
            self._settle(values)
        return self._make(values)

    def _settle(self, values: list[object]) -> None:
        """Bring the row's amounts to minor units of its currency, else of its account's."""
        currency = self._currency(values)
        if self._currency_at is not None:
            values[self._currency_at] = currency or None
        for at in self._money:
            if isinstance(major := values[at], Decimal):
                self.assumed |= not currency
                try:
                    values[at] = minor_units(major, currency or ASSUMED)
                except Unreadable as fault:
                    raise Unreadable(fault.reason, self._columns[at].name) from None

    def _currency(self, values: list[object]) -> str:
        stated = None if self._currency_at is None else values[self._currency_at]
        return str(stated or self._currencies.get(str(values[self._account_at]), ""))
