"""A long answer, read chunk by chunk into pages: held of it is a chunk, or the day that is added up."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from health.records import Record, Shape
from integrations.errors import Misconfigured
from integrations.roles import Cursor, Page
from integrations.rows.cells import Unreadable, day
from integrations.rows.read import Chunk, read
from integrations.rows.reader import Currencies
from integrations.rows.report import Report
from integrations.rows.table import Row
from integrations.rows.tally import Tally
from integrations.rows.usage import TWICE, piece_reader
from integrations.rows.usage_rows import PieceReader

PAGE = 2_000
"""Records of a page: what SQLite commits without holding up the pages of the dashboard."""
COUNTED = frozenset({"usage", "validations"})
"""Kinds of which a day is stated once it is over."""


class Step(NamedTuple):
    """Where a pull is before some rows, and where once all of them are stored."""

    before: Cursor | None
    after: Cursor | None


class Reading:
    """Reads the rows of one kind of record, in the order in which they are given to it.

    Rows that name a user or a metric are added up day by day. Of rows with one key the last counts.
    """

    def __init__(
        self, file: str, header: tuple[str, ...], shape: Shape, currencies: Currencies | None = None
    ) -> None:
        """Bind the header. Raises `Misconfigured` where a required column is absent."""
        self._file, self._header, self._shape = file, header, shape
        self._currencies = currencies or {}
        self._report = Report(file)
        self._read = self._told = 0
        read(Chunk(file, header), shape, {}, Report(file))
        self._days = _days(Chunk(file, header), self._report) if shape.name == "usage" else None

    @property
    def whole(self) -> bool:
        """Whether every row so far could be read."""
        return not self._report.rejected

    def take(self, rows: Sequence[Row]) -> list[Record]:
        """Return the records of some rows; of those that are added up, the records of the days before."""
        chunk = Chunk(self._file, self._header, rows, self._read + 1)
        self._read += len(rows)
        if self._days:
            return list(self._days.records(chunk))
        return list(read(chunk, self._shape, self._currencies, self._report, once=False))

    def rest(self) -> list[Record]:
        """Return the records of the day that was being added up."""
        return list(self._days.rest()) if self._days else []

    def pages(
        self, records: Sequence[Record], step: Step, listing: str = "", *, ended: bool = False
    ) -> Iterator[Page]:
        """Yield records as pages, of which the last moves the cursor on. Without records that is one too.

        Those that end a listing of which every row could be read are ``complete``.
        """
        for start in range(0, max(1, len(records)), PAGE):
            last = start + PAGE >= len(records)
            rejects = self._report.rejected - self._told
            self._told += rejects
            yield Page(
                records=records[start : start + PAGE],
                cursor=step.after if last else step.before,
                complete=bool(listing) and ended and last and self.whole,
                rejects=rejects,
                listing=listing,
                reasons=self._report.reasons(),
            )


class _Days:
    """Rows that are pieces of records, added up one day after the other."""

    def __init__(self, file: str, pieces: PieceReader, report: Report) -> None:
        self._file, self._pieces, self._report = file, pieces, report
        self._day = date.min
        self._tally = Tally()

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """Add rows to their days, and yield the records of each day once another begins."""
        for line, row in chunk.rows(self._report.reject):
            try:
                piece = self._pieces.piece(row)
            except Unreadable as fault:
                self._report.reject(line, fault.column, fault.reason)
                continue
            yield from self._until(piece.day.day)
            if not self._tally.add(*piece):
                self._report.reject(line, "", TWICE)

    def _until(self, day: date) -> Iterator[Record]:
        if day < self._day:
            raise Misconfigured("unordered", f"{self._file}: rows to be added up must come day by day")
        if day > self._day:
            yield from self.rest()
            self._day = day

    def rest(self) -> Iterator[Record]:
        """Yield the records of the day at hand."""
        tally, self._tally = self._tally, Tally()
        yield from tally.usage()
        yield from tally.people()


def _days(table: Chunk, report: Report) -> _Days | None:
    pieces = piece_reader(table, report)
    return _Days(table.file, pieces, report) if pieces else None


def telling(pages: Iterator[Page]) -> Page:
    """Return the first page with a record or a reject on it; an empty one where there is none."""
    return next((page for page in pages if page.records or page.rejects), Page([], None))


class Unfinished:
    """Tells which rows are of a day that is not over: what they count is not known yet."""

    def __init__(self, header: tuple[str, ...], shape: Shape, today: date) -> None:
        """``today`` is the first day that is not over."""
        self._at = header.index("day") if shape.name in COUNTED else None
        self._today = today

    def is_of(self, row: Row) -> bool:
        """Whether a row is of such a day; one whose day cannot be read is not."""
        try:
            return self._at is not None and day(row[self._at].strip()) >= self._today
        except Unreadable:
            return False
