"""Rows of any kind of record, read by the rules of the import format."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from health.records import Record, Shape
from integrations.errors import Misconfigured
from integrations.rows.reader import UNKNOWN, Currencies, records
from integrations.rows.report import Reject, Report
from integrations.rows.table import Row, Table
from integrations.rows.usage import usage


def read(
    table: Table, shape: Shape, currencies: Currencies, report: Report, *, once: bool = True
) -> Iterator[Record]:
    """Bind the header, and return the records of its rows. Raises as `reader.records` does."""
    if shape.name == "usage":
        return usage(table, report, once=once)
    return records(table, shape, currencies, report, once=once)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a longer answer, as a table; ``first`` is the number of the first one."""

    file: str
    header: tuple[str, ...]
    lines: Sequence[Row] = ()
    first: int = 1

    text_bytes: ClassVar[int] = 0

    def rows(self, reject: Reject) -> Iterator[tuple[int, Row]]:  # noqa: ARG002 - every row is as wide as the header
        """Yield every row."""
        return enumerate(map(list, self.lines), self.first)


def check_header(file: str, header: tuple[str, ...], shape: Shape) -> None:
    """Raise `Misconfigured` unless every required column is there, and nothing reads none of them."""
    report = Report(file)
    read(Chunk(file, header), shape, {}, report)
    if unknown := [str(remark) for remark in report.remarks if remark.reason == UNKNOWN]:
        raise Misconfigured("column_unknown", "; ".join(unknown))
