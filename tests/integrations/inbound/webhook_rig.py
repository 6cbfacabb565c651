"""Calls of senders of our own: sign-ups, days of use, and a question about a smaller plan."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from health.records import Account, Contact, Event, Identifier, Usage
from health.streams import Unread
from sandbox.inbound.sending import signed
from tests.integrations.webhook_rig import Delivery, WebhookRig

MAPS = Path(__file__).parent / "maps.yaml"
AT_MS = 1_781_047_800_500


def rig() -> WebhookRig:
    """One secret, four maps."""
    return WebhookRig(
        vendor="inbound",
        good={"SEATSIGNAL_INBOUND_MAPS": str(MAPS)},
        secret="SEATSIGNAL_INBOUND_WEBHOOK_SECRET",
        old="SEATSIGNAL_INBOUND_WEBHOOK_SECRET_OLD",
        sign=sign,
        deliveries=tuple(deliveries()),
    )


def sign(body: bytes, at_s: int, secret: str) -> Mapping[str, str]:
    """The headers of a call; a body that is one of the deliveries' has its id."""
    name = next((each.event for each in deliveries() if each.body == body), "msg_other")
    return signed(name, body, at_s, secret.encode())


def ours(account: str) -> Identifier:
    """What is said of each account that a call names."""
    return Identifier(account, "our_id", account)


def deliveries() -> Iterator[Delivery]:
    """Of every map; one body is read by two of them."""
    customer = {
        "id": 7,
        "company": {"name": "Böhm & Söhne", "country": "DE"},
        "people": [
            {"account": "7", "email": "zoe@boehm.example", "role": "Admin"},
            {"account": "7", "email": "nobody", "role": "user"},
        ],
    }
    yield _delivery(
        "msg_1",
        {"type": "customer.signed_up", "data": {"customer": customer}},
        ours("7"),
        Account("7", name="Böhm & Söhne", country="DE", currency="EUR"),
        Contact("7", "zoe@boehm.example", role="admin"),
        Unread("row_unreadable"),
    )
    day = {"id.external": "acme", "day": "2026-06-09", "users": [3], "exports": 2.0}
    yield _delivery(
        "msg_2",
        {"type": "usage.counted", "version": 2, "data": [day]},
        ours("acme"),
        Usage("acme", date(2026, 6, 9), active_users=3, metrics='{"feature:export":2}'),
    )
    asked = {"type": "downgrade.asked", "account": "acme", "at": AT_MS, "note": None}
    yield _delivery("msg_3", asked, ours("acme"), Event("acme", AT_MS, "downgrade_enquiry"))
    yield _delivery("msg_4", {"type": "usage.counted", "version": 2, "data": []})


def _delivery(name: str, told: object, *said: object) -> Delivery:
    return Delivery(json.dumps(told, ensure_ascii=False).encode(), name, frozenset(said))  # type: ignore[arg-type]  # records of any kind
