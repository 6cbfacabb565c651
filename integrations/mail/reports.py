"""What mail servers report of letters that came back: RFC 3464 of delivery, RFC 5965 of complaints.

A report comes as a mail, and anybody can write one: what it says of a letter counts only once the letter was
found that it names (`worker.bounces`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from integrations.mime import LOCAL_PART

REPORT_LIMIT = 1_048_576
"""Bytes of a report that are read; servers send the headers of a letter back, or all of it."""
BOUNCED, DELAYED, COMPLAINED = "bounced", "delayed", "complained"
GONE = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""The statuses that say there is no such mailbox (RFC 3463, RFC 7505); with others it may pass next time."""
_PARTS = 50


class Report(NamedTuple):
    """What is said of one recipient of a letter: a kind of `integrations.roles.Returned`, and when.

    ``letter`` is the part of the letter's Message-ID before the @, ``address`` who it was for.
    """

    letter: str
    address: str
    kind: str
    at: datetime


def reports(mail: bytes, now: datetime) -> list[Report]:
    """Return what a mail reports of letters; nothing of any other mail. ``now`` is for one without a date.

    A mail of any bytes is read; of one that is longer than `REPORT_LIMIT` only its beginning.
    """
    message = BytesParser(policy=compat32).parsebytes(mail[:REPORT_LIMIT])
    if message.get_content_type() != "multipart/report":
        return []
    parts = [part for _, part in zip(range(_PARTS), message.walk(), strict=False)]
    letter = next(filter(None, map(_letter, parts)), "")
    if not letter:
        return []
    at = _date(_text(message, "Date"), now)
    told = {about: kind for part in parts for about, kind in _told(part)}
    return [Report(letter, address, kind, at) for address, kind in told.items()]


def _letter(part: Message) -> str:
    """Return which letter a part is, or the headers of: the local part of its Message-ID."""
    match part.get_content_type():
        case "message/rfc822":
            named = "".join(_text(inner, "Message-ID") for inner in _within(part))
        case "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            headers = BytesParser(policy=compat32).parsebytes(raw if isinstance(raw, bytes) else b"")
            named = _text(headers, "Message-ID")
        case _:
            named = ""
    local, at, _ = named.strip().removeprefix("<").partition("@")
    return local if at and len(local) == LOCAL_PART else ""


def _told(part: Message) -> Iterator[tuple[str, str]]:
    """Yield the recipients that a part reports of, each with what became of the letter."""
    blocks = _within(part)
    match part.get_content_type():
        case "message/delivery-status":
            for block in blocks:
                kind = _kind(_text(block, "Action").lower(), _text(block, "Status"))
                for name in ("Original-Recipient", "Final-Recipient"):
                    if kind and (address := _address(_text(block, name))):
                        yield address, kind
        case "message/feedback-report":
            block = blocks[0] if blocks else part
            if _text(block, "Feedback-Type").lower() == "abuse":
                for name in ("Original-Rcpt-To", "Original-Recipient"):
                    if address := _address(_text(block, name)):
                        yield address, COMPLAINED


def _within(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def _kind(action: str, status: str) -> str:
    match action.split():
        case ["failed"]:
            return BOUNCED if status.partition(" ")[0] in GONE else DELAYED
        case ["delayed"]:
            return DELAYED
        case _:
            return ""


def _address(field: str) -> str:
    """Return the address of a field: ``rfc822; ada@…`` or ``<ada@…>``."""
    address = field.rpartition(";")[2].strip().strip("<>").strip()
    return address if "@" in address else ""


def _text(message: Message, name: str) -> str:
    """Return a header as text in one line; whatever it is made of."""
    return " ".join(str(message.get(name) or "").split())


def _date(text: str, now: datetime) -> datetime:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return now
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), now)
