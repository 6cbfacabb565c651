"""auth.test, conversations.history, .replies and .list, users.lookupByEmail."""

import base64
import binascii
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from sandbox.slack.errors import Refused
from sandbox.slack.shapes import conversation_json, kind, message_json, user_json
from sandbox.slack.workspace import BOT, BOT_USER, TEAM, Conversation, Message, Workspace

T = TypeVar("T")
LARGEST_PAGE = 999


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No arguments."""


class Paged(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Arguments of every listing."""

    cursor: str = ""
    limit: int = 100


class History(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Arguments of conversations.history; `oldest` and `latest` are in Unix seconds."""

    channel: str
    oldest: str = "0"
    latest: str = "inf"
    inclusive: bool = False
    include_all_metadata: bool = False


class Replies(History, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Arguments of conversations.replies."""

    ts: str


class Listing(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Arguments of conversations.list; `types` is separated by commas."""

    types: str = "public_channel"
    exclude_archived: bool = False


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of users.lookupByEmail."""

    email: str


def auth_test(workspace: Workspace, _nothing: Nothing) -> dict[str, Any]:
    """Who the token belongs to."""
    return {
        "url": "https://rehearsal.slack.example/",
        "team": "Rehearsal",
        "team_id": TEAM,
        "user": workspace.bot_name.lower(),
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def history(workspace: Workspace, asked: History) -> dict[str, Any]:
    """A channel's messages outside threads, newest first."""
    conversation = _conversation(workspace, asked.channel)
    return _messages(conversation, conversation.listed(), asked)


def replies(workspace: Workspace, asked: Replies) -> dict[str, Any]:
    """A message and what was answered to it, oldest first."""
    conversation = _conversation(workspace, asked.channel)
    parent = conversation.messages.get(asked.ts)
    if parent is None:
        raise Refused("thread_not_found")
    return _messages(conversation, [parent, *conversation.replies(asked.ts)], asked)


def listing(workspace: Workspace, asked: Listing) -> dict[str, Any]:
    """The workspace's conversations of the given types."""
    types = set(asked.types.split(","))
    found = [
        conversation
        for conversation in workspace.conversations.values()
        if kind(conversation) in types and not (asked.exclude_archived and conversation.channel.is_archived)
    ]
    part, cursor = _page(found, lambda conversation: conversation.channel.id, asked)
    return {
        "channels": [conversation_json(conversation) for conversation in part],
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(workspace: Workspace, asked: Lookup) -> dict[str, Any]:
    """The person with that address, upper or lower case; deactivated accounts are not found."""
    for conversation in workspace.conversations.values():
        person = conversation.person
        if person and person.is_active and person.email.lower() == asked.email.lower():
            return {"user": user_json(person)}
    raise Refused("users_not_found")


def _conversation(workspace: Workspace, channel: str) -> Conversation:
    conversation = workspace.conversations.get(channel)
    if conversation is None:
        raise Refused("channel_not_found")
    return conversation


def _messages(conversation: Conversation, rows: list[Message], asked: History) -> dict[str, Any]:
    within = _window(asked)
    part, cursor = _page([row for row in rows if within(row.ts)], lambda message: message.ts, asked)
    metadata = asked.include_all_metadata
    shown = [message_json(conversation, message, metadata=metadata) for message in part]
    more = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), **more}


def _window(asked: History) -> Callable[[str], bool]:
    oldest = _seconds(asked.oldest, "invalid_ts_oldest")
    latest = _seconds(asked.latest, "invalid_ts_latest")
    edges = {oldest, latest} if asked.inclusive else set()
    return lambda ts: oldest < Decimal(ts) < latest or Decimal(ts) in edges


def _seconds(text: str, otherwise: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Refused(otherwise) from error


def _page(rows: Sequence[T], name: Callable[[T], str], asked: Paged) -> tuple[Sequence[T], str]:
    if not 1 <= asked.limit <= LARGEST_PAGE:
        raise Refused("invalid_limit")
    start = _start([name(row) for row in rows], asked.cursor)
    end = start + asked.limit
    return rows[start:end], _cursor(name(rows[end])) if end < len(rows) else ""


def _cursor(next_name: str) -> str:
    return base64.b64encode(f"next:{next_name}".encode()).decode()


def _start(names: list[str], cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return names.index(base64.b64decode(cursor).decode().removeprefix("next:"))
    except (ValueError, binascii.Error) as error:
        raise Refused("invalid_cursor") from error
