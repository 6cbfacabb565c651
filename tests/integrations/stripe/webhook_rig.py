"""Stripe's webhook: events about the customers, subscriptions and invoices of the book."""

import hmac
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from health.records import Record
from tests.integrations.stripe.book import (
    BILLED,
    NUMBERED,
    customer,
    customer_records,
    invoice,
    invoice_record,
    subscription,
    subscription_record,
)
from tests.integrations.stripe.made import NOW, Json
from tests.integrations.stripe.told import BASIL, BEFORE_BASIL, SHAPES, SINCE_CLOVER
from tests.integrations.webhook_rig import Delivery, WebhookRig

VERSIONS = (BEFORE_BASIL, BASIL, SINCE_CLOVER)
IN_FULL = ("by the month", "no decimals", "packages of five: 3 x 40", "ends with the term", "on trial")
"""Cases of which an event tells all."""
LEFT_TO_THE_PULL = ("a fifth off for ever", "graduated tiers: 5 x 10 + 3 x 8", "the price's second currency")


def rig() -> WebhookRig:
    """One endpoint of a Stripe account."""
    return WebhookRig(
        vendor="stripe",
        good={"SEATSIGNAL_STRIPE_API_KEY": "rk_test_canary_5521"},
        secret="SEATSIGNAL_STRIPE_WEBHOOK_SECRET",
        old="SEATSIGNAL_STRIPE_WEBHOOK_SECRET_OLD",
        sign=sign,
        deliveries=tuple(deliveries()),
    )


def sign(body: bytes, at_s: int, secret: str) -> Mapping[str, str]:
    """The header that Stripe sends."""
    signature = hmac.new(secret.encode(), f"{at_s}.".encode() + body, sha256).hexdigest()
    return {"Stripe-Signature": f"t={at_s},v1={signature}"}


def event(name: str, kind: str, told: Json, version: str = BASIL) -> bytes:
    """An event as it is delivered."""
    content = {
        "id": name,
        "object": "event",
        "api_version": version,
        "created": NOW,
        "type": kind,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": told},
    }
    return json.dumps(content, indent=2).encode()


def as_delivered(told: Json, version: str) -> Json:
    """A subscription with what an event names by its id alone."""
    named = {"discounts": [each["id"] for each in told.get("discounts", [])]}
    data = [{**each, "price": _plain(each["price"])} for each in told["items"]["data"]]
    shown = {**told, **named, "items": {"object": "list", "data": data, "has_more": False}}
    return {**SHAPES[version](shown | {"discounts": []}), **named, "object": "subscription"}


def _plain(price: Json) -> Json:
    return {name: value for name, value in price.items() if name not in {"tiers", "currency_options"}}


def deliveries() -> Iterator[Delivery]:
    """Of every kind, in every version."""
    for version in VERSIONS:
        yield from _of_customers(version)
        yield from _of_subscriptions(version)
        yield from _of_invoices(version)
    yield _delivery("evt_balance", "balance.available", {"object": "balance", "available": []}, BASIL)


def _of_customers(version: str) -> Iterator[Delivery]:
    for number in (3, 7, 30):
        told = {"object": "customer", **customer(number, NUMBERED[0][1])}
        yield _delivery(f"cus_{number}", "customer.updated", told, version, *customer_records(number))


def _of_subscriptions(version: str) -> Iterator[Delivery]:
    cases = {case.name: (number, case) for number, case in reversed(NUMBERED)}
    for name in (*IN_FULL, *LEFT_TO_THE_PULL):
        number, case = cases[name]
        told = as_delivered(subscription(number, case), version)
        expected = [subscription_record(number, case)] if name in IN_FULL else []
        yield _delivery(f"sub_{number}", "customer.subscription.updated", told, version, *expected)


def _of_invoices(version: str) -> Iterator[Delivery]:
    for number, (told, expected) in BILLED[:7]:
        shown = {"object": "invoice", **invoice(number, told)}
        if version == BEFORE_BASIL:
            shown = {**shown, "parent": None, "subscription": "sub_0000"}
        told_by_itself = [] if not expected or number == 6 else [invoice_record(number, expected)]
        yield _delivery(f"in_{number}", "invoice.updated", shown, version, *told_by_itself)


def _delivery(name: str, kind: str, told: Json, version: str, *said: Record) -> Delivery:
    of_version = f"evt_{name}_{VERSIONS.index(version)}".replace("evt_evt_", "evt_")
    return Delivery(event(of_version, kind, told, version), of_version, frozenset(said))
