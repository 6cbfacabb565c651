"""A table in a file: its header, and its rows as text with their line numbers."""

import csv
import gzip
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol

from integrations.errors import Misconfigured
from integrations.files.columns import plain_name
from integrations.files.report import Reject

Row = list[str]

ENCODING = "utf-8-sig"
BAD_BYTES = "surrogateescape"
GZIP_RATIO = 8
"""About how much smaller gzip makes a table."""


class Table(Protocol):
    """A file that can be read from its first row any number of times."""

    file: str
    header: tuple[str, ...]
    """Plain names, in the file's order."""

    text_bytes: int
    """About how much text its rows are."""

    def rows(self, reject: Reject) -> Iterator[tuple[int, Row]]:
        """Yield line and cells of each row as wide as the header; every other row is rejected."""


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


def checked_header(file: str, headings: Row) -> tuple[str, ...]:
    """Return the plain names of a header, or raise `Misconfigured` with what to change."""
    joined = "".join(headings)
    if not joined.strip():
        raise Misconfigured("header", f"{file} has no header line")
    if "\0" in joined or any("\udc80" <= letter <= "\udcff" for letter in joined):
        raise Misconfigured("encoding", f"{file} is not UTF-8; save it as CSV UTF-8")
    if len(headings) == 1 and (mark := next((mark for mark in ";\t|" if mark in joined), "")):
        raise Misconfigured("delimiter", f"{file} separates its columns by {mark!r}; save it with commas")
    names = tuple(plain_name(heading) for heading in headings)
    if twice := next((name for name in names if name and names.count(name) > 1), ""):
        raise Misconfigured("header", f"{file} has the column {twice} twice")
    return names


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
