"""chat.postMessage and chat.update."""

from typing import Any

import msgspec

from sandbox.slack.blocks import MOST_CHARACTERS, characters, problems
from sandbox.slack.errors import Refused
from sandbox.slack.shapes import message_json
from sandbox.slack.workspace import Content, Conversation, Workspace

LONGEST_TEXT = 40_000
LONGEST_UPDATED_TEXT = 4_000


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    channel: str
    text: str = ""
    blocks: Any = ()
    metadata: Any = None
    reply_broadcast: bool = False
    parse: str = ""
    link_names: bool = False


class PostMessage(_Said, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Arguments of chat.postMessage; legacy attachments and other names than the bot's are refused."""

    thread_ts: str = ""
    mrkdwn: bool = True
    unfurl_links: bool = True
    unfurl_media: bool = True


class Update(_Said, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Arguments of chat.update."""

    ts: str


def post_message(workspace: Workspace, said: PostMessage) -> dict[str, Any]:
    """Show a new message, once more each time it is called."""
    conversation = workspace.destination(said.channel)
    if conversation is None:
        raise Refused("channel_not_found")
    _check_open(conversation)
    _check_rate(workspace, conversation)
    _check_thread(conversation, said.thread_ts)
    content = Content(_text(said, LONGEST_TEXT), _blocks(said.blocks), _metadata(said.metadata))
    message = workspace.post(conversation, content, said.thread_ts, broadcast=said.reply_broadcast)
    return _shown(conversation, message.ts)


def update(workspace: Workspace, said: Update) -> dict[str, Any]:
    """Replace a message: without blocks the old ones go, without metadata the old ones stay."""
    conversation = workspace.conversations.get(said.channel)
    if conversation is None:
        raise Refused("channel_not_found")
    _check_open(conversation)
    before = conversation.messages.get(said.ts)
    if before is None:
        raise Refused("message_not_found")
    kept = before.content.metadata if said.metadata is None else {}
    content = Content(
        _text(said, LONGEST_UPDATED_TEXT), _blocks(said.blocks), _metadata(said.metadata or None) or kept
    )
    workspace.update(conversation, said.ts, content)
    return {**_shown(conversation, said.ts), "text": content.text}


def _shown(conversation: Conversation, ts: str) -> dict[str, Any]:
    message = message_json(conversation, conversation.messages[ts], metadata=True)
    return {"channel": conversation.channel.id, "ts": ts, "message": message}


def _check_open(conversation: Conversation) -> None:
    if conversation.channel.is_archived:
        raise Refused("is_archived")
    if not conversation.channel.is_member:
        raise Refused("not_in_channel")


def _check_rate(workspace: Workspace, conversation: Conversation) -> None:
    wait_s = conversation.bucket.wait_s()
    if wait_s:
        workspace.limited += 1
        raise Refused("ratelimited", retry_after_s=wait_s)


def _check_thread(conversation: Conversation, thread_ts: str) -> None:
    if not thread_ts:
        return
    parent = conversation.messages.get(thread_ts)
    if parent is None:
        raise Refused("thread_not_found")
    if parent.is_reply:
        raise Refused("cannot_reply_to_message", ["thread_ts is a reply's: use its parent's"])


def _text(said: _Said, longest: int) -> str:
    if not said.text.strip():
        raise Refused(
            "no_text", ["text is what notifications and screen readers show: send it with blocks too"]
        )
    if len(said.text) > longest:
        raise Refused("msg_too_long")
    return said.text


def _blocks(blocks: object) -> tuple[Any, ...]:
    if not isinstance(blocks, (list, tuple)):
        raise Refused("invalid_blocks_format")
    found = problems(list(blocks))
    if found:
        raise Refused("invalid_blocks", map(str, found))
    if characters(list(blocks)) > MOST_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    return tuple(blocks)


def _metadata(metadata: object) -> dict[str, Any]:
    if metadata is None:
        return {}
    try:
        return msgspec.to_builtins(msgspec.convert(metadata, _Metadata))  # type: ignore[no-any-return]  # a struct is a dict
    except msgspec.ValidationError as error:
        raise Refused("invalid_metadata_format", [str(error)]) from error


class _Metadata(msgspec.Struct, forbid_unknown_fields=True):
    event_type: str
    event_payload: dict[str, Any]
