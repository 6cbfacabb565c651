from typing import Any

import pytest
from slack_sdk.models import blocks as kit

from sandbox.slack.blocks import MOST_CHARACTERS, characters, problems

Json = dict[str, Any]


def plain(length: int = 5) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 5) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more) -> Json:
    return {"type": "button", "text": plain(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**more) -> Json:
    return {"type": "section", **more}


def option(**more) -> Json:
    return {"text": plain(), "value": "v", **more}


def image(**more) -> Json:
    return {"type": "image", "image_url": "https://charts.example/a.png", "alt_text": "a chart", **more}


DIVIDER = {"type": "divider"}

# what is at its limit, and the same one beyond
EDGES: dict[str, tuple[list[Json], list[Json]]] = {
    "50 blocks": ([DIVIDER] * 50, [DIVIDER] * 51),
    "section text 3000": ([section(text=mrkdwn(3000))], [section(text=mrkdwn(3001))]),
    "section plain text 3000": ([section(text=plain(3000))], [section(text=plain(3001))]),
    "text not empty": ([section(text=mrkdwn(1))], [section(text=mrkdwn(0))]),
    "10 fields": ([section(fields=[mrkdwn()] * 10)], [section(fields=[mrkdwn()] * 11)]),
    "field 2000": ([section(fields=[mrkdwn(2000)])], [section(fields=[mrkdwn(2001)])]),
    "1 field": ([section(fields=[plain()])], [section(fields=[])]),
    "header 150": ([{"type": "header", "text": plain(150)}], [{"type": "header", "text": plain(151)}]),
    "header plain": ([{"type": "header", "text": plain()}], [{"type": "header", "text": mrkdwn()}]),
    "button text 75": ([actions(button(text=plain(75)))], [actions(button(text=plain(76)))]),
    "button text plain": ([actions(button())], [actions(button(text=mrkdwn()))]),
    "button value 2000": ([actions(button(value="v" * 2000))], [actions(button(value="v" * 2001))]),
    "button url 3000": (
        [actions(button(url="https://a.example/".ljust(3000, "x")))],
        [actions(button(url="https://a.example/".ljust(3001, "x")))],
    ),
    "button style": ([actions(button(style="danger"))], [actions(button(style="loud"))]),
    "action_id 255": ([actions(button(action_id="a" * 255))], [actions(button(action_id="a" * 256))]),
    "25 actions": ([actions(*[button()] * 25)], [actions(*[button()] * 26)]),
    "1 action": ([actions(button())], [actions()]),
    "5 overflow options": (
        [actions({"type": "overflow", "options": [option()] * 5})],
        [actions({"type": "overflow", "options": [option()] * 6})],
    ),
    "100 select options": (
        [actions({"type": "static_select", "options": [option()] * 100})],
        [actions({"type": "static_select", "options": [option()] * 101})],
    ),
    "option text 75": (
        [actions({"type": "overflow", "options": [option(text=plain(75))]})],
        [actions({"type": "overflow", "options": [option(text=plain(76))]})],
    ),
    "10 context elements": (
        [{"type": "context", "elements": [mrkdwn()] * 10}],
        [{"type": "context", "elements": [mrkdwn()] * 11}],
    ),
    "alt text 2000": ([image(alt_text="a" * 2000)], [image(alt_text="a" * 2001)]),
    "block_id 255": ([{**DIVIDER, "block_id": "b" * 255}], [{**DIVIDER, "block_id": "b" * 256}]),
    "block_id once": (
        [{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "b"}],
        [{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "a"}],
    ),
    "action_id once in a block": (
        [actions(button(action_id="a")), actions(button(action_id="a"))],
        [actions(button(action_id="a"), button(action_id="a"))],
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_each_limit_holds_at_the_edge_and_not_one_beyond(edge):
    within, beyond = EDGES[edge]
    assert problems(within) == []
    assert len(problems(beyond)) == 1


@pytest.mark.parametrize(
    ("block", "words", "pointer"),
    [
        ({"type": "fireworks"}, "unsupported type: fireworks", "/blocks/0/type"),
        ({"type": "rich_text", "elements": []}, "unsupported type: rich_text", "/blocks/0/type"),
        ({"type": ["header"]}, "unsupported type: ['header']", "/blocks/0/type"),
        ("text", "unsupported type: None", "/blocks/0/type"),
        ({**DIVIDER, "colour": "red"}, "unexpected field: colour", "/blocks/0"),
        ({"type": "header"}, "missing required field: text", "/blocks/0"),
        ({"type": "header", "text": "Hello"}, "must be an object", "/blocks/0/text"),
        (section(), "missing required field: text or fields", "/blocks/0"),
        (section(text={**mrkdwn(), "emoji": True}), "unexpected field: emoji", "/blocks/0/text"),
        (section(text={**plain(), "emoji": 1}), "must be a boolean", "/blocks/0/text/emoji"),
        (section(text={"type": "mrkdwn", "text": 5}), "must be a string", "/blocks/0/text/text"),
        (section(fields=mrkdwn()), "must be an array", "/blocks/0/fields"),
        (section(text=mrkdwn(), accessory=mrkdwn()), "unsupported type: mrkdwn", "/blocks/0/accessory/type"),
        (actions(image()), "unsupported type: image", "/blocks/0/elements/0/type"),
        (actions(button(url="javascript:x")), "must be a valid URL", "/blocks/0/elements/0/url"),
        (actions(button(url="http://[")), "must be a valid URL", "/blocks/0/elements/0/url"),
    ],
)
def test_a_refusal_says_what_and_where(block, words, pointer):
    assert problems([block]) == [(words, pointer)]


def test_all_blocks_together_have_a_limit_though_each_is_legal():
    long = section(text=mrkdwn(3000))
    rest = section(text=mrkdwn(MOST_CHARACTERS - 4 * 3000 - 4 * 125))
    assert characters([long] * 4 + [rest]) == MOST_CHARACTERS
    assert characters([long] * 4 + [rest, DIVIDER]) == MOST_CHARACTERS + 125
    assert characters([]) == 0


def test_characters_counts_every_text_wherever_it_is():
    block = section(fields=[mrkdwn(3), plain(4)], accessory=button(text=plain(2)))
    assert characters([block]) == 9


def test_what_slacks_own_models_build_is_accepted():
    built = [
        kit.HeaderBlock(text="Harbour & Finch is at risk"),
        kit.SectionBlock(
            text="*Renewal in 52 days*",
            fields=[
                kit.MarkdownTextObject(text="*Health*\n34"),
                kit.PlainTextObject(text="Seats", emoji=True),
            ],
            accessory=kit.ImageElement(image_url="https://charts.example/a.png", alt_text="a chart"),
        ),
        kit.ContextBlock(elements=[kit.MarkdownTextObject(text="Owner <@U01>", verbatim=True)]),
        kit.DividerBlock(),
        kit.ImageBlock(image_url="https://charts.example/a.png", alt_text="a chart", title="Active users"),
        kit.ActionsBlock(
            elements=[
                kit.ButtonElement(
                    text="On it",
                    action_id="ack",
                    value="1",
                    style="primary",
                    confirm=kit.ConfirmObject(title="Sure?", text="Really sure?"),
                ),
                kit.LinkButtonElement(text="Open", url="https://app.example/1", action_id="open"),
                kit.OverflowMenuElement(
                    action_id="more",
                    options=[kit.Option(text="Mute", value="m"), kit.Option(text="Snooze", value="s")],
                ),
                kit.StaticSelectElement(
                    placeholder="Reason", action_id="why", options=[kit.Option(text="Wrong", value="w")]
                ),
            ]
        ),
    ]
    assert problems([block.to_dict() for block in built]) == []
