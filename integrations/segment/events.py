"""Events as Segment's specification writes them, one or a batch of them in a body."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from integrations.errors import Rejected

T = TypeVar("T")

BODY_LIMIT = 512_000
"""Bytes of a body."""
EVENT_LIMIT = 32_768
"""Bytes of an event."""
KINDS = frozenset({"track", "identify", "group", "page", "screen", "alias"})
ID_LIMIT = 255
"""Characters of an id: of a message, a user, a group."""
Id = str | int | None


class Context(msgspec.Struct, frozen=True):
    """What surrounds an event."""

    groupId: Id = None  # noqa: N815 - Segment's spelling, as all that follow


class Event(msgspec.Struct, frozen=True):
    """One event. What is of no use to us is not named here."""

    type: str
    messageId: Id = None  # noqa: N815 - see above
    userId: Id = None  # noqa: N815 - see above
    groupId: Id = None  # noqa: N815 - see above
    event: str = ""
    timestamp: str | None = None
    originalTimestamp: str | None = None  # noqa: N815 - see above
    sentAt: str | None = None  # noqa: N815 - see above
    receivedAt: str | None = None  # noqa: N815 - see above
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: Context | None = None

    @property
    def name(self) -> str:
        """How settings name it: a track by its event, any other by its kind, as in ``$identify``."""
        return self.event if self.type == "track" else f"${self.type}"

    @property
    def user(self) -> str:
        """The user who is named; who is anonymous is not."""
        return text(self.userId)

    @property
    def group(self) -> str:
        """The account that the event itself names."""
        return text(self.groupId) or (text(self.context.groupId) if self.context else "")

    @property
    def at(self) -> datetime | None:
        """When it happened, by the product's clock as Segment has put it right."""
        stamps = (self.timestamp, self.originalTimestamp, self.sentAt, self.receivedAt)
        return next((found for found in map(_instant, stamps) if found), None)


class Envelope(msgspec.Struct, frozen=True):
    """A body: a batch, or an event by itself."""

    type: str = ""
    messageId: Id = None  # noqa: N815 - see above
    batch: list[msgspec.Raw] | None = None


def envelope(body: bytes) -> Envelope:
    """Return what a body is. Raises `Rejected` for one that holds no event."""
    if len(body) > BODY_LIMIT:
        raise Rejected("body_too_large", f"segment: a body of more than {BODY_LIMIT:,} bytes")
    found = decoded(body, Envelope)
    if found is None or not (found.batch or found.type in KINDS):
        raise Rejected("event_unreadable", "segment: a body that holds no event")
    return found


def raw_events(body: bytes) -> Iterator[bytes]:
    """Yield the events of a body as they are written there. Raises `Rejected` as `envelope` does."""
    batch = envelope(body).batch
    yield from (bytes(each) for each in batch) if batch else (body,)


def decoded(written: bytes, kind: type[T]) -> T | None:
    """Return JSON as a type, or `None` where it is not of it."""
    try:
        return msgspec.json.decode(written, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def message_id(found: Id, written: bytes) -> str:
    """Return what an event, or a body, is known by each time that it comes: its id, or else what it says."""
    return text(found) or sha256(written).hexdigest()


def text(value: object) -> str:
    """Return an id, or a trait, as text; nothing for what is neither text nor a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def trait(traits: Mapping[str, Any], path: str) -> str:
    """Return a trait as text; ``address.country`` is the country within the address."""
    found: object = traits
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return text(found)


def _instant(written: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
