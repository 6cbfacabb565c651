"""Block Kit as Slack accepts it in messages: shapes, limits, total size.

Limits are those of Slack's Block Kit reference. What this stand-in does not render (rich_text,
video, tables, date pickers) it refuses, so that nothing passes here unseen.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.schema import (
    Check,
    Problem,
    boolean,
    by_type,
    items,
    link,
    no_repeats,
    one_of,
    shape,
    string,
)

MOST_BLOCKS = 50
MOST_CHARACTERS = 13_200  # of all blocks together, though each is within its own limit
BLOCK_OVERHEAD = 125  # what every further block takes from that total


def _texts(most: int) -> dict[str, Check]:
    mrkdwn = shape({"type": one_of("mrkdwn"), "text": string(most)}, {"verbatim": boolean})
    return {"mrkdwn": mrkdwn, "plain_text": _plain(most)}


def _plain(most: int) -> Check:
    return shape({"type": one_of("plain_text"), "text": string(most)}, {"emoji": boolean})


NAME = string(255)  # block_id, action_id
CONFIRM = shape(
    {"title": _plain(100), "text": by_type(_texts(300)), "confirm": _plain(30), "deny": _plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = shape(
    {"text": by_type(_texts(75)), "value": string(150)}, {"description": _plain(75), "url": link(3000)}
)
IMAGE = {"type": one_of("image"), "image_url": link(3000), "alt_text": string(2000)}
ELEMENTS: dict[str, Check] = {
    "button": shape(
        {"type": one_of("button"), "text": _plain(75)},
        {
            "action_id": NAME,
            "url": link(3000),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "overflow": shape(
        {"type": one_of("overflow"), "options": items(OPTION, 5)}, {"action_id": NAME, "confirm": CONFIRM}
    ),
    "static_select": shape(
        {"type": one_of("static_select"), "options": items(OPTION, 100)},
        {
            "action_id": NAME,
            "placeholder": _plain(150),
            "initial_option": OPTION,
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
}


def _block(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return shape({"type": one_of(kind), **required}, {"block_id": NAME, **(optional or {})})


BLOCKS: dict[str, Check] = {
    "header": _block("header", {"text": _plain(150)}),
    "section": _block(
        "section",
        {},
        {
            "text": by_type(_texts(3000)),
            "fields": items(by_type(_texts(2000)), 10),
            "accessory": by_type({**ELEMENTS, "image": shape(IMAGE)}),
            "expand": boolean,
        },
    ),
    "context": _block("context", {"elements": items(by_type({**_texts(3000), "image": shape(IMAGE)}), 10)}),
    "actions": _block("actions", {"elements": items(by_type(ELEMENTS), 25)}),
    "divider": _block("divider", {}),
    "image": _block("image", IMAGE, {"title": _plain(2000)}),
}


def problems(blocks: Any, most: int = MOST_BLOCKS) -> list[Problem]:  # noqa: ANN401 - whatever was sent
    """Everything Slack would refuse in so many blocks; empty if they are fine."""
    found = list(items(by_type(BLOCKS), most, 0)(blocks, "/blocks"))
    return found or [*_empty_sections(blocks), *_repeated_names(blocks)]


def _empty_sections(blocks: list[dict[str, Any]]) -> Iterator[Problem]:
    for number, block in enumerate(blocks):
        if block["type"] == "section" and not block.keys() & {"text", "fields"}:
            yield Problem("missing required field: text or fields", f"/blocks/{number}")


def _repeated_names(blocks: list[dict[str, Any]]) -> Iterator[Problem]:
    named = ((block["block_id"], f"/blocks/{n}") for n, block in enumerate(blocks) if "block_id" in block)
    yield from no_repeats(named, "block_id")
    for number, block in enumerate(blocks):
        elements = block.get("elements", [])
        actions = (
            (element["action_id"], f"/blocks/{number}/elements/{n}")
            for n, element in enumerate(elements)
            if "action_id" in element
        )
        yield from no_repeats(actions, "action_id")


def characters(blocks: list[Any]) -> int:
    """What a message's blocks count towards `MOST_CHARACTERS`.

    Slack publishes no formula. Reported refusals (bolt-js issue 2509) fit the characters of all
    texts plus a toll for every block after the first.
    """
    return _text_length(blocks) + BLOCK_OVERHEAD * max(0, len(blocks) - 1)


def _text_length(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_text_length, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(map(_text_length, value.values()))
