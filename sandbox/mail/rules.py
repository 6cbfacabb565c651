"""What the mail sink refuses, as a strict receiver would."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

REQUIRED = ("From", "To", "Date", "Message-ID")
ONCE = (*REQUIRED, "Subject", "Reply-To", "Sender")
BARE_NEWLINE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
SAFE_LINK = re.compile(r"<(?:https://|http://(?:127\.0\.0\.1|localhost)[:/])[^>\s]+>")
ONE_CLICK = "List-Unsubscribe=One-Click"


def parsed(raw: bytes) -> EmailMessage:
    """The message as the standard library reads it."""
    return message_from_bytes(raw, policy=default)


def objection(raw: bytes, *, smtputf8: bool) -> str | None:
    """Why the message is refused, in words for the 550 answer; None if it is fine.

    RFC 5322 for the fields, RFC 5321 for line ends, RFC 6531 for raw 8-bit fields, RFC 8058 and
    the rules of the large mailbox providers for bulk mail.
    """
    if BARE_NEWLINE.search(raw):
        return "a line ends with CR or LF alone"
    fields, _, _ = raw.partition(b"\r\n\r\n")
    if not (smtputf8 or fields.isascii()):
        return "8-bit header without SMTPUTF8"
    message = parsed(raw)
    return next((words for check in CHECKS for words in check(message)), None)


def _fields_once(message: EmailMessage) -> Iterator[str]:
    for name in ONCE:
        found = len(message.get_all(name, []))
        if found > 1:
            yield f"{found} {name} headers"
        if name in REQUIRED and not message[name]:
            yield f"no {name} header"


def _date_readable(message: EmailMessage) -> Iterator[str]:
    try:
        parsedate_to_datetime(message["Date"])
    except ValueError:
        yield f"unreadable Date: {message['Date']}"


def _addresses_readable(message: EmailMessage) -> Iterator[str]:
    for name in ("From", "To"):
        addresses = message[name].addresses
        if not addresses or not all(address.username and address.domain for address in addresses):
            yield f"unreadable {name}: {message[name]}"


def _one_click(message: EmailMessage) -> Iterator[str]:
    unsubscribe = message["List-Unsubscribe"]
    if unsubscribe is None:
        return
    if message["List-Unsubscribe-Post"] != ONE_CLICK:
        yield f"List-Unsubscribe without List-Unsubscribe-Post: {ONE_CLICK}"
    if not SAFE_LINK.search(unsubscribe):
        yield "List-Unsubscribe has no https link"


CHECKS: tuple[Callable[[EmailMessage], Iterator[str]], ...] = (
    _fields_once,
    _date_readable,
    _addresses_readable,
    _one_click,
)
