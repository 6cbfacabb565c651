"""What SES tells, through a topic of SNS, of letters that came back.

Notifications of an identity and events of a configuration set say the same of these two
(https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parseaddr
from hashlib import sha256

from msgspec import DecodeError, Struct
from msgspec.json import decode

from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.http import Http
from integrations.roles import Returned
from integrations.ses.settings import SesSettings
from integrations.ses.sns import CONFIRMATION, NOTIFICATION, Signatures, Told, instant, told
from integrations.session import Credentials

TOPIC = "set SEATSIGNAL_SES_TOPIC to the ARN of the topic that SES tells"
NO_SPAM = "not-spam"
"""What a person has taken back: no complaint."""


class _Recipient(Struct, frozen=True, rename="camel"):
    email_address: str


class _Bounce(Struct, frozen=True, rename="camel"):
    feedback_id: str
    timestamp: str
    bounce_type: str = ""
    bounced_recipients: tuple[_Recipient, ...] = ()


class _Complaint(Struct, frozen=True, rename="camel"):
    feedback_id: str
    timestamp: str
    complaint_feedback_type: str | None = None
    complained_recipients: tuple[_Recipient, ...] = ()


class _Event(Struct, frozen=True, rename="camel"):
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None


def _now() -> datetime:
    return datetime.now(UTC)


class SesReturns:
    """Believes messages of one topic of SNS, and confirms the subscription to that one alone."""

    def __init__(
        self, settings: SesSettings, *, budget: Budget | None = None, clock: Callable[[], datetime] = _now
    ) -> None:
        """Ask nothing yet. ``clock`` gives an instant with a zone, that messages must be of lately."""
        self._topic = settings.topic
        if not self._topic:
            return
        credentials = Credentials({}, TOPIC)
        self._sns = Http("sns", settings.sns, credentials, budget=budget, read_s=settings.timeout_s)
        self._signatures = Signatures(settings.sns, self._sns.fetch, clock)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Return if SNS has sent this for the topic. Raises the three errors."""
        del headers  # what is signed is in the body
        if not self._topic:
            raise Misconfigured("no_topic", TOPIC)
        message = told(body)
        if message.topic_arn != self._topic:
            raise Rejected("topic_unknown", "ses: a message of another topic than the one that is set")
        self._signatures.check(message)

    def read(self, body: bytes) -> Sequence[Returned]:
        """Return what a call tells of addresses; answer SNS where it asks whether we want to be told."""
        message = told(body)
        if message.type == CONFIRMATION:
            self._confirm(message)
        if message.type != NOTIFICATION:
            return ()
        event = _event(message)
        if event.bounce:
            kind = "bounced" if event.bounce.bounce_type == "Permanent" else "delayed"
            return _returned(event.bounce, event.bounce.bounced_recipients, kind)
        if event.complaint and event.complaint.complaint_feedback_type != NO_SPAM:
            return _returned(event.complaint, event.complaint.complained_recipients, "complained")
        return ()

    def _confirm(self, message: Told) -> None:
        """By the token that was signed, at the address that is set: not at the one in the message."""
        query = {"Action": "ConfirmSubscription", "TopicArn": self._topic, "Token": message.token or ""}
        self._sns.fetch("", query)


def _event(message: Told) -> _Event:
    try:
        return decode(message.message, type=_Event)
    except (DecodeError, UnicodeError):
        failure = Rejected("event_unreadable", "ses: a message that is no event of SES")
    raise failure


def _returned(about: _Bounce | _Complaint, whom: Iterable[_Recipient], kind: str) -> tuple[Returned, ...]:
    """One for each address; an event of SES may be of several."""
    addresses = sorted({parseaddr(each.email_address)[1].lower() for each in whom})
    if not addresses or not all("@" in address for address in addresses):
        raise Rejected("event_unreadable", "ses: a call that does not say whom it is about")
    at = instant(about.timestamp)
    return tuple(
        Returned(f"{about.feedback_id}/{sha256(address.encode()).hexdigest()[:16]}", address, kind, at)
        for address in addresses
    )
