"""A rendered notice as a mail: RFC 5322 bytes that no value can add a header to.

The Message-ID comes from the notice's key alone, so that a mail of unknown fate can be looked for.
One-click unsubscribing is RFC 8058.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple

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
from integrations.mail.settings import MailSettings

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9]+(?:[ '-]+[A-Za-z0-9]+)*")
_VISIBLE_ASCII = re.compile(r"[ -~]{1,950}")


class Mail(NamedTuple):
    """A mail ready to go: whom to, under which name, and its lines as SMTP wants them after DATA."""

    recipient: str
    message_id: str
    lines: bytes


def mail(notice: Notice, settings: MailSettings, now: datetime) -> Mail:
    """A notice's mail, dated ``now`` (with a zone). Raises `Rejected`."""
    words = body(notice.body)
    around = envelope(notice.payload)
    address = recipient(notice.owner)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = safe(words.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(notice.key, settings.domain)
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    headers = _headers(
        {
            "From": _mailbox(settings.sender_name, settings.sender),
            "To": address,
            **_reply_to(around),
            "X-Seatsignal-Key": visible(notice.key),
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{one_click(around.links.unsubscribe)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    )
    return Mail(address, message["Message-ID"], _dot_stuffed(headers + message.as_bytes()))


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the mail that a notice's key names."""
    return f"<{digest(key)[:40]}@{domain}>"


def _headers(lines: Mapping[str, str]) -> bytes:
    """Headers as they are, not folded.

    The library would encode a long link out of use, and drop the quotes of a long name, which lets a
    name add an address.
    """
    if not all(map(_VISIBLE_ASCII.fullmatch, lines.values())):
        raise Rejected("header_unsafe", "mail: a header would not be one line of ASCII")
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("ascii")


def _reply_to(around: Envelope) -> dict[str, str]:
    if not around.reply_to:
        return {}
    return {"Reply-To": _mailbox(around.csm_name, reply_to(around.reply_to))}


def _mailbox(name: str, address: str) -> str:
    """An address with a name beside it; a name of more than plain words is encoded (RFC 2047)."""
    shown = safe(name)[:NAME_LIMIT].strip()
    if shown and not _PLAIN_WORDS.fullmatch(shown):
        shown = Header(shown, "utf-8", maxlinelen=75).encode(linesep="")
    return f"{shown} <{address}>" if shown else address


def _dot_stuffed(message: bytes) -> bytes:
    """Lines ended by CR LF alone, and a leading dot doubled, so that nothing but us ends the mail."""
    lines = _LINE_END.sub(b"\r\n", message)
    return _LEADING_DOT.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")
