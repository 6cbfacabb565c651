"""Values of an answer: found by their way into JSON, and read as the text that a file would hold."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.api.endpoints import Column, Steps
from integrations.rows.cells import Unreadable, currency, major_units
from integrations.rows.reader import ASSUMED
from integrations.rows.table import Row
from integrations.rows.values import as_text

ABSENT = object()
"""What is not there at all, as against null."""


def found(answer: Any, steps: Steps) -> Any:  # noqa: ANN401 - any JSON
    """Return what stands at the end of the steps, or `ABSENT`."""
    for step in steps:
        match answer:
            case dict() if str(step) in answer:
                answer = answer[str(step)]
            case list() if isinstance(step, int) and step < len(answer):
                answer = answer[step]
            case _:
                return ABSENT
    return answer


def row(columns: Mapping[str, Column], item: Any) -> Row:  # noqa: ANN401 - any JSON
    """Return the cells of one item, in the order of the columns."""
    money = columns.get("currency")
    code = text(money, item, ASSUMED) if money else ASSUMED
    return [text(column, item, code) for column in columns.values()]


def text(column: Column, item: Any, code: str = ASSUMED) -> str:  # noqa: ANN401 - any JSON
    """Return a column's cell; ``code`` is the currency of the row. What cannot be converted stays as it is.

    Then it is no value of its column, and whoever reads it says so.
    """
    value = column.value if column.value is not None else found(item, column.path)
    cell = as_text(None if value is ABSENT else value)
    convert = CONVERSIONS.get(column.convert)
    try:
        return convert(cell, code) if convert and cell.strip() else cell
    except (InvalidOperation, ValueError, OverflowError, OSError):
        return cell


def _major(cell: str, code: str) -> str:
    try:
        known = currency(code.strip() or ASSUMED)
    except Unreadable:
        known = ASSUMED
    return format(major_units(Decimal(cell), known), "f")


def _instant(cell: str, units: int) -> str:
    return datetime.fromtimestamp(float(Decimal(cell) / units), UTC).isoformat()


CONVERSIONS: Mapping[str, Callable[[str, str], str]] = {
    "minor": _major,
    "epoch_s": lambda cell, _: _instant(cell, 1),
    "epoch_ms": lambda cell, _: _instant(cell, 1_000),
    "lower": lambda cell, _: cell.lower(),
}
