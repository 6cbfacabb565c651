"""Rows of JSON: where a value is in them, and how it is read as the text that a file would hold."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from integrations.rows.cells import Unreadable, currency, major_units
from integrations.rows.reader import ASSUMED
from integrations.rows.table import Row
from integrations.rows.values import as_text

Steps = tuple[str | int, ...]
"""A way into JSON: names of members, and numbers of places in a list."""


def steps(written: str) -> Steps:
    """Return the steps of a way that is written with full stops: ``items.0.price``."""
    return tuple(int(step) if step.isdecimal() else step for step in written.split(".") if step)


def _steps(written: object) -> object:
    """Take text for its steps; a list is taken as it is, for names with full stops in them."""
    return steps(written) if isinstance(written, str) else written


PathTo = Annotated[Steps, BeforeValidator(_steps)]


class Value(BaseModel):
    """Where a column's value is in a row, or one that all rows have; ``convert`` says how it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: PathTo = ()
    value: str | int | float | bool | None = None
    convert: Literal["", "minor", "epoch_s", "epoch_ms", "lower"] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.path) == (self.value is not None):
            raise ValueError("say either `path` or `value`")
        return self


def _by_path(written: object) -> object:
    return {"path": written} if isinstance(written, str | list) else written


Mapped = Annotated[Value, BeforeValidator(_by_path)]


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


def row(columns: Mapping[str, Value], item: Any) -> Row:  # noqa: ANN401 - any JSON
    """Return the cells of one item, in the order of the columns."""
    money = columns.get("currency")
    code = text(money, item, ASSUMED) if money else ASSUMED
    return [text(column, item, code) for column in columns.values()]


def text(column: Value, item: Any, code: str = ASSUMED) -> str:  # noqa: ANN401 - any JSON
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
