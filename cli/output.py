"""How commands answer: a table or lines for a person, one JSON document for a program."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from config.errors import Actionable

REJECTS = 3
"""Exit status of a command that did its work and had to leave rows out."""


def wants_json() -> bool:
    """Tell whether ``--json`` was given."""
    return os.environ.get("SEATSIGNAL_JSON") == "1"


def say(line: str) -> None:
    """Tell a person something, out of the way of the answer."""
    print(line, file=sys.stderr if wants_json() else sys.stdout)


def complain(line: str, about: str = "") -> None:
    """Say what went wrong, and ``about`` what unless the line does, always beside the answer."""
    print(line if line.startswith(about) else f"{about}: {line}", file=sys.stderr)


@contextmanager
def plainly() -> Iterator[None]:
    """Tell an error that a person can act on without a traceback, and end with status 1."""
    try:
        yield
    except Actionable as error:
        complain(str(error))
        sys.exit(1)


def answer(document: object) -> None:
    """Print the one JSON document."""
    print(json.dumps(document, default=str, ensure_ascii=False, indent=2))


def tell(document: object, line: str) -> None:
    """Answer a program with a document, and a person with a line."""
    if wants_json():
        answer(document)
    else:
        say(line)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings; numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    numeric = [all(_is_number(row[at]) for row in cells) for at in range(len(headings))]
    for row in [list(headings), *cells]:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        print("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").replace("-", "").isdigit() or cell == "-"
