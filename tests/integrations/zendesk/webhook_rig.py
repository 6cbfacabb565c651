"""Zendesk's webhook: events about the tickets of the book, whatever they say of them."""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.integrations.webhook_rig import Delivery, WebhookRig
from tests.integrations.zendesk.book import BY_NUMBER, NOW, instant


def rig() -> WebhookRig:
    """One webhook of a Zendesk account."""
    return WebhookRig(
        vendor="zendesk",
        good={
            "SEATSIGNAL_ZENDESK_SUBDOMAIN": "firm",
            "SEATSIGNAL_ZENDESK_EMAIL": "admin@seller.example",
            "SEATSIGNAL_ZENDESK_TOKEN": "token-1",
        },
        secret="SEATSIGNAL_ZENDESK_WEBHOOK_SECRET",
        old="SEATSIGNAL_ZENDESK_WEBHOOK_SECRET_OLD",
        sign=sign,
        deliveries=tuple(deliveries()),
    )


def sign(body: bytes, at_s: int, secret: str) -> Mapping[str, str]:
    """The headers that Zendesk sends."""
    at = instant(datetime.fromtimestamp(at_s, UTC))
    digest = hmac.new(secret.encode(), at.encode() + body, sha256).digest()
    return {
        "X-Zendesk-Webhook-Signature": b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": at,
    }


def event(name: str, kind: str, subject: str, /, **detail: Any) -> bytes:
    """An event as it is delivered."""
    content = {
        "account_id": 22129848,
        "detail": detail,
        "event": {"meta": {"sequence": {"id": "33D1F4B8", "position": 1, "total": 1}}},
        "id": name,
        "subject": subject,
        "time": instant(NOW),
        "type": f"zen:event-type:{kind}",
        "zendesk_event_version": "2022-11-06",
    }
    return json.dumps(content).encode()


def of_ticket(name: str, kind: str, number: int) -> bytes:
    """An event about a ticket of the book, which says what was so when it was opened."""
    ticket = BY_NUMBER[number]
    said = {"status": "OPEN", "subject": ticket.subject, "updated_at": instant(ticket.opened)}
    return event(name, f"ticket.{kind}", f"zen:ticket:{ticket.id}", id=str(ticket.id), **said)


def deliveries() -> Iterator[Delivery]:
    """About tickets that are open, solved, nobody's and deleted, and about none."""
    told = (
        (31, "created"),
        (1, "status_changed"),
        (2, "status_changed"),
        (36, "tags_changed"),
        (34, "created"),
    )
    for number, kind in told:
        name = f"cbe4028c-7239-495d-b020-f22348516{number:03}"
        yield Delivery(of_ticket(name, kind, number), name, frozenset(BY_NUMBER[number].records()))
    yield Delivery(of_ticket("e-deleted", "soft_deleted", 35), "e-deleted", frozenset())
    other = event("e-org", "organization.created", "zen:organization:7", id="7", name="Firm 7")
    yield Delivery(other, "e-org", frozenset())
