"""Place: how far each endpoint is read, and how that is written down as a cursor."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from integrations import cursors
from integrations.api.endpoints import Asked, Since
from integrations.roles import Cursor


class Mark(Struct, frozen=True):
    """The latest watermark of an endpoint; ``endpoint`` is the fingerprint of what was asked."""

    endpoint: str
    at: datetime


class Place(Struct, frozen=True, omit_defaults=True):
    """The marks by kind of record. An endpoint without one is read from its beginning."""

    marks: Mapping[str, Mark] = {}

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place":
        """Read a cursor. One that cannot be read is none: reading everything again does no harm."""
        return cursors.place(cls, cursor)

    @property
    def cursor(self) -> Cursor:
        """Opaque text that says it."""
        return cursors.cursor(self)

    def after(self, asked: Asked, reached: datetime | None) -> "Place":
        """Return the place once an endpoint is read to its end; what was reached before is not given up."""
        known = self._known(asked)
        latest = max((at for at in (known, reached) if at), default=None)
        if latest is None:
            return self
        mark = Mark(asked.endpoint.fingerprint, latest)
        return replace(self, marks={**self.marks, asked.shape.name: mark})

    def since(self, asked: Asked) -> str | int | None:
        """Return what an endpoint is asked with: the last watermark less the overlap, or what is set."""
        since = asked.endpoint.since
        if since is None:
            return None
        known = self._known(asked)
        return _written(known - timedelta(seconds=since.overlap_s) if known else _instant(since.start), since)

    def _known(self, asked: Asked) -> datetime | None:
        mark = self.marks.get(asked.shape.name)
        return mark.at if mark and mark.endpoint == asked.endpoint.fingerprint else None


def _instant(start: datetime | date) -> datetime:
    at = start if isinstance(start, datetime) else datetime.combine(start, time())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _written(at: datetime, since: Since) -> str | int:
    at = at.astimezone(UTC)
    match since.format:
        case "date":
            return at.date().isoformat()
        case "epoch_s":
            return int(at.timestamp())
        case "epoch_ms":
            return int(at.timestamp() * 1_000)
        case _:
            return at.isoformat(timespec="seconds").replace("+00:00", "Z")
