"""Rows of the usage file, read into one record per account, day and product.

The wide form has a column per metric, the long form the columns ``metric`` and ``value``. Either may
name a user or a department in each row: such rows, and those of the long form, are added up first.
"""

from collections.abc import Iterator
from zlib import crc32

from health.records import People, Usage
from integrations.rows.cells import Unreadable
from integrations.rows.report import Report
from integrations.rows.table import Table
from integrations.rows.tally import Tally
from integrations.rows.usage_rows import LONG, PEOPLE, LongRow, PersonRow, PieceReader, WideRow

TWICE = "says again what a row above says of the same account, day and product"

PART_BYTES = 64 << 20
"""Text that is added up at a time: larger files are read in several passes, some accounts in each."""


def usage(table: Table, report: Report) -> Iterator[Usage | People]:
    """Bind the header, and return a record per account, day and product; of its users one more.

    A bad row, or one that repeats another, is rejected. Raises `Misconfigured` where a required
    column is absent.
    """
    if {column.name for column in LONG} <= set(table.header):
        return _added_up(table, LongRow(table, report), report)
    if {column.name for column in PEOPLE}.isdisjoint(table.header):
        return _as_they_are(table, WideRow(table, report), report)
    return _added_up(table, PersonRow(table, report), report)


def _as_they_are(table: Table, reader: WideRow, report: Report) -> Iterator[Usage]:
    """Read a file whose every row is a record."""
    seen = SeenDays()
    for line, row in table.rows(report.reject):
        try:
            record = reader.usage(row)
        except Unreadable as fault:
            report.reject(line, fault.column, fault.reason)
            continue
        if seen.add(record):
            yield record
        else:
            report.reject(line, "", TWICE)


def _added_up(table: Table, reader: PieceReader, report: Report) -> Iterator[Usage | People]:
    """Read a file whose rows are pieces, some accounts at a time."""
    parts = 1 + table.text_bytes // PART_BYTES
    account = table.header.index("account_id")
    for part in range(parts):
        tally = Tally()
        for line, row in table.rows(report.reject if part == 0 else _said_before):
            if parts > 1 and crc32(row[account].strip().encode(errors="surrogateescape")) % parts != part:
                continue
            try:
                if not tally.add(*reader.piece(row)):
                    report.reject(line, "", TWICE)
            except Unreadable as fault:
                report.reject(line, fault.column, fault.reason)
        yield from tally.usage()
        yield from tally.people()


def _said_before(_line: int, _column: str, _reason: str) -> None:
    """Rows that are malformed belong to no account; the first pass has rejected them."""


class SeenDays:
    """Which days were read: a bit each, since a backfill has millions."""

    def __init__(self) -> None:
        """Begin with none."""
        self._months: dict[tuple[str, str, int, int], int] = {}

    def add(self, record: Usage) -> bool:
        """Return whether this account, day and product is new."""
        day = record.day
        month = (record.account_id, record.product, day.year, day.month)
        before = self._months.get(month, 0)
        self._months[month] = before | 1 << day.day
        return not before >> day.day & 1
