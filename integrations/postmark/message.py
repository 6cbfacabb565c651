"""A rendered notice as Postmark takes it (postmarkapp.com/developer/api/email-api).

Postmark gives each mail a Message-ID of its own. What makes one of ours findable is its metadata, which
holds the notice's key as a digest: a value has 80 characters at most, a key may have more.
"""

import re

from msgspec import Struct, field

from health.nouns import Notice
from integrations.errors import Rejected
from integrations.letter import (
    NAME_LIMIT,
    Envelope,
    body,
    digest,
    envelope,
    one_click,
    recipient,
    reply_to,
    safe,
    visible,
)
from integrations.postmark.settings import PostmarkSettings

METADATA = "notice"
"""The field of the metadata that holds the digest."""
HEADER_LIMIT = 950
"""Characters of a header's value: a line of a mail has 998."""

_QUOTED = re.compile(r'(["\\])')


class Header(Struct, frozen=True, rename="pascal"):
    """A header of the mail beyond those that Postmark has fields for."""

    name: str
    value: str


class Email(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """What ``POST /email`` takes."""

    sender: str = field(name="From")
    to: str
    subject: str
    html_body: str
    text_body: str
    message_stream: str
    headers: tuple[Header, ...]
    metadata: dict[str, str]
    reply_to: str = ""


def email(notice: Notice, settings: PostmarkSettings) -> Email:
    """A notice's mail. Raises `Rejected`."""
    words = body(notice.body)
    around = envelope(notice.payload)
    return Email(
        sender=_mailbox(settings.sender_name, settings.sender),
        to=recipient(notice.owner),
        subject=safe(words.subject),
        html_body=words.html,
        text_body=words.text,
        message_stream=settings.stream,
        headers=_headers(notice.key, words.language, around),
        metadata={METADATA: digest(notice.key)},
        reply_to=_mailbox(around.csm_name, reply_to(around.reply_to)) if around.reply_to else "",
    )


def _headers(key: str, language: str, around: Envelope) -> tuple[Header, ...]:
    named = visible(key)
    if len(named) > HEADER_LIMIT:
        raise Rejected("header_unsafe", "postmark: a header would be longer than a line may be")
    return (
        Header("X-Seatsignal-Key", named),
        *((Header("Content-Language", language),) if language else ()),
        Header("Auto-Submitted", "auto-generated"),
        Header("List-Unsubscribe", f"<{one_click(around.links.unsubscribe)}>"),
        Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def _mailbox(name: str, address: str) -> str:
    """An address with a name beside it, in quotes, so that no name can add an address."""
    shown = safe(name)[:NAME_LIMIT].strip()
    quoted = _QUOTED.sub(r"\\\1", shown)
    return f'"{quoted}" <{address}>' if shown else address
