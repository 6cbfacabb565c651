"""What every sender of letters asks of a rendered notice, whatever carries it: words, people, a way out.

No value can add a header, and nothing leaves without a link to unsubscribe that is one click (RFC 8058).
"""

import re
from hashlib import sha256
from typing import TypeVar
from urllib.parse import quote, urlsplit

from email_validator import EmailNotValidError, validate_email
from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode

from integrations.addresses import LOOPBACK
from integrations.errors import Rejected

T = TypeVar("T")

NAME_LIMIT = 80
"""Characters of a name beside an address."""

_LINK = re.compile(r"https?://[!-;=?-~]{1,900}")
_BEYOND_ASCII = re.compile(r"[^ -~]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Body(Struct, frozen=True):
    """A rendered notice: what its mail says."""

    subject: str
    html: str
    text: str
    language: str = ""


class Links(Struct, frozen=True):
    """Where a person says that they want no more; empty for nowhere."""

    unsubscribe: str = ""


class Envelope(Struct, frozen=True):
    """What the payload says about the mail around the words."""

    reply_to: str = ""
    csm_name: str = ""
    links: Links = Links()


def body(text: bytes) -> Body:
    """The words of a letter. Raises `Rejected`."""
    return _decoded(text, Body, "body_unreadable")


def envelope(payload: str) -> Envelope:
    """What stands around the words. Raises `Rejected`."""
    return _decoded(payload.encode(), Envelope, "payload_unreadable")


def digest(key: str) -> str:
    """A notice's key in 64 characters of ASCII, whatever it holds."""
    return sha256(key.encode()).hexdigest()


def visible(key: str) -> str:
    """A notice's key as a header can hold it: what is not visible ASCII is percent-encoded."""
    return _BEYOND_ASCII.sub(lambda found: quote(found[0], errors="replace"), key)


def one_click(link: str) -> str:
    """The link to unsubscribe, if a letter may leave with it. Raises `Rejected`."""
    parts = urlsplit(link) if _LINK.fullmatch(link) else None
    if parts is None or not parts.hostname or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        raise Rejected("no_unsubscribe_link", "no https link to unsubscribe, so the letter may not leave")
    return link


def recipient(text: str) -> str:
    """The address that a letter goes to, in ASCII. Raises `Rejected`."""
    return _address(text, "invalid_recipient")


def reply_to(text: str) -> str:
    """The address that answers go to, in ASCII. Raises `Rejected`."""
    return _address(text, "invalid_reply_to")


def ascii_address(text: str) -> str | None:
    """The address in ASCII; `None` for what is none, or can be written in Unicode alone."""
    try:
        return validate_email(text, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


def safe(value: str) -> str:
    """A value that can stand in a header. Raises `Rejected`."""
    if _UNSAFE.search(value):
        raise Rejected("header_unsafe", "a header would hold a control character")
    return value


def _address(text: str, reason: str) -> str:
    address = ascii_address(text)
    if address is None:
        raise Rejected(reason, reason.replace("_", " "))
    return address


def _decoded(text: bytes, model: type[T], reason: str) -> T:
    try:
        return decode(text, type=model)
    except (DecodeError, ValidationError):
        failure = Rejected(reason, reason.replace("_", " "))
    raise failure
