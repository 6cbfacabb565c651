"""Forms and home tabs as Slack accepts them, and what is said to one person alone.

Limits are those of docs.slack.dev/reference/views.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from sandbox.slack.blocks import NAME, OPTION, problems
from sandbox.slack.errors import Refused
from sandbox.slack.schema import Check, Problem, boolean, by_type, items, no_repeats, one_of, shape, string
from sandbox.slack.workspace import Form, Whisper, Workspace

MOST_BLOCKS = 100


def _plain(most: int) -> Check:
    return shape({"type": one_of("plain_text"), "text": string(most)}, {"emoji": boolean})


def _number(value: object, at: str) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield Problem("must be a number", at)


def anything(_value: object, _at: str) -> Iterator[Problem]:
    """What is looked at elsewhere."""
    yield from ()


ELEMENTS: dict[str, Check] = {
    "plain_text_input": shape(
        {"type": one_of("plain_text_input")},
        {"action_id": NAME, "multiline": boolean, "max_length": _number, "initial_value": string(3000)},
    ),
    "static_select": shape(
        {"type": one_of("static_select"), "options": items(OPTION, 100)},
        {"action_id": NAME, "placeholder": _plain(150), "initial_option": OPTION},
    ),
    "users_select": shape(
        {"type": one_of("users_select")},
        {"action_id": NAME, "placeholder": _plain(150), "initial_user": NAME},
    ),
}
INPUT = shape(
    {"type": one_of("input"), "label": _plain(2000), "element": by_type(ELEMENTS)},
    {"block_id": NAME, "hint": _plain(2000), "optional": boolean},
)
SECTION = shape({"type": one_of("section"), "text": _plain(3000)}, {"block_id": NAME})
BLOCKS = items(by_type({"input": INPUT, "section": SECTION}), MOST_BLOCKS)
VIEW = shape(
    {"type": one_of("modal"), "title": _plain(24), "blocks": BLOCKS},
    {
        "callback_id": string(255),
        "private_metadata": string(3000, 0),
        "submit": _plain(24),
        "close": _plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
    },
)


HOME = shape(
    {"type": one_of("home"), "blocks": anything},
    {"callback_id": string(255), "private_metadata": string(3000, 0), "external_id": string(255)},
)
MOST_BYTES = 250_000


class Open(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of views.open."""

    trigger_id: str
    view: Any


class Publish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of views.publish."""

    user_id: str
    view: Any


class Ephemeral(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of chat.postEphemeral."""

    channel: str
    user: str
    text: str
    parse: str = ""
    link_names: bool = False


def open_form(workspace: Workspace, asked: Open) -> dict[str, Any]:
    """Show a form to whoever pressed the button that the trigger is of; a trigger serves once."""
    found = list(VIEW(asked.view, ""))
    found = found or list(
        no_repeats(
            ((block["block_id"], "/blocks") for block in asked.view["blocks"] if "block_id" in block),
            "block_id",
        )
    )
    if found:
        raise Refused("invalid_arguments", map(str, found))
    user = workspace.triggers.pop(asked.trigger_id, None)
    if user is None:
        raise Refused("expired_trigger_id")
    form = workspace.show_form(user, asked.view)
    return {"view": {"id": form.id, **asked.view}}


def publish(workspace: Workspace, asked: Publish) -> dict[str, Any]:
    """Let somebody's home tab show this."""
    if asked.user_id not in workspace.people:
        raise Refused("user_not_found")
    if len(msgspec.json.encode(asked.view)) > MOST_BYTES:
        raise Refused("view_too_large")
    found = list(HOME(asked.view, "")) or problems(asked.view["blocks"], MOST_BLOCKS)
    if found:
        raise Refused("invalid_arguments", map(str, found))
    workspace.homes[asked.user_id] = asked.view
    return {"view": {"id": f"V{workspace.next_ts().replace('.', '')}", **asked.view}}


def post_ephemeral(workspace: Workspace, said: Ephemeral) -> dict[str, Any]:
    """Say something that one person of a channel sees."""
    conversation = workspace.conversations.get(said.channel)
    if conversation is None:
        raise Refused("channel_not_found")
    if not said.text.strip():
        raise Refused("no_text")
    if said.user not in workspace.people:
        raise Refused("user_not_in_channel")
    workspace.whispers.append(Whisper(said.channel, said.user, said.text))
    return {"message_ts": workspace.next_ts()}


def filled(form: Form, values: dict[str, str]) -> dict[str, Any]:
    """Return the state of a form in which somebody has filled in these values, by block."""
    fields = [block for block in form.view["blocks"] if block["type"] == "input"]
    return {"values": {block["block_id"]: _value(block, values) for block in fields}}


def _value(block: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    element, given = block["element"], values.get(block["block_id"])
    kind = element["type"]
    said: dict[str, Any] = {"type": kind}
    if kind == "users_select":
        said["selected_user"] = given
    elif kind == "static_select":
        chosen = [option for option in element["options"] if option["value"] == given]
        said["selected_option"] = chosen[0] if chosen else None
    else:
        said["value"] = given
    return {element["action_id"]: said}
