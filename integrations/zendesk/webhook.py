"""Zendesk's webhooks: whether a call is genuine, and which tickets it is about.

A call says little of a ticket, and calls come in any order. So nothing is taken from it but the ticket's id:
how the tickets are now is asked of Zendesk, a hundred in one call, when the calls are read. The exports could
not tell, for they leave out the last minute.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from time import time

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from health.records import Record
from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Clock
from integrations.zendesk import tickets
from integrations.zendesk.client import LISTED_AT_ONCE, ZendeskClient
from integrations.zendesk.settings import ZendeskSettings

TOLERANCE_S = 300
"""How far the time of a signature may lie from ours, either way."""
SIGNATURE, TIMESTAMP = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
ABOUT_TICKETS = "zen:event-type:ticket."
_EVENT_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_TICKET_ID = re.compile(r"[0-9]{1,18}")


class Detail(Struct, frozen=True):
    """What an event is about."""

    id: str = ""


class Event(Struct, frozen=True):
    """An event that Zendesk tells of (developer.zendesk.com/api-reference/webhooks/event-types)."""

    id: str
    type: str
    detail: Detail = Detail()

    @property
    def ticket(self) -> int | None:
        """The ticket that it is about; `None` if it is about something else. Raises `Rejected`."""
        if not self.type.startswith(ABOUT_TICKETS):
            return None
        if not _TICKET_ID.fullmatch(self.detail.id):
            raise _unreadable()
        return int(self.detail.id)


_EVENTS = Decoder(Event)


class ZendeskWebhook:
    """Knows calls of one webhook by its signing secret, or by two of them while they are rotated."""

    def __init__(
        self, settings: ZendeskSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Keep the secrets. ``clock`` gives seconds since 1970; the budget is none of exports'."""
        del budget
        given = (settings.webhook_secret, settings.webhook_secret_old)
        self._secrets = tuple(secret.get_secret_value().encode() for secret in given if secret)
        self._settings = settings
        self._clock = clock

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the event's id, the same for each call about it. Raises `Rejected` or `Misconfigured`.

        The signature is the base64 of an HMAC-SHA256 of the time and the raw body
        (developer.zendesk.com/documentation/webhooks/verifying).
        """
        if not self._secrets:
            raise Misconfigured(
                "no_webhook_secret",
                "set SEATSIGNAL_ZENDESK_WEBHOOK_SECRET to the signing secret of the webhook in Zendesk",
            )
        given = {name.lower(): value for name, value in headers.items()}
        at, signature = given.get(TIMESTAMP, ""), given.get(SIGNATURE, "")
        if not at or not signature:
            raise Rejected("signature_missing", "zendesk: no signature with its time")
        if not self._genuine(at.encode() + body, signature.encode()):
            raise Rejected(
                "signature_wrong", "zendesk: no signature fits the body and the secrets that are set"
            )
        if abs(self._clock() - _seconds(at)) > TOLERANCE_S:
            raise Rejected("signature_untimely", f"zendesk: signed more than {TOLERANCE_S} s from now")
        return _event(body).id

    def parse(self, body: bytes) -> Iterator[Record]:
        """Yield what a verified event's ticket is now. Raises `Rejected`, and what clients raise."""
        ticket = _event(body).ticket
        if ticket is not None:
            yield from self._now([ticket])

    def read(self, bodies: Sequence[bytes]) -> tuple[list[Record], int]:
        """Return what the tickets of verified events are now, and how many events could not be read."""
        found: set[int] = set()
        rejects = 0
        for body in bodies:
            try:
                ticket = _event(body).ticket
            except Rejected:
                rejects += 1
            else:
                found |= {ticket} if ticket is not None else set()
        return self._now(sorted(found)), rejects

    def _now(self, ids: Sequence[int]) -> list[Record]:
        """What tickets are now. One that was deleted is not shown: the export tells of it."""
        records: list[Record] = []
        with closing(ZendeskClient(self._settings)) as zendesk:
            for at in range(0, len(ids), LISTED_AT_ONCE):
                shown = zendesk.now(ids[at : at + LISTED_AT_ONCE])
                told = (tickets.record(each, self._settings.topic) for each in shown)
                records += filter(None, told)
        return records

    def _genuine(self, payload: bytes, signature: bytes) -> bool:
        expected = [b64encode(hmac.digest(secret, payload, sha256)) for secret in self._secrets]
        return any(hmac.compare_digest(ours, signature) for ours in expected)


def _seconds(at: str) -> float:
    """A time as Zendesk writes it (``2026-05-31T18:42:00Z``) in seconds since 1970. Raises `Rejected`."""
    try:
        return datetime.fromisoformat(at).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        failure = Rejected("signature_missing", "zendesk: no signature with its time")
    raise failure


def _event(body: bytes) -> Event:
    try:
        event = _EVENTS.decode(body)
    except (DecodeError, UnicodeError):
        raise _unreadable() from None
    if not _EVENT_ID.fullmatch(event.id):
        raise _unreadable()
    return event


def _unreadable() -> Rejected:
    return Rejected("event_unreadable", "zendesk: a call that is no event")
