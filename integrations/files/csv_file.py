"""CSV files: the header, and rows with their line numbers."""

import csv
import gzip
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from integrations.errors import Misconfigured
from integrations.rows.report import Reject
from integrations.rows.table import Row, checked_header

ENCODING = "utf-8-sig"
BAD_BYTES = "surrogateescape"
GZIP_RATIO = 8
"""About how much smaller gzip makes a table."""


class CsvTable:
    """CSV in UTF-8 with a header and commas, plain or gzip'd.

    Bytes that are not UTF-8 arrive as lone surrogates, which `cells.text` refuses: one bad byte costs
    one row. An unclosed quote costs its own line, not the lines it would swallow.
    """

    def __init__(self, path: Path) -> None:
        """Read the header. Raises `Misconfigured` where it is none."""
        self.file = path.name
        self.text_bytes = path.stat().st_size * (GZIP_RATIO if path.suffix == ".gz" else 1)
        self._path = path
        self.header = self._header()

    def rows(self, reject: Reject) -> Iterator[tuple[int, Row]]:
        """Yield the rows below the header."""
        width = len(self.header)
        with self._opened() as lines:
            rows = _numbered(lines, reject)
            next(rows, None)
            for line, row in rows:
                if len(row) == width:
                    yield line, row
                else:
                    reject(line, "", f"has {len(row)} columns, the header has {width}")

    def _opened(self) -> TextIOWrapper:
        if self._path.suffix == ".gz":
            return gzip.open(self._path, "rt", encoding=ENCODING, errors=BAD_BYTES, newline="")
        return self._path.open(encoding=ENCODING, errors=BAD_BYTES, newline="")

    def _header(self) -> tuple[str, ...]:
        def refused(_line: int, _column: str, reason: str) -> None:
            raise Misconfigured("header", f"{self.file}: the header {reason}")

        with self._opened() as lines:
            _, row = next(_numbered(lines, refused), (0, []))
        return checked_header(self.file, row)


def _numbered(lines: Iterator[str], reject: Reject) -> Iterator[tuple[int, Row]]:
    """Yield rows with the number of their first line; after a bad quote go on with the next line."""
    held: list[str] = []  # the lines of the row being read
    again: deque[str] = deque()
    done = 0

    def feed() -> Iterator[str]:
        while line := again.popleft() if again else next(lines, ""):
            held.append(line)
            yield line

    while True:
        try:
            for row in csv.reader(feed(), strict=True):
                if row:
                    yield done + 1, row
                done += len(held)
                held.clear()
        except csv.Error:
            reject(done + 1, "", "is no CSV: a quote is not closed or a field is too long")
            done += 1
            again.extendleft(reversed(held[1:]))
            held.clear()
        else:
            return
