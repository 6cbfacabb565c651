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

LINE_LIMIT, WORD_LIMIT = 75, 45
"""Characters of an encoded word, and the octets that it holds."""
LOCAL_PART = 40
"""Characters of a Message-ID before its @."""
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

_PLAIN_WORDS = re.compile(r"[A-Za-z0-9]+(?:[ '-]+[A-Za-z0-9]+)*")
_VISIBLE_ASCII = re.compile(r"[ -~]{1,950}")


class Sender(NamedTuple):
    """In whose name a mail leaves: a name that may be empty, and an address in ASCII."""

    name: str
    address: str


class Mime(NamedTuple):
    """A mail as RFC 5322 has it, each line ended by CR LF: whom to, and under which name."""

    recipient: str
    message_id: str
    raw: bytes


def mime(notice: Notice, sender: Sender, now: datetime) -> Mime:
    """A notice's mail, dated ``now`` (with a zone). Raises `Rejected`."""
    words = body(notice.body)
    around = envelope(notice.payload)
    address = recipient(notice.owner)
    named = message_id(notice.key, sender.address.rpartition("@")[2])
    headers = {
        "From": _mailbox(*sender),
        "To": address,
        **_reply_to(around),
        "X-Seatsignal-Key": visible(notice.key),
        **({"Content-Language": words.language} if words.language else {}),
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{one_click(around.links.unsubscribe)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    parts = _SHELL % {
        b"subject": _subject(words.subject),
        b"date": format_datetime(now).encode(),
        b"id": named.encode(),
        b"boundary": b"=_" + local_part(notice.key).encode(),
        b"text": _quoted(words.text),
        b"html": _quoted(words.html),
    }
    return Mime(address, named, _ended(_headers(headers) + parts))


def _subject(text: str) -> bytes:
    """A subject, encoded (RFC 2047) unless it is short and plain, and no encoded word by its looks."""
    plain = safe(text)
    if len(plain) <= LINE_LIMIT and _VISIBLE_ASCII.fullmatch(plain) and "=?" not in plain:
        return plain.encode("ascii")
    return "\n ".join(_encoded_words(plain)).encode("ascii")


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
    return b2a_qp(_lines(text.encode("utf-8", "replace")), istext=True)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the mail that a notice's key names."""
    return f"<{local_part(key)}@{domain}>"


def local_part(key: str) -> str:
    """What a notice's key gives of a Message-ID: the same whatever domain letters leave from."""
    return digest(key)[:LOCAL_PART]


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
        shown = " ".join(_encoded_words(shown))
    return f"{shown} <{address}>" if shown else address


def _ended(message: bytes) -> bytes:
    """Lines ended by CR LF alone, the last one too."""
    lines = _lines(message).replace(b"\n", b"\r\n")
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _lines(text: bytes) -> bytes:
    """Lines ended by LF alone; to replace is several times as fast as a pattern, and a letter is long."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
