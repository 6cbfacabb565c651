"""Segment's webhook: events one by one and in batches, of two accounts."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256

from health.records import Identifier
from health.streams import Deed, Described, Member, Unread
from sandbox.segment.sending import bodies, signed
from tests.integrations.webhook_rig import Delivery, WebhookRig

AT, AT_MS = "2026-06-09T23:30:00.500Z", 1_781_047_800_500
DAY = date(2026, 6, 10)
"""The day that it is then in Berlin."""
MEANINGS = {
    "TIMEZONE": "Europe/Berlin",
    "FEATURES": '{"board": [{"event": "Viewed", "property": "on", "value": "board"}]}',
    "CORE": '{"close deal": ["Deal Won", "Deal Lost"]}',
    "CONSUMPTION": "credits",
}


def rig() -> WebhookRig:
    """One webhook destination."""
    return WebhookRig(
        vendor="segment",
        good={f"SEATSIGNAL_SEGMENT_{name}": value for name, value in MEANINGS.items()},
        secret="SEATSIGNAL_SEGMENT_WEBHOOK_SECRET",
        old="SEATSIGNAL_SEGMENT_WEBHOOK_SECRET_OLD",
        sign=sign,
        deliveries=tuple(deliveries()),
        tolerance_s=None,
    )


def sign(body: bytes, _at_s: int, secret: str) -> Mapping[str, str]:
    """The header that Segment sends; no time is in it."""
    return signed(body, secret)


def event(message: str, kind: str = "track", **told: object) -> dict[str, object]:
    """An event as Segment's libraries write it."""
    return {"type": kind, "messageId": message, "timestamp": AT, "userId": "u1", **told}


def deed(message: str, account: str, *done: tuple[str, float], user: str = "u1") -> Deed:
    """What must be told of it."""
    return Deed(message, DAY, account, user, (("events", 1.0), *done))


OF_ACME = {"context": {"groupId": "acme"}}
OURS = Identifier("acme", "our_id", "acme")
MEMBER = Member("u1", "acme", AT_MS)
GROUP = {
    "groupId": "acme",
    "traits": {
        "name": "Acme",
        "website": "https://www.Acme.example/about",
        "industry": "Anvils",
        "employees": 40,
        "address": {"country": "DE"},
        "createdAt": "2024-02-29T08:00:00Z",
        "plan": "pro",
    },
}
FIELDS = (
    ("country", "DE"),
    ("created_on", "2024-02-29T08:00:00Z"),
    ("domain", "acme.example"),
    ("industry", "Anvils"),
    ("name", "Acme"),
)


def deliveries() -> Iterator[Delivery]:
    """One by one, and in a batch with such as cannot be read."""
    yield _one(event("m1", event="Signed In"), deed("m1", "", ("sign_ins", 1.0)))
    yield _one(
        event("m2", event="Viewed", properties={"on": "board"}, **OF_ACME),
        OURS,
        MEMBER,
        deed("m2", "acme", ("feature:board", 1.0)),
    )
    yield _one(event("m3", "group", **GROUP), OURS, MEMBER, Described("acme", AT_MS, FIELDS))
    yield _one(event("m4", "identify", traits={"email": "zoe@acme.example"}))
    yield _one(event("m5", "page", name="Home"), deed("m5", ""))
    batch = [
        event("b1", event="Deal Won", properties={"credits": 2.5}),
        event("b2", event="Viewed", properties={"on": "list", "credits": "many"}),
        event("b3", event="Deal Won", timestamp="yesterday"),
        {"messageId": "b4"},
        event("b5", "group"),
        event("b6", event="Deal Lost", userId="u" * 256),
        event("b7", event="Signed In", userId=None, anonymousId="somebody"),
        event("b8", event="Invite Sent", userId=7),
    ]
    [body] = bodies(batch)
    yield Delivery(
        body,
        sha256(body).hexdigest(),
        frozenset(
            {
                deed("b1", "", ("core:close deal", 1.0), ("consumption", 2.5)),
                deed("b2", ""),
                Unread("no_timestamp"),
                Unread("event_unreadable"),
                Unread("no_group"),
                Unread("id_too_long"),
                deed("b8", "", ("invitations", 1.0), user="7"),
            }
        ),
    )


def _one(told: dict[str, object], *said: object) -> Delivery:
    return Delivery(json.dumps(told).encode(), str(told["messageId"]), frozenset(said))
