"""How commands answer: a table or lines for a person, one JSON document for a program."""

import json
import os
import sys
from collections.abc import Iterable, Sequence

REJECTS = 3
"""Exit status of a command that did its work and had to leave rows out."""


def wants_json() -> bool:
    """Tell whether ``--json`` was given."""
    return os.environ.get("SEATSIGNAL_JSON") == "1"


def say(line: str) -> None:
    """Tell a person something, out of the way of the answer."""
    print(line, file=sys.stderr if wants_json() else sys.stdout)


def answer(document: object) -> None:
    """Print the one JSON document."""
    print(json.dumps(document, default=str, ensure_ascii=False, indent=2))


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
