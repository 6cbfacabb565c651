"""Where a pull goes on: everything is listed once in a while, and what changed is searched in between."""

from collections.abc import Sequence
from typing import Literal

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, encode
from msgspec.structs import replace

from integrations.roles import Cursor

Listing = Literal["companies", "contacts", "deals"]


class Bookmark(Struct, frozen=True):
    """A place within a round through all listings. Instants are milliseconds since 1970.

    ``full_ms`` is when the last listing of everything began, ``began_ms`` when this round did.
    ``since_ms`` is how far it looks back for changes; 0 lists everything. ``listing`` and ``after`` say
    where it goes on; without a listing the round has ended.
    """

    full_ms: int
    began_ms: int
    since_ms: int = 0
    listing: Listing | None = "companies"
    after: str = ""

    @property
    def cursor(self) -> Cursor:
        """The place as opaque text."""
        return encode(self).decode()

    @property
    def full(self) -> bool:
        """Whether everything is listed."""
        return self.since_ms == 0

    def following(self, after: str, listings: Sequence[Listing]) -> "Bookmark":
        """The place after a page: further on in its listing, or at the start of the next of ``listings``."""
        if after or self.listing is None:
            return replace(self, after=after)
        behind = listings[listings.index(self.listing) + 1 :] if self.listing in listings else ()
        return replace(self, listing=next(iter(behind), None), after="")


_BOOKMARKS = Decoder(Bookmark)


def opened(cursor: Cursor | None, now_ms: int, full_every_ms: int, overlap_ms: int) -> Bookmark:
    """Where a pull goes on from a cursor. What cannot be read as one lists everything, which does no harm."""
    everything = Bookmark(full_ms=now_ms, began_ms=now_ms)
    try:
        last = _BOOKMARKS.decode(cursor or "")
    except (DecodeError, ValidationError):
        return everything
    if last.listing is not None:
        return last
    if not 0 <= now_ms - last.full_ms < full_every_ms:
        return everything
    return Bookmark(last.full_ms, began_ms=now_ms, since_ms=max(1, last.began_ms - overlap_ms))
