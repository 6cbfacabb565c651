"""What a reader says of a folder: remarks on whole files, rejects of single rows."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from integrations.errors import Misconfigured

REJECTS_SUFFIX = ".rejects.csv"

_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes a cell that begins with it for."""
_LINE_END = re.compile(r"[\r\n]")

Reject = Callable[[int, str, str], None]
"""Called with the line, the column (empty: the whole row) and the reason."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd that stops nothing: a column or file nobody knows, money without a currency."""

    file: str
    reason: str
    name: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{self.file}: {self.reason} {self.name}".rstrip() + hint


@dataclass(slots=True)
class Report:
    """What is said of one import file while it is read.

    The reject file is written from the first reject on, and absent without any; reading a file again
    replaces it. It holds places and reasons, never a value. Without a path rejects are only counted.
    """

    file: str
    rejects: Path | None = None
    remarks: list[Remark] = field(default_factory=list)
    rejected: int = 0
    _open: ExitStack = field(default_factory=ExitStack)
    _write: Callable[[tuple[object, ...]], object] | None = None

    def __enter__(self) -> Self:
        """Forget what an earlier reading said."""
        if self.rejects:
            with _writable(self.rejects):
                self.rejects.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the reject file."""
        self._open.close()

    def remark(self, reason: str, name: str = "", nearest: str = "") -> None:
        """Note something odd of the whole file, once."""
        remark = Remark(self.file, reason, name, nearest)
        if remark not in self.remarks:
            self.remarks.append(remark)

    def reject(self, line: int, column: str, reason: str) -> None:
        """Note one row that is not taken. Raises `Misconfigured` where the file cannot be written."""
        self.rejected += 1
        if self.rejects:
            self._write = self._write or self._begin(self.rejects)
            self._write((inert(self.file), line, inert(column), inert(reason)))

    def _begin(self, path: Path) -> Callable[[tuple[object, ...]], object]:
        with _writable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            target = self._open.enter_context(path.open("w", encoding="utf-8", newline=""))
        self.remark("has rows that were not taken; which and why:", path.name)
        rows = csv.writer(target, lineterminator="\n")
        rows.writerow(("file", "line", "column", "reason"))
        return rows.writerow


def inert(cell: str) -> str:
    """Return a cell of one line that a spreadsheet shows and does not compute: an apostrophe marks text."""
    marked = f"'{cell}" if cell.lstrip(" \ufeff").startswith(_FORMULA) else cell
    return _LINE_END.sub(" ", marked)


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise Misconfigured("rejects", f"{path} cannot be written: {fault.strerror}") from None
