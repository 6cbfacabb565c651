"""HubSpot's webhooks: companies and people that changed, were merged or are gone."""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256

from health.records import Record
from integrations.hubspot.events import events, known_by
from tests.integrations.hubspot.account import (
    COMPANIES_HELD,
    CONTACTS_HELD,
    FIRST_CONTACT,
    INTO,
    MERGED,
    TOKEN,
    company_id,
)
from tests.integrations.hubspot.source_rig import NAMED
from tests.integrations.webhook_rig import Delivery, WebhookRig

CALLED_AT = "https://health.seller.example/seatsignal/webhooks/hubspot"


def rig() -> WebhookRig:
    """One app's webhooks, behind a proxy."""
    return WebhookRig(
        vendor="hubspot",
        good={"SEATSIGNAL_HUBSPOT_TOKEN": TOKEN, "SEATSIGNAL_HUBSPOT_WEBHOOK_URL": CALLED_AT, **NAMED},
        secret="SEATSIGNAL_HUBSPOT_WEBHOOK_SECRET",
        old="SEATSIGNAL_HUBSPOT_WEBHOOK_SECRET_OLD",
        sign=sign,
        deliveries=tuple(deliveries()),
    )


def sign(body: bytes, at_s: int, secret: str) -> Mapping[str, str]:
    """The headers that HubSpot sends."""
    signed = f"POST{CALLED_AT}".encode() + body + f"{at_s}000".encode()
    signature = b64encode(hmac.new(secret.encode(), signed, sha256).digest()).decode()
    return {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": f"{at_s}000"}


def event(number: int, kind: str, object_id: object, **told: object) -> dict[str, object]:
    """An event as it is delivered."""
    return {
        "eventId": number,
        "subscriptionId": 12,
        "portalId": 4_400,
        "appId": 77,
        "occurredAt": 1_780_000_000_000,
        "subscriptionType": kind,
        "attemptNumber": 0,
        "objectId": int(str(object_id)),
        "changeFlag": "UPDATED",
        **told,
    }


def deliveries() -> Iterator[Delivery]:
    """Of either kind of subscription."""
    yield _delivery(
        [
            event(1, "company.propertyChange", company_id(3), propertyName="name", propertyValue="Firm 3"),
            event(2, "company.propertyChange", company_id(3), propertyName="domain", propertyValue="x"),
            event(3, "contact.creation", FIRST_CONTACT + 1),
        ],
        *COMPANIES_HELD[3][1],
        *CONTACTS_HELD[1][1],
    )
    yield _delivery(
        [event(4, "object.propertyChange", company_id(4), objectTypeId="0-2")], *COMPANIES_HELD[4][1]
    )
    yield _delivery([event(5, "company.deletion", company_id(5)), event(6, "deal.creation", 7)])
    yield _delivery([event(7, "object.creation", 7, objectTypeId="0-3")])


def merge(number: int) -> dict[str, object]:
    """The event of a merge."""
    return event(
        number,
        "company.merge",
        company_id(INTO),
        primaryObjectId=int(MERGED[0]),
        mergedObjectIds=[int(MERGED[1])],
        newObjectId=int(company_id(INTO)),
    )


def _delivery(told: list[dict[str, object]], *said: Record) -> Delivery:
    body = json.dumps(told).encode()
    return Delivery(body, known_by(events(body)), frozenset(said))
