"""A rendered notice as a mail: RFC 5322 bytes that no value can add a header to.

The Message-ID comes from the notice's key alone, so that a mail of unknown fate can be looked for.
One-click unsubscribing is RFC 8058.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

from email_validator import EmailNotValidError, validate_email
from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode

from health.nouns import Notice
from integrations.addresses import LOOPBACK
from integrations.errors import Rejected
from integrations.mail.settings import MailSettings

T = TypeVar("T")

NAME_LIMIT = 80
"""Characters of a name beside an address."""

LINE_LIMIT, WORD_LIMIT = 75, 45
"""Characters of an encoded word, and the octets that it holds."""
_SHELL = b"""\
Subject: %(subject)b
Date: %(date)b
Message-ID: %(id)b
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="%(boundary)b"

--%(boundary)b
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

%(text)b
--%(boundary)b
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

%(html)b
--%(boundary)b--
"""
"""A mail's parts, text first (RFC 2046). Quoted text never holds a boundary: no underscore follows its =."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_LINK = re.compile(r"https?://[!-;=?-~]{1,900}")
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9]+(?:[ '-]+[A-Za-z0-9]+)*")
_VISIBLE_ASCII = re.compile(r"[ -~]{1,950}")
_BEYOND_ASCII = re.compile(r"[^ -~]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Body(Struct, frozen=True):
    """A rendered notice: what its mail says."""

    subject: str
    html: str
    text: str
    language: str = ""


class _Links(Struct, frozen=True):
    unsubscribe: str = ""


class _Envelope(Struct, frozen=True):
    """What the payload says about the mail around the words."""

    reply_to: str = ""
    csm_name: str = ""
    links: _Links = _Links()


class Mail(NamedTuple):
    """A mail ready to go: whom to, under which name, and its lines as SMTP wants them after DATA."""

    recipient: str
    message_id: str
    lines: bytes


def mail(notice: Notice, settings: MailSettings, now: datetime) -> Mail:
    """A notice's mail, dated ``now`` (with a zone). Raises `Rejected`."""
    words = _decoded(notice.body, Body, "body_unreadable")
    envelope = _decoded(notice.payload.encode(), _Envelope, "payload_unreadable")
    recipient = _address(notice.owner, "invalid_recipient")
    named = message_id(notice.key, settings.domain)
    headers = {
        "From": _mailbox(settings.sender_name, settings.sender),
        "To": recipient,
        **_reply_to(envelope),
        "X-Seatsignal-Key": _BEYOND_ASCII.sub(lambda found: quote(found[0], errors="replace"), notice.key),
        **({"Content-Language": words.language} if words.language else {}),
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{_one_click(envelope.links.unsubscribe)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    parts = _SHELL % {
        b"subject": _subject(words.subject),
        b"date": format_datetime(now).encode(),
        b"id": named.encode(),
        b"boundary": b"=_" + sha256(notice.key.encode()).hexdigest()[:40].encode(),
        b"text": _quoted(words.text),
        b"html": _quoted(words.html),
    }
    return Mail(recipient, named, _dot_stuffed(_headers(headers) + parts))


def _subject(text: str) -> bytes:
    """A subject, encoded (RFC 2047) unless it is short and plain, and no encoded word by its looks."""
    safe = _safe(text)
    if len(safe) <= LINE_LIMIT and _VISIBLE_ASCII.fullmatch(safe) and "=?" not in safe:
        return safe.encode("ascii")
    return "\n ".join(_encoded_words(safe)).encode("ascii")


def _encoded_words(text: str) -> Iterator[str]:
    """Any text as encoded words (RFC 2047), none longer than a line or cut within a character."""
    part = b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if len(part) + len(octets) > WORD_LIMIT:
            yield f"=?utf-8?b?{b64encode(part).decode()}?="
            part = b""
        part += octets
    yield f"=?utf-8?b?{b64encode(part).decode()}?="


def _quoted(text: str) -> bytes:
    """Text as quoted-printable (RFC 2045), lines and all; an equals sign stands before two digits only."""
    lines = _LINE_END.sub(b"\n", text.encode("utf-8", "replace"))
    return b2a_qp(lines, istext=True)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the mail that a notice's key names."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _headers(lines: Mapping[str, str]) -> bytes:
    """Headers as they are, not folded.

    The library would encode a long link out of use, and drop the quotes of a long name, which lets a
    name add an address.
    """
    if not all(map(_VISIBLE_ASCII.fullmatch, lines.values())):
        raise Rejected("header_unsafe", "mail: a header would not be one line of ASCII")
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("ascii")


def _reply_to(envelope: _Envelope) -> dict[str, str]:
    if not envelope.reply_to:
        return {}
    return {"Reply-To": _mailbox(envelope.csm_name, _address(envelope.reply_to, "invalid_reply_to"))}


def _mailbox(name: str, address: str) -> str:
    """An address with a name beside it; a name of more than plain words is encoded (RFC 2047)."""
    shown = _safe(name)[:NAME_LIMIT].strip()
    if shown and not _PLAIN_WORDS.fullmatch(shown):
        shown = " ".join(_encoded_words(shown))
    return f"{shown} <{address}>" if shown else address


def _one_click(link: str) -> str:
    parts = urlsplit(link) if _LINK.fullmatch(link) else None
    if parts is None or not parts.hostname or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        raise Rejected("no_unsubscribe_link", "mail: no https link to unsubscribe, so it may not leave")
    return link


def _address(text: str, reason: str) -> str:
    try:
        address = validate_email(text, check_deliverability=False).ascii_email
    except EmailNotValidError:
        address = None
    if address is None:
        raise Rejected(reason, f"mail: {reason.replace('_', ' ')}")
    return address


def _safe(value: str) -> str:
    if _UNSAFE.search(value):
        raise Rejected("header_unsafe", "mail: a header would hold a control character")
    return value


def _decoded(text: bytes, model: type[T], reason: str) -> T:
    try:
        return decode(text, type=model)
    except (DecodeError, ValidationError):
        failure = Rejected(reason, f"mail: {reason.replace('_', ' ')}")
    raise failure


def _dot_stuffed(message: bytes) -> bytes:
    """Lines ended by CR LF alone, and a leading dot doubled, so that nothing but us ends the mail."""
    lines = _LINE_END.sub(b"\r\n", message)
    return _LEADING_DOT.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")
