"""Keygen's webhooks: licences that were made, changed and removed, and machines that came and went."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from health.records import Identifier, Record
from tests.integrations.keygen.account import ACCOUNT, TOKEN, Json, uuid
from tests.integrations.keygen.company import LICENSES, MACHINES
from tests.integrations.webhook_rig import Delivery, WebhookRig

HOST, PATH = "health.seller.example", "/seatsignal/webhooks/keygen"
CALLED_AT = f"https://{HOST}{PATH}"


def rig() -> WebhookRig:
    """One account, behind a proxy."""
    return WebhookRig(
        vendor="keygen",
        good={
            "SEATSIGNAL_KEYGEN_TOKEN": TOKEN,
            "SEATSIGNAL_KEYGEN_ACCOUNT": ACCOUNT,
            "SEATSIGNAL_KEYGEN_WEBHOOK_URL": CALLED_AT,
        },
        secret="SEATSIGNAL_KEYGEN_WEBHOOK_PUBLIC_KEY",
        old="SEATSIGNAL_KEYGEN_WEBHOOK_PUBLIC_KEY_OLD",
        sign=sign,
        deliveries=tuple(deliveries()),
        as_set=public_key,
    )


def _key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(secret.encode()).digest())


def public_key(secret: str) -> str:
    """The public key of an account, as its settings show it."""
    return _key(secret).public_key().public_bytes_raw().hex()


def sign(body: bytes, at_s: int, secret: str) -> Mapping[str, str]:
    """The headers that Keygen sends."""
    date, digest = formatdate(at_s, usegmt=True), f"sha-256={b64encode(sha256(body).digest()).decode()}"
    signed = f"(request-target): post {PATH}\nhost: {HOST}\ndate: {date}\ndigest: {digest}"
    signature = b64encode(_key(secret).sign(signed.encode())).decode()
    told = f'keyid="{ACCOUNT}", algorithm="ed25519", signature="{signature}"'
    return {
        "Date": date,
        "Digest": digest,
        "Keygen-Signature": f'{told}, headers="(request-target) host date digest"',
    }


def event(number: int, name: str, shown: Json) -> bytes:
    """An event as it is delivered."""
    payload = json.dumps({"data": shown, "meta": {}})
    attributes = {"endpoint": CALLED_AT, "event": name, "payload": payload, "status": "DELIVERING"}
    told = {"id": uuid("w", number), "type": "webhook-events", "attributes": attributes}
    return json.dumps({"data": told}).encode()


def deliveries() -> Iterator[Delivery]:
    """Of a licence with names elsewhere, of one without, and of a machine."""
    names = (Identifier("larkspur", "our_id", "larkspur"), Identifier("larkspur", "stripe", "cus_larkspur"))
    yield _delivery(1, "license.created", LICENSES[0], *names)
    yield _delivery(2, "license.renewed", LICENSES[0], *names)
    yield _delivery(3, "license.suspended", LICENSES[4])
    yield _delivery(4, "machine.created", MACHINES[0])


def _delivery(number: int, name: str, shown: Json, *said: Record) -> Delivery:
    return Delivery(event(number, name, shown), uuid("w", number), frozenset(said))
