"""Parquet files, with the extra ``parquet``. Their rows become the text that a CSV file would hold."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from integrations.errors import Misconfigured, RetryLater
from integrations.rows.report import Reject
from integrations.rows.table import Row, checked_header

BATCH = 2_000
TEXT_RATIO = 10
"""About how much smaller Parquet is than the same table as text."""


class ParquetTable:
    """A Parquet file; its lines are numbered from 1."""

    def __init__(self, path: Path) -> None:
        """Read the schema. Raises `Misconfigured` without pyarrow, `RetryLater` where the file is cut."""
        self.file = path.name
        self._path = path
        self.text_bytes = path.stat().st_size * TEXT_RATIO
        with self._opened() as source:
            self.header = checked_header(self.file, list(source.schema_arrow.names))

    def rows(self, reject: Reject) -> Iterator[tuple[int, Row]]:  # noqa: ARG002 - no row is malformed here
        """Yield every row."""
        line = 0
        with self._opened() as source:
            for batch in source.iter_batches(batch_size=BATCH):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    line += 1
                    yield line, list(map(as_text, cells))

    def _opened(self) -> Any:  # noqa: ANN401 - pyarrow is not typed
        arrow = _arrow(self.file)
        try:
            return arrow.parquet.ParquetFile(self._path)
        except arrow.lib.ArrowInvalid:
            raise RetryLater("cut_off", f"{self.file} ends in the middle; copy it again") from None


def as_text(value: object) -> str:
    """Return a value as CSV would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case Decimal():
            return format(value, "f")
        case bytes():
            return value.decode(errors="surrogateescape")
        case _:
            return str(value)


def _arrow(file: str) -> ModuleType:
    try:
        import pyarrow.parquet  # noqa: PLC0415 - an extra, and 30 MB: only where such a file is met
    except ImportError:
        raise Misconfigured(
            "extra_missing", f"{file} needs the extra: pip install 'seatsignal[parquet]'"
        ) from None
    return pyarrow  # type: ignore[no-any-return]  # pyarrow is not typed
