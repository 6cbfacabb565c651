"""What HubSpot's webhooks tell: that an object changed or was merged, never what it says now.

Page: developers.hubspot.com/docs/api-reference/latest/webhooks. Events come up to 100 at a time, more than
once and in any order.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

import msgspec

from integrations.errors import Rejected
from integrations.hubspot.bookmark import Listing

KINDS: Mapping[str, Listing] = {
    "company": "companies",
    "contact": "contacts",
    "0-2": "companies",
    "0-1": "contacts",
}
"""The listing that an object is in, by the first word of an event's type, or by the number of its own."""
GONE = frozenset({"deletion", "privacyDeletion"})


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """One event. Of a merge ``new_object_id`` is left, which mostly is the primary one."""

    event_id: int
    subscription_type: str
    object_id: int = 0
    object_type_id: str = ""
    primary_object_id: int = 0
    merged_object_ids: tuple[int, ...] = ()
    new_object_id: int = 0

    @property
    def listing(self) -> Listing | None:
        """Which listing the object is in; none for what is not pulled."""
        kind, _, _ = self.subscription_type.partition(".")
        return KINDS.get(self.object_type_id if kind == "object" else kind)

    @property
    def happened(self) -> str:
        """What happened to the object."""
        return self.subscription_type.partition(".")[2]

    @property
    def there(self) -> str:
        """The id of the object that is there afterwards; empty if none is."""
        found = self.new_object_id or self.primary_object_id or self.object_id
        return "" if self.happened in GONE or not found else str(found)

    @property
    def merged(self) -> Iterator[str]:
        """Yield the ids of what is there no more, since it was merged."""
        if self.happened == "merge":
            gone = dict.fromkeys((*self.merged_object_ids, self.primary_object_id))
            yield from (str(each) for each in gone if each and str(each) != self.there)


def events(body: bytes) -> Sequence[Event]:
    """Return the events of a body. Raises `Rejected` for one that has none."""
    try:
        found = msgspec.json.decode(body, type=tuple[Event, ...])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        found = ()
    if not found:
        raise Rejected("event_unreadable", "hubspot: a delivery without events")
    return found


def known_by(found: Sequence[Event]) -> str:
    """Return what a delivery is known by: its events, however often HubSpot tries."""
    told = sorted((each.event_id, each.subscription_type, each.object_id) for each in found)
    return sha256(msgspec.json.encode(told)).hexdigest()
