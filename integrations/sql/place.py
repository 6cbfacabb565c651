"""Place: how far each query is read, and how that is written down as a cursor."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from integrations import cursors
from integrations.errors import Misconfigured
from integrations.roles import Cursor
from integrations.sql.queries import Asked

Value = datetime | date | int | Decimal | str
_DAY_S = 86_400
_DAY = timedelta(days=1)
LAST_ZONE = timedelta(hours=14)
"""How far ahead of UTC a clock on a wall may be."""


class Mark(Struct, frozen=True):
    """The largest watermark of a query; ``kind`` is its type, ``query`` the fingerprint of what was asked."""

    query: str
    kind: Literal["datetime", "date", "number", "str"]
    value: str


class Place(Struct, frozen=True, omit_defaults=True):
    """The marks by kind of record. A query without one is read from its beginning."""

    marks: Mapping[str, Mark] = {}

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place":
        """Read a cursor. One that cannot be read is none: reading everything again does no harm."""
        return cursors.place(cls, cursor)

    @property
    def cursor(self) -> Cursor:
        """Opaque text that says it."""
        return cursors.cursor(self)

    def after(self, asked: Asked, reached: object) -> "Place":
        """Return the place once rows up to a watermark are stored. Raises `Misconfigured` if it is none."""
        mark = _mark(asked, reached)
        return replace(self, marks={**self.marks, asked.shape.name: mark})

    def since(self, asked: Asked) -> Value | None:
        """Return what ``:since`` is bound to: the last watermark less the overlap, at first what is set."""
        mark = self.marks.get(asked.shape.name)
        if mark is None or mark.query != asked.query.fingerprint:
            return asked.query.since
        return _before(_value(mark), asked.query.overlap)


def not_after(reached: object, now: datetime) -> object:
    """Return a watermark, or now where that is earlier: one row of the year 2099 must not hide all others.

    A time without a zone may be of any; a date is over in the last one a day later.
    """
    match reached:
        case datetime() if reached.tzinfo:
            return min(reached, now)
        case datetime():
            return min(reached, now.replace(tzinfo=None) + LAST_ZONE)
        case date():
            return min(reached, now.date() + _DAY)
        case _:
            return reached


def _before(value: Value, overlap: int) -> Value:
    """Look back from a time by seconds, from a date by days that have begun; text stands."""
    match value:
        case datetime():
            return value - timedelta(seconds=overlap)
        case date():
            return value - timedelta(days=-(-overlap // _DAY_S))
        case int() | Decimal():
            return value - overlap
        case _:
            return value


def _mark(asked: Asked, reached: object) -> Mark:
    query = asked.query.fingerprint
    match reached:
        case datetime():
            return Mark(query, "datetime", reached.isoformat())
        case date():
            return Mark(query, "date", reached.isoformat())
        case int() | Decimal() | str() if not isinstance(reached, bool):
            return Mark(query, "str" if isinstance(reached, str) else "number", str(reached))
        case _:
            raise Misconfigured(
                "watermark_type",
                f"sql: {asked.file}: {asked.query.watermark} must be a time, a date, a number or text",
            )


def _value(mark: Mark) -> Value:
    match mark.kind:
        case "datetime":
            return datetime.fromisoformat(mark.value)
        case "date":
            return date.fromisoformat(mark.value)
        case "number":
            number = Decimal(mark.value)
            return int(number) if number == number.to_integral_value() else number
        case _:
            return mark.value
