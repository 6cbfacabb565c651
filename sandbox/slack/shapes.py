"""Slack's JSON for what the workspace holds."""

from typing import Any

from sandbox.config import Channel, User
from sandbox.slack.workspace import BOT, BOT_USER, TEAM, Conversation, Message


def message_json(conversation: Conversation, message: Message, *, metadata: bool) -> dict[str, Any]:
    """A message as methods return it; its metadata only where asked for."""
    content = message.content
    shown: dict[str, Any] = {
        "type": "message",
        "user": BOT_USER,
        "bot_id": BOT,
        "team": TEAM,
        "text": content.text,
        "ts": message.ts,
    }
    if content.blocks:
        shown["blocks"] = content.blocks
    if message.edited_ts:
        shown["edited"] = {"user": BOT_USER, "ts": message.edited_ts}
    if metadata and content.metadata:
        shown["metadata"] = content.metadata
    return shown | _thread(conversation, message)


def _thread(conversation: Conversation, message: Message) -> dict[str, Any]:
    if message.is_reply:
        return {"thread_ts": message.thread_ts, "parent_user_id": BOT_USER}
    replies = conversation.replies(message.ts)
    if not replies:
        return {}
    return {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A channel or direct conversation as conversations.list returns it."""
    if conversation.person is not None:
        return {"id": conversation.channel.id, "is_im": True, "user": conversation.person.id}
    channel = conversation.channel
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": True,
        "is_im": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": channel.is_member,
        "purpose": {"value": channel.purpose},
    }


def kind(conversation: Conversation) -> str:
    """What conversations.list calls it in `types`."""
    if conversation.person is not None:
        return "im"
    return _channel_kind(conversation.channel)


def _channel_kind(channel: Channel) -> str:
    return "private_channel" if channel.is_private else "public_channel"


def user_json(user: User) -> dict[str, Any]:
    """A person as users.lookupByEmail returns them."""
    profile = {"real_name": user.name, "email": user.email}
    return {"id": user.id, "team_id": TEAM, "real_name": user.name, "deleted": False, "profile": profile}
