"""Segment's webhook destination, and whatever sends as it does: what people do in the product.

A body is signed with the shared secret: ``X-Signature`` is its HMAC-SHA1 in hexadecimal, as Segment signs,
and ``X-Signature-256`` its HMAC-SHA256, for senders that can. Neither holds a time: a body that is sent again
tells of the same messages, which count once, or of days that are too old to change.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha1, sha256
from time import time
from zoneinfo import ZoneInfo

from health.records import Identifier, Record
from health.streams import Deed, Described, Member, Told, Unread, our_id
from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Clock
from integrations.segment.events import (
    EVENT_LIMIT,
    ID_LIMIT,
    KINDS,
    Event,
    decoded,
    envelope,
    message_id,
    raw_events,
    trait,
)
from integrations.segment.meaning import Meaning
from integrations.segment.settings import SegmentSettings

HEADERS = {"x-signature": sha1, "x-signature-256": sha256}
"""The headers that may carry a signature, and what each is made with."""
TRAITS = {
    "name": "name",
    "domain": "website",
    "industry": "industry",
    "country": "address.country",
    "created_on": "createdAt",
}
"""By columns of an account the traits of a group that Segment reserves for them."""
SETTLED = timedelta(minutes=15)
"""How long after its end a day is waited for: what happened in its last minutes is still under way."""


class SegmentWebhook:
    """Knows calls by the shared secret, or by two of them while they are rotated."""

    patient = True

    def __init__(
        self, settings: SegmentSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Keep the secrets; nothing is ever asked of Segment."""
        del budget, clock
        given = (settings.webhook_secret, settings.webhook_secret_old)
        self._secrets = tuple(secret.get_secret_value().encode() for secret in given if secret)
        self._zone = ZoneInfo(settings.timezone)
        self._traits = {**TRAITS, **settings.traits}
        self._ours = settings.account_is_our_id
        self._meaning = Meaning(settings)

    @property
    def metrics(self) -> Sequence[str]:
        """The metrics that every day states."""
        return self._meaning.metrics

    def last_day(self, now_s: float) -> date:
        """Return the last day that is over and settled, in the zone that is set."""
        return (datetime.fromtimestamp(now_s, self._zone) - SETTLED).date() - timedelta(days=1)

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return what the body is known by each time it comes. Raises `Rejected` or `Misconfigured`.

        Each signature that is there must fit.
        """
        if not self._secrets:
            raise Misconfigured(
                "no_webhook_secret",
                "set SEATSIGNAL_SEGMENT_WEBHOOK_SECRET to the shared secret of the destination in Segment",
            )
        given = {name.lower(): value for name, value in headers.items() if name.lower() in HEADERS}
        if not given:
            raise Rejected("signature_missing", "segment: no X-Signature")
        if not all(self._genuine(name, value, body) for name, value in given.items()):
            raise Rejected(
                "signature_wrong", "segment: a signature does not fit the body and the secrets that are set"
            )
        return message_id(envelope(body).messageId, body)[:ID_LIMIT]

    def parse(self, body: bytes) -> Iterator[Record | Told]:
        """Yield what a verified body tells, event by event. Raises `Rejected`.

        One that cannot be read is told as such, and the others are.
        """
        named: set[Identifier] = set()
        for each in (told for written in raw_events(body) for told in self._read(written)):
            if not isinstance(each, Identifier):
                yield each
            elif each not in named:
                named.add(each)
                yield each

    def _genuine(self, name: str, signature: str, body: bytes) -> bool:
        theirs = signature.encode(errors="replace")
        expected = (hmac.new(secret, body, HEADERS[name]).hexdigest().encode() for secret in self._secrets)
        return any([hmac.compare_digest(ours, theirs) for ours in expected])  # noqa: C419 - each is compared

    def _read(self, written: bytes) -> Iterator[Record | Told]:
        if len(written) > EVENT_LIMIT:
            yield Unread("event_too_large")
            return
        event = decoded(written, Event)
        at = event.at if event else None
        if event is None or event.type not in KINDS:
            yield Unread("event_unreadable")
        elif at is None:
            yield Unread("no_timestamp")
        elif max(map(len, (event.user, event.group))) > ID_LIMIT:
            yield Unread("id_too_long")
        else:
            yield from self._told(event, at, message_id(event.messageId, written))

    def _told(self, event: Event, at: datetime, message: str) -> Iterator[Record | Told]:
        at_ms = round(at.timestamp() * 1_000)
        if event.type == "group" and not event.group:
            yield Unread("no_group")
            return
        if event.group and self._ours:
            yield our_id(event.group)
        if event.group and event.user:
            yield Member(event.user, event.group, at_ms)
        if event.type == "group":
            yield Described(event.group, at_ms, self._described(event))
        done = self._meaning.of(event.name, event.properties or {}) if event.type != "alias" else ()
        if done and (event.user or event.group):
            yield Deed(message, at.astimezone(self._zone).date(), event.group, event.user, done)

    def _described(self, event: Event) -> tuple[tuple[str, str], ...]:
        found = ((column, trait(event.traits or {}, path)) for column, path in self._traits.items() if path)
        told = ((column, _domain(value) if column == "domain" else value) for column, value in found)
        return tuple(sorted((column, value) for column, value in told if value))


def _domain(address: str) -> str:
    """Return the domain of a website's address."""
    return (
        address.lower().partition("://")[2 if "://" in address else 0].partition("/")[0].removeprefix("www.")
    )
