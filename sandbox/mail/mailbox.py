"""Mails the sink accepted."""

import base64
import re
from dataclasses import dataclass
from email.message import EmailMessage

from sandbox.ledger import Ledger
from sandbox.mail.rules import parsed

CONTENT_ID = re.compile(r"cid:([^\"'\s)>]+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted mail: its envelope and the bytes as they came. `number` counts from 1."""

    number: int
    sender: str
    recipients: tuple[str, ...]
    at_ms: int
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The bytes parsed anew; readers are few, mails may be many."""
        return parsed(self.raw)


def field(message: EmailMessage, name: str) -> str:
    """A header's value as plain text, empty if it is not there."""
    return str(message[name] or "").strip()


def key(message: EmailMessage) -> str:
    """What the ledger knows a mail by."""
    return field(message, "X-Seatsignal-Key") or field(message, "Message-ID")


def body(message: EmailMessage, kind: str) -> str:
    """The `plain` or `html` body with plain line ends, empty if there is none."""
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if isinstance(part, EmailMessage) else ""


def html_with_images(message: EmailMessage) -> str:
    """The HTML body with each attached image it refers to by Content-ID put in its place."""
    images = {str(part["Content-ID"]).strip("<> "): part for part in message.walk() if part["Content-ID"]}

    def inline(reference: re.Match[str]) -> str:
        part = images.get(reference[1])
        if part is None:
            return reference[0]
        payload = part.get_payload(decode=True)
        data = base64.b64encode(payload if isinstance(payload, bytes) else b"")
        return f"data:{part.get_content_type()};base64,{data.decode()}"

    return CONTENT_ID.sub(inline, body(message, "html"))


class Mailbox:
    """Accepted mails in order of arrival; each is an effect in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.mails: list[Mail] = []

    def accept(self, sender: str, recipients: tuple[str, ...], raw: bytes) -> Mail:
        """Keep the mail and record that its recipients will see it."""
        message = parsed(raw)
        effect = self._ledger.record(
            system="email",
            action="mail",
            key=key(message),
            thread=field(message, "X-Seatsignal-Thread"),
            account=field(message, "X-Seatsignal-Account"),
            channel_or_to=", ".join(recipients),
            text=field(message, "Subject"),
        )
        mail = Mail(len(self.mails) + 1, sender, recipients, effect.at_ms, raw)
        self.mails.append(mail)
        return mail

    def find(self, number: int) -> Mail | None:
        """The mail of that number."""
        return self.mails[number - 1] if 1 <= number <= len(self.mails) else None

    def clear(self) -> None:
        """Empty the mailbox."""
        self.mails.clear()
