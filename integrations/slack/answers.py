"""What Slack answers, as far as we read it."""

from typing import Annotated

from msgspec import Meta, Raw, Struct

ChannelId = Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,32}\Z")]
UserId = Annotated[str, Meta(pattern=r"^[UW][A-Z0-9]{2,31}\Z")]
Ts = Annotated[str, Meta(pattern=r"^[0-9]{1,16}\.[0-9]{1,16}\Z")]
"""A message's name in its channel. Both are stored, so that nothing else may stand in their place."""


class Answer(Struct, frozen=True, kw_only=True):
    """What every answer says."""

    ok: bool
    error: str = "no_error_named"


class Known(Answer, frozen=True, kw_only=True):
    """Who the token belongs to, as people mention it."""

    user: str = ""


class Posted(Answer, frozen=True, kw_only=True):
    """Where a message stands: the channel's id, and its timestamp as its name there."""

    channel: ChannelId = ""
    ts: Ts = ""


class User(Struct, frozen=True):
    """Somebody of the workspace."""

    id: UserId
    deleted: bool = False
    is_bot: bool = False


class Found(Answer, frozen=True, kw_only=True):
    """Whoever has an address."""

    user: User | None = None


class Metadata(Struct, frozen=True):
    """What a message carries unseen; other apps' payloads have any shape."""

    event_type: str = ""
    event_payload: Raw = Raw(b"{}")


class Message(Struct, frozen=True):
    """A message that was found."""

    ts: Ts
    metadata: Metadata | None = None


class Cursor(Struct, frozen=True):
    """Where a listing goes on; empty at its end."""

    next_cursor: str = ""


class Listing(Answer, frozen=True, kw_only=True):
    """A page of something."""

    response_metadata: Cursor = Cursor()


class Messages(Listing, frozen=True, kw_only=True):
    """A page of messages."""

    messages: tuple[Message, ...] = ()


class Conversation(Struct, frozen=True):
    """A channel by its name, or the direct messages with a user by their id."""

    id: ChannelId
    name: str = ""
    user: str = ""
    is_member: bool = False
    is_archived: bool = False


class Conversations(Listing, frozen=True, kw_only=True):
    """A page of conversations."""

    channels: tuple[Conversation, ...] = ()
