"""Import column and record field: one derived from the other, by the records' own annotations."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from types import NoneType
from typing import get_args, get_type_hints

from health.records import Shape
from integrations.rows.cells import (
    Parse,
    Unreadable,
    address,
    amount,
    currency,
    day,
    flag,
    instant_ms,
    number,
    one_of,
    text,
    whole,
)

KNOWN_ON = "known_on"
"""Accepted in every file and not read: an imported row counts as known from its own date."""

PARSERS: Mapping[type, Parse] = {str: text, int: whole, float: number, bool: flag, date: day}
CODES: Mapping[str, Parse] = {
    "currency": currency,
    "base": currency,
    "quote": currency,
    "email": address,
    "csm_email": address,
    "sales_email": address,
}
CHOICES: Mapping[tuple[str, str], Parse] = {
    ("contacts", "role"): one_of("billing", "admin", "user", "champion"),
    ("subscriptions", "licence_model"): one_of("seat", "tiered", "usage", "hybrid"),
    ("activation_steps", "outcome"): one_of("done", "failed"),
    ("payments", "status"): one_of("open", "paid", "failed", "void", "uncollectible"),
    ("surveys", "kind"): one_of("nps", "csat", "activation_ease", "renewal_confidence", "roi_expected"),
    ("outcomes", "outcome"): one_of("renewed", "churned", "expanded", "contracted"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an import file and the record field it fills; ``default`` stands for an empty cell."""

    name: str
    field: str
    required: bool
    default: object
    parse: Parse

    def read(self, cell: str) -> object:
        """Return the field's value, or raise `Unreadable` with this column's name."""
        cell = cell.strip()
        if not cell:
            if self.required:
                raise Unreadable("is missing", self.name)
            return self.default
        try:
            return self.parse(cell)
        except Unreadable as fault:
            raise Unreadable(fault.reason, self.name) from None


@cache
def columns(shape: Shape) -> tuple[Column, ...]:
    """Return the columns of a file, in the order of its record's fields."""
    hints = get_type_hints(shape.record)
    return tuple(_column(shape, field, _bare(hints[field])) for field in shape.fields)


def _column(shape: Shape, field: str, kind: type) -> Column:
    return Column(
        name=_name(field),
        field=field,
        required=field in shape.required,
        default=shape.record._field_defaults.get(field),
        parse=CHOICES.get((shape.name, field)) or _parser(field, kind),
    )


def _name(field: str) -> str:
    if field == "times":
        return "count"
    if field.endswith("_ms"):
        return "at" if field == "at_ms" else f"{field.removesuffix('_ms')}_at"
    return field.removesuffix("_minor")


def _parser(field: str, kind: type) -> Parse:
    if field.endswith("_ms"):
        return instant_ms
    if field.endswith("_minor"):
        return amount
    return CODES.get(field) or PARSERS[kind]


def _bare(annotation: object) -> type:
    """Return ``int`` for ``int | None``."""
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
    (kind,) = kinds
    return kind  # type: ignore[no-any-return]  # annotations of records are plain classes


def plain_name(heading: str) -> str:
    """Return a heading or a metric's name as files compare it: ``Account ID`` is ``account_id``."""
    return "_".join(heading.split()).casefold()


def nearest(name: str, known: Collection[str], likeness: float = 0.6) -> str:
    """Return the known name most like ``name``, or nothing."""
    return next(iter(get_close_matches(name, known, n=1, cutoff=likeness)), "")
