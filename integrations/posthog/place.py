"""Place: where a pull is, and how it is written down as a cursor."""

from datetime import date, timedelta
from typing import Literal

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode, encode
from msgspec.structs import replace

from integrations.posthog.answers import unexpected
from integrations.posthog.queries import Key
from integrations.posthog.settings import PostHogSettings
from integrations.roles import Cursor


class Place(Struct, frozen=True, omit_defaults=True):
    """What comes next.

    ``usage``: days from ``day`` on, of that day only accounts after ``account``. ``seats``: users seen from
    ``since`` to ``day``, after the account's ``who``. ``end``: all is read up to ``day``.
    """

    at: Literal["usage", "seats", "end"]
    day: date
    since: date
    account: str = ""
    who: str = ""

    def after(self, key: Key) -> "Place":
        """The same listing after a row. Raises `RetryLater` if the row's day is none."""
        first, second = key
        if self.at == "seats":
            return replace(self, account=first, who=second)
        try:
            return replace(self, day=date.fromisoformat(first), account=second)
        except ValueError:
            raise unexpected("a day that is none") from None

    @property
    def cursor(self) -> Cursor:
        """Opaque text that says it."""
        return encode(self).decode()


def place(cursor: Cursor | None, last: date, settings: PostHogSettings) -> Place:
    """Where to go on, or to begin: some days before the end of the last pull, or as far back as is set.

    ``last`` is the last complete day. A cursor that cannot be read is as good as none.
    """
    found = _read(cursor or "")
    if found is None:
        first = last - timedelta(days=settings.first_days - 1)
    elif found.at == "end":
        first = found.day - timedelta(days=settings.overlap_days)
    else:
        return found
    return Place("usage", first, first)


def _read(cursor: Cursor) -> Place | None:
    try:
        return decode(cursor, type=Place)
    except (DecodeError, ValidationError):
        return None
