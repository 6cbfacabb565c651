"""Rows of a body, as a table that the readers of the import format read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from health.records import SHAPES, Record
from integrations.inbound.maps import ABSENT, Map, Value, found
from integrations.rows.reader import records
from integrations.rows.report import Reject, Report
from integrations.rows.table import Row
from integrations.rows.usage import usage
from integrations.rows.values import as_text


@dataclass(slots=True)
class Rows:
    """The rows of one map in one body."""

    file: str
    header: tuple[str, ...]
    lines: Sequence[Row]
    text_bytes: int = 0

    def rows(self, reject: Reject) -> Iterator[tuple[int, Row]]:  # noqa: ARG002 - all are as wide as the header
        """Yield every row."""
        return enumerate(map(list, self.lines), 1)


def read(name: str, told: Map, body: Any, report: Report) -> list[Record]:  # noqa: ANN401 - any JSON
    """Return the records of a map's rows; those that cannot be read are counted in the report."""
    lines = [[cell(value, item) for value in told.columns.values()] for item in told.rows_of(body)]
    table = Rows(name, tuple(told.columns), lines)
    if told.file == "usage":
        return list(usage(table, report))
    return list(records(table, SHAPES[told.file], {}, report))


def cell(column: Value, item: Any) -> str:  # noqa: ANN401 - as above
    """Return a column's cell. What cannot be converted stays as it is, and is no value of its column."""
    value = column.value if column.value is not None else found(item, column.path)
    text = as_text(None if value is ABSENT else value)
    convert = CONVERSIONS.get(column.convert)
    try:
        return convert(text) if convert and text.strip() else text
    except (ValueError, OverflowError, OSError):
        return text


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


CONVERSIONS: Mapping[str, Callable[[str], str]] = {
    "epoch_s": lambda text: _instant(float(text)),
    "epoch_ms": lambda text: _instant(float(text) / 1_000),
    "lower": str.lower,
}
