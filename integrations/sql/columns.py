"""The columns of a query: which of them are read, and by which its rows are ordered."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from health.records import Shape
from integrations.errors import Misconfigured
from integrations.rows import columns as rules
from integrations.rows.table import Row, checked_header
from integrations.rows.usage import added_up
from integrations.rows.values import as_text
from integrations.sql.queries import Asked


class Columns(NamedTuple):
    """What stands where in a row of the database's.

    ``order`` is the column by which rows must come, as the database calls it, ``mark_at`` the place of the
    watermark.
    """

    header: tuple[str, ...]
    places: tuple[int, ...]
    order: str
    mark_at: int | None

    def row(self, found: Sequence[Any]) -> Row:
        """Return a row as the text that a file would hold."""
        return [as_text(found[at]) for at in self.places]

    def mark(self, found: Sequence[Any]) -> object:
        """Return a row's watermark; `None` where it has none."""
        return None if self.mark_at is None else found[self.mark_at]


def bound(asked: Asked, found: Sequence[str]) -> Columns:
    """Return what the columns of a query are, by the names that the database gives them.

    A watermark that is no column of the import file is not read. Raises `Misconfigured`.
    """
    names = checked_header(asked.file, list(found))
    mark = asked.query.watermark
    if mark and mark not in names:
        near = rules.nearest(mark, names)
        hint = f", did you mean {near}?" if near else ""
        raise Misconfigured("watermark_unknown", f"sql: {asked.file} has no column {mark}{hint}")
    known = {column.name for column in rules.columns(asked.shape)}
    places = tuple(at for at, name in enumerate(names) if name != mark or name in known)
    order = _order(asked, names)
    return Columns(
        header=tuple(names[at] for at in places),
        places=places,
        order=found[names.index(order)] if order else "",
        mark_at=names.index(mark) if mark else None,
    )


def _order(asked: Asked, names: Sequence[str]) -> str:
    """Return what rows are ordered by: the watermark, or the day where days are added up."""
    mark = asked.query.watermark
    if asked.shape.name != "usage" or not added_up(names) or "day" not in names:
        return mark
    if mark not in {"", "day"}:
        raise Misconfigured(
            "watermark_not_day",
            f"sql: {asked.file} names users or metrics, which are added up by the day: "
            "let its watermark be day, or a pull would bring part of one",
        )
    return "day"


def has_money(shape: Shape) -> bool:
    """Whether records of a kind have amounts of money."""
    return any(field.endswith("_minor") for field in shape.fields)
