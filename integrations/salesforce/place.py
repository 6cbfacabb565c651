"""Where a pull goes on: everything is listed once in a while, and what changed is asked for in between."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, encode
from msgspec.structs import replace

from integrations.roles import Cursor

HOUR_MS = 3_600_000
DELETED_MS = HOUR_MS
"""What was deleted is retired by a listing of everything, but not by more than one an hour."""


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """A place within a round through all listings. Instants are milliseconds since 1970.

    ``full_ms`` is when the last listing of everything began, ``began_ms`` when this round did.
    ``since_ms`` is how far it looks back for changes; 0 lists everything. ``listing`` says which one it is
    in, ``stamp`` and ``after`` what was last read of it; without a listing the round has ended.
    ``deleted`` is whether a record was found in the recycle bin since everything was listed.
    """

    full_ms: int
    began_ms: int
    since_ms: int = 0
    listing: str = ""
    stamp: str = ""
    after: str = ""
    deleted: bool = False

    @property
    def cursor(self) -> Cursor:
        """The place as opaque text."""
        return encode(self).decode()

    @property
    def full(self) -> bool:
        """Whether everything is listed."""
        return self.since_ms == 0

    @property
    def begins(self) -> str:
        """The instant that changes are asked from, as Salesforce writes it."""
        return self.stamp or instant(self.since_ms)

    def behind(self, stamp: str, row: str, *, deleted: bool) -> "Place":
        """The place behind a row, further on in its listing."""
        return replace(self, stamp=stamp, after=row, deleted=self.deleted or deleted)

    def following(self, listings: Sequence[str], *, deleted: bool) -> "Place":
        """The place at the start of the next listing, or at the round's end."""
        at = listings.index(self.listing) + 1
        following = listings[at] if at < len(listings) else ""
        return replace(self, listing=following, stamp="", after="", deleted=self.deleted or deleted)


_PLACES = Decoder(Place)


def opened(
    cursor: Cursor | None, now_ms: int, full_every_ms: int, overlap_ms: int, listings: Sequence[str]
) -> Place:
    """Where a pull goes on from a cursor. What cannot be read as one lists everything, which does no harm."""
    everything = Place(full_ms=now_ms, began_ms=now_ms, listing=listings[0])
    try:
        last = _PLACES.decode(cursor or "")
    except (DecodeError, ValidationError):
        return everything
    if last.listing in listings:
        return last
    every_ms = min(full_every_ms, DELETED_MS) if last.deleted else full_every_ms
    if last.listing or not 0 <= now_ms - last.full_ms < every_ms:
        return everything
    since_ms = max(1, last.began_ms - overlap_ms)
    return Place(last.full_ms, now_ms, since_ms, listings[0], deleted=last.deleted)


def instant(at_ms: int) -> str:
    """An instant as a query takes it."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
