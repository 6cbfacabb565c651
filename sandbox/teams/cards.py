"""Messages as a workflow of Teams takes them: one Adaptive Card of 1.5, of elements that are shown here.

What this stand-in does not render (TextBlock, FactSet, Image, inputs, mentions) it refuses, so that nothing
passes here unseen. Shapes are those of learn.microsoft.com/adaptive-cards/schema-explorer.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from sandbox.slack.schema import Check, Problem, boolean, by_type, items, link, one_of, shape, string

MOST_BYTES = 28 * 1024
LONGEST_RUN = 10_000
MOST_BUTTONS = 6
SPACING = one_of("default", "none", "small", "medium", "large", "extraLarge", "padding")
OPEN = {"type": one_of("Action.OpenUrl"), "url": link(2_000)}
RUN = shape(
    {"type": one_of("TextRun"), "text": string(LONGEST_RUN)},
    {
        "weight": one_of("default", "lighter", "bolder"),
        "size": one_of("default", "small", "medium", "large", "extraLarge"),
        "isSubtle": boolean,
        "selectAction": shape(OPEN),
    },
)
PARAGRAPH = shape(
    {"type": one_of("RichTextBlock"), "inlines": items(RUN, 200)}, {"spacing": SPACING, "separator": boolean}
)
COLUMN = shape(
    {"type": one_of("Column"), "items": items(PARAGRAPH, 200)}, {"width": one_of("auto", "stretch")}
)
ELEMENTS: dict[str, Check] = {
    "RichTextBlock": PARAGRAPH,
    "Container": shape(
        {"type": one_of("Container"), "items": items(PARAGRAPH, 200)},
        {"style": one_of("default", "emphasis"), "spacing": SPACING, "separator": boolean},
    ),
    "ColumnSet": shape({"type": one_of("ColumnSet"), "columns": items(COLUMN, 4)}, {"spacing": SPACING}),
}
CARD = shape(
    {"type": one_of("AdaptiveCard"), "version": one_of("1.5"), "body": items(by_type(ELEMENTS), 500)},
    {
        "$schema": one_of("http://adaptivecards.io/schemas/adaptive-card.json"),
        "actions": items(shape({**OPEN, "title": string(80)}), MOST_BUTTONS, 0),
        "msteams": shape({"width": one_of("Full")}),
    },
)
ATTACHMENT = shape(
    {"contentType": one_of("application/vnd.microsoft.card.adaptive"), "content": CARD},
    {"contentUrl": one_of()},
)
MESSAGE = shape({"type": one_of("message"), "attachments": items(ATTACHMENT, 1)})
_STATED = {"key": re.compile(r"Key (.+)"), "follows": re.compile(r"Follows the card with the key (.+)")}


def problems(sent: object) -> list[Problem]:
    """Everything Teams would refuse in a message; empty if it is fine."""
    return list(MESSAGE(sent, ""))


def size(card: object) -> int:
    """Bytes of a card as Teams counts them: as text within JSON (MicrosoftDocs/msteams-docs issue 11274)."""
    return len(msgspec.json.encode(msgspec.json.encode(card).decode()))


def texts(element: object) -> Iterator[str]:
    """The words of every run, in order."""
    if isinstance(element, list):
        for part in element:
            yield from texts(part)
    elif isinstance(element, dict):
        if element.get("type") == "TextRun":
            yield element["text"]
        for part in element.values():
            yield from texts(part)


def stated(card: dict[str, Any]) -> dict[str, str]:
    """The key in a card's foot, and that of the card which it follows; empty where it states none."""
    told = list(texts(card["body"]))
    found = {
        name: [match[1] for text in told if (match := pattern.fullmatch(text))]
        for name, pattern in _STATED.items()
    }
    return {name: keys[-1] if keys else "" for name, keys in found.items()}
