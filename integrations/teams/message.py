"""What we post to Teams: a rendered card with its foot, in the message that a workflow takes.

Shape: learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook.
"""

import re
from typing import Annotated, Literal

from msgspec import DecodeError, Meta, Raw, Struct, ValidationError, field
from msgspec.json import decode, encode

from health.nouns import Notice
from integrations.channels import foot
from integrations.errors import Rejected

LIMIT = 28 * 1024
"""Bytes of a message. The card counts as text within JSON (MicrosoftDocs/msteams-docs issue 11274)."""
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.5"
_ACTS = re.compile(r"(?<=\{)(?=\{)|(?<=<)(?=/?at\b)", re.IGNORECASE)
"""Between the two signs by which Teams puts in a date, or a person; a key may hold a customer's own words."""


class Body(Struct, frozen=True):
    """A rendered card: its elements, the first of which is its title, its buttons, and its news."""

    body: Annotated[tuple[Raw, ...], Meta(min_length=1)]
    actions: tuple[Raw, ...]
    news: tuple[Raw, ...]


class Run(Struct, frozen=True, tag_field="type", tag="TextRun", rename="camel"):
    """Small print."""

    text: str
    is_subtle: bool = True


class Foot(Struct, frozen=True, tag_field="type", tag="RichTextBlock", rename="camel"):
    """A line below the card."""

    inlines: tuple[Run]
    separator: bool = False
    spacing: Literal["default", "none"] = "none"


class Width(Struct, frozen=True):
    """How wide Teams shows a card."""

    width: str = "Full"


class AdaptiveCard(Struct, frozen=True, tag_field="type", tag="AdaptiveCard"):
    """A card as Teams takes it."""

    body: tuple[Raw | Foot, ...]
    actions: tuple[Raw, ...]
    schema: str = field(default=SCHEMA, name="$schema")
    version: str = VERSION
    msteams: Width = Width()


class Attachment(Struct, frozen=True, rename="camel"):
    """The one thing that a message holds."""

    content: AdaptiveCard
    content_type: str = CONTENT_TYPE


class Message(Struct, frozen=True, tag_field="type", tag="message"):
    """What a workflow takes."""

    attachments: tuple[Attachment]


def message(notice: Notice) -> Message:
    """A notice as a card that states its key; later ones of a thread tell their news first.

    Raises `Rejected` for a body that is none, or that no card has room for.
    """
    said = _body(notice)
    title, *rest = said.body
    news = said.news if notice.remote else ()
    card = AdaptiveCard((title, *news, *rest, *_feet(notice)), said.actions)
    made = Message((Attachment(card),))
    if len(encode(encode(made).decode())) > LIMIT:
        raise Rejected("card_too_large", f"teams: the card has over {LIMIT:,} bytes")
    return made


def _body(notice: Notice) -> Body:
    try:
        return decode(notice.body, type=Body)
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "the body is not a rendered card")
    raise failure


def _feet(notice: Notice) -> tuple[Foot, ...]:
    first, *more = (Run(words) for words in foot(notice, "card", _inert))
    return (Foot((first,), separator=True, spacing="default"), *(Foot((each,)) for each in more))


def _inert(key: str) -> str:
    return _ACTS.sub("\N{WORD JOINER}", key)
