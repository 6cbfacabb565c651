"""A table, wherever it comes from: its header, and its rows as text with their line numbers."""

from collections.abc import Iterator
from typing import Protocol

from integrations.errors import Misconfigured
from integrations.rows.columns import plain_name
from integrations.rows.report import Reject

Row = list[str]


class Table(Protocol):
    """Rows that can be read from the first one any number of times."""

    file: str
    header: tuple[str, ...]
    """Plain names, in the order of the cells."""

    text_bytes: int
    """About how much text its rows are."""

    def rows(self, reject: Reject) -> Iterator[tuple[int, Row]]:
        """Yield line and cells of each row as wide as the header; every other row is rejected."""


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
