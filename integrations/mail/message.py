"""A notice's mail as SMTP takes it."""

from datetime import datetime
from typing import NamedTuple

from health.nouns import Notice
from integrations.mail.settings import MailSettings
from integrations.mime import Sender, mime


class Mail(NamedTuple):
    """A mail ready to go: whom to, under which name, and its lines as SMTP wants them after DATA."""

    recipient: str
    message_id: str
    lines: bytes


def mail(notice: Notice, settings: MailSettings, now: datetime) -> Mail:
    """A notice's mail, dated ``now`` (with a zone). Raises `Rejected`."""
    made = mime(notice, Sender(settings.sender_name, settings.sender), now)
    return Mail(
        made.recipient, made.message_id, made.raw.replace(b"\n.", b"\n..")
    )  # its first line is a header
