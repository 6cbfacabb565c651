"""What Postmark tells of letters that came back: bounces, complaints, who wants no more.

Postmark signs nothing. Its calls are known by a user and a password in the address that they are sent to,
which arrive as basic authentication (postmarkapp.com/developer/webhooks/webhooks-overview).
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from msgspec import DecodeError, Struct, field
from msgspec.json import decode

from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.postmark.settings import PostmarkSettings
from integrations.roles import Returned

NO_MAILBOX = frozenset({"HardBounce", "BadEmailAddress"})
REASONS = {"HardBounce": "bounced", "SpamComplaint": "complained", "ManualSuppression": "unsubscribed"}
"""Kinds by the reason for which Postmark sends no more to an address."""


class _Call(Struct, frozen=True, rename="pascal"):
    """A call of any type: what we read of it."""

    record_type: str
    id: int = field(default=0, name="ID")
    type: str = ""
    email: str = ""
    recipient: str = ""
    inactive: bool = False
    suppress_sending: bool = False
    suppression_reason: str | None = None
    bounced_at: datetime | None = None
    changed_at: datetime | None = None


class PostmarkReturns:
    """Knows Postmark's calls by the password that is set, or by two of them while they are exchanged."""

    def __init__(self, settings: PostmarkSettings, *, budget: Budget | None = None) -> None:
        """Keep what may stand in the header; nothing is asked of Postmark."""
        del budget
        given = (settings.webhook_password, settings.webhook_password_old)
        self._accepted = tuple(
            _basic(settings.webhook_user, password.get_secret_value()) for password in given if password
        )

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Return if the call names the user and a password. Raises `Rejected` or `Misconfigured`."""
        del body
        if not self._accepted:
            raise Misconfigured(
                "no_webhook_password",
                "set SEATSIGNAL_POSTMARK_WEBHOOK_PASSWORD to the password in the webhook's address",
            )
        given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        sent = given.encode(errors="replace")
        if not any([hmac.compare_digest(sent, ours) for ours in self._accepted]):  # noqa: C419 - all are compared
            raise Rejected("password_wrong", "postmark: a call without the user and password that are set")

    def read(self, body: bytes) -> Sequence[Returned]:
        """Return what a call tells of an address; nothing for opens, deliveries and the like."""
        call = _decoded(body)
        match call.record_type:
            case "Bounce":
                gone = call.inactive or call.type in NO_MAILBOX
                return [_returned(call, f"bounce/{call.id}", "bounced" if gone else "delayed")]
            case "SpamComplaint":
                return [_returned(call, f"complaint/{call.id}", "complained")]
            case "SubscriptionChange" if call.suppress_sending:
                kind = REASONS.get(call.suppression_reason or "", "unsubscribed")
                return [_returned(call, f"change/{sha256(body).hexdigest()}", kind)]
            case _:
                return []


def _returned(call: _Call, event: str, kind: str) -> Returned:
    address, at = call.email or call.recipient, call.bounced_at or call.changed_at
    if "@" not in address or at is None:
        raise Rejected("event_unreadable", "postmark: a call that does not say whom it is about, or when")
    return Returned(event, address, kind, at if at.tzinfo else at.replace(tzinfo=UTC))


def _decoded(body: bytes) -> _Call:
    try:
        return decode(body, type=_Call)
    except (DecodeError, UnicodeError):
        failure = Rejected("event_unreadable", "postmark: a call that is no event")
    raise failure


def _basic(user: str, password: str) -> bytes:
    return b"Basic " + b64encode(f"{user}:{password}".encode())
