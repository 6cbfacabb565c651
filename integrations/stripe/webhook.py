"""Stripe's webhooks: whether a delivery is genuine, and what it says.

An event shows the object as it was then, in the version that the account or its endpoint is set to, with
discounts and subscriptions by their ids. Where that is not all of a record, the record is left to the pull
that the delivery rings for. A discount of the customer is never mentioned: until that pull there is none.
"""

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from time import time
from typing import Generic, TypeVar

import msgspec

from health.records import Record
from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Clock
from integrations.stripe.accounts import account, contact, former, identifiers
from integrations.stripe.answers import Customer, Invoice, Reply, Subscription
from integrations.stripe.catalogue import Catalogue, discounts, wanted
from integrations.stripe.changes import changes
from integrations.stripe.events import Event
from integrations.stripe.payments import OPEN, failed, payment
from integrations.stripe.place import OVERLAP_S
from integrations.stripe.settings import StripeSettings
from integrations.stripe.terms import term

R = TypeVar("R", bound=Reply)
T = TypeVar("T")

TOLERANCE_S = 300
"""How far the time of a signature may lie from ours, either way."""
HEADER = "stripe-signature"
SCHEME = "v1"
_SECOND = re.compile(r"[0-9]{1,12}")
_EVENT_ID = re.compile(r"evt_\w{1,250}", re.ASCII)


class Shown(msgspec.Struct, Generic[R], frozen=True):
    """The object of an event."""

    object: R


class Delivery(msgspec.Struct, Generic[R], frozen=True):
    """An event about one kind of object."""

    data: Shown[R]


class StripeWebhook:
    """Knows deliveries to one endpoint by its signing secret, or by two of them while they are rotated."""

    def __init__(
        self, settings: StripeSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Keep the secrets; nothing is ever asked of Stripe. ``clock`` gives seconds since 1970."""
        del budget
        given = (settings.webhook_secret, settings.webhook_secret_old)
        self._secrets = tuple(secret.get_secret_value().encode() for secret in given if secret)
        self._account_id_key = settings.account_id_key
        self._clock = clock

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the event's id, the same for each delivery of it. Raises `Rejected` or `Misconfigured`.

        The signature is an HMAC-SHA256 of the time, a full stop and the raw body
        (docs.stripe.com/webhooks/signature).
        """
        if not self._secrets:
            raise Misconfigured(
                "no_webhook_secret",
                "set SEATSIGNAL_STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint in Stripe",
            )
        at, signatures = _signed(headers)
        if not self._genuine(at.encode() + b"." + body, signatures):
            raise Rejected(
                "signature_wrong", "stripe: no signature fits the body and the secrets that are set"
            )
        if abs(self._clock() - int(at)) > TOLERANCE_S:
            raise Rejected("signature_untimely", f"stripe: signed more than {TOLERANCE_S} s from now")
        return _event(body).id

    def parse(self, body: bytes) -> Iterator[Record]:
        """Yield what a verified event says of a customer, a subscription or an invoice. Raises `Rejected`.

        An event that comes late says nothing: more may have been read since of what it is about. One that is
        not late is among those that the pull after it reads, so that the latest state has the last word.
        """
        event = _event(body)
        if event.created is None or event.created < self._clock() - OVERLAP_S:
            return
        match event.data.object.object:
            case "customer":
                yield from self._customer(event, _decoded(body, Delivery[Customer]).data.object)
            case "subscription":
                yield from self._subscription(_decoded(body, Delivery[Subscription]).data.object)
            case "invoice":
                yield from self._invoice(_decoded(body, Delivery[Invoice]).data.object)
            case _:
                return

    def _genuine(self, payload: bytes, signatures: Sequence[bytes]) -> bool:
        expected = [hmac.new(secret, payload, sha256).hexdigest().encode() for secret in self._secrets]
        return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures)

    def _customer(self, event: Event, customer: Customer) -> Iterator[Record]:
        found = None if event.type == "customer.deleted" else account(customer)
        present = None if found is None else contact(customer)
        if found is not None:
            yield found
            yield from identifiers(customer, self._account_id_key)
        if present is not None:
            yield present
        for addresses in changes([event]).addresses.values():
            left = addresses - {present.email if present else ""}
            yield from (former(customer.id, address) for address in sorted(left))

    def _subscription(self, subscription: Subscription) -> Iterator[Record]:
        if _told_in_full(subscription):
            found = term(subscription, Catalogue(), self._clock())
            yield from (found,) if found else ()

    def _invoice(self, invoice: Invoice) -> Iterator[Record]:
        if invoice.status != OPEN or failed(invoice, self._clock()) is not None:
            found = payment(invoice, self._clock())
            yield from (found,) if found else ()


def _signed(headers: Mapping[str, str]) -> tuple[str, list[bytes]]:
    """Return the time and the signatures of a header ``t=…,v1=…,v1=…``; other schemes are passed over."""
    header = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    parts = [part.partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in parts if name == "t"]
    signatures = [value.encode(errors="replace") for name, value in parts if name == SCHEME]
    whole = all(name and value for name, value in parts)
    if not whole or len(times) != 1 or not _SECOND.fullmatch(times[0]) or not signatures:
        raise Rejected("signature_missing", "stripe: no Stripe-Signature with a time and a signature")
    return times[0], signatures


def _event(body: bytes) -> Event:
    event = _decoded(body, Event)
    if not _EVENT_ID.fullmatch(event.id):
        raise Rejected("event_unreadable", "stripe: a delivery that is no event")
    return event


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeError):
        failure = Rejected("event_unreadable", "stripe: a delivery that is no event")
    raise failure


def _told_in_full(subscription: Subscription) -> bool:
    """Say whether nothing would have to be asked of Stripe to know the whole term."""
    items = subscription.items
    if isinstance(subscription.schedule, str):
        return False
    named = [*discounts(subscription), *(each for item in items.data for each in item.discounts or ())]
    if items.has_more or any(isinstance(each, str) for each in named):
        return False
    return next(wanted(subscription), None) is None
