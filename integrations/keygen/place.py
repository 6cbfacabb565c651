"""How far the event log is read: the content of Keygen's cursor, and the days that are to be read next."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from integrations.roles import Cursor

MARGIN = timedelta(hours=1)
"""A pull may take so long: a day that begins to be deleted within it is not begun."""
DAY = timedelta(days=1)


class Place(msgspec.Struct, frozen=True):
    """``through`` is the last day whose validations are stored, ``since`` the first without a gap to it."""

    through: date | None = None
    since: date | None = None

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place":
        """Read a cursor. One that cannot be read is none: reading everything again does no harm."""
        try:
            return msgspec.json.decode(cursor or "{}", type=cls)
        except msgspec.MsgspecError:
            return cls()

    def cursor(self) -> Cursor:
        """Write the cursor."""
        return msgspec.json.encode(self).decode()

    def after(self, day: date) -> "Place":
        """The place once a day is stored."""
        joins = self.through is not None and day <= self.through + DAY
        return Place(day, self.since if joins else day)

    def due(self, earliest: datetime, latest: datetime, kept_days: int) -> Sequence[date]:
        """The complete UTC days to read, oldest first, of those that are still kept whole.

        It is at least ``earliest`` and at most ``latest``: a day has ended by the one, and goes by the other.
        The last day that was read is read once more with the next one, for what was logged late.
        """
        yesterday = earliest.date() - DAY
        if self.through is not None and self.through >= yesterday:
            return ()
        kept = (latest + MARGIN - kept_days * DAY).date() + DAY
        first = kept if self.through is None else max(kept, self.through)
        return [first + count * DAY for count in range((yesterday - first).days + 1)]


def utc(at_s: float) -> datetime:
    """An instant in seconds since 1970 as a time of UTC."""
    return datetime.fromtimestamp(at_s, UTC)
