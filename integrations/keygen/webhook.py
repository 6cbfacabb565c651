"""Keygen's webhooks: whether a delivery is genuine, whether it matters, and whose licence it is about.

A licence is only whole with its policy and its machines, which an event does not show: of most events all
that is told is that there is something new, and the next pull brings it.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import sha256
from time import time
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from health.records import Record
from integrations.budget import Budget
from integrations.called import called_at
from integrations.errors import Misconfigured, Rejected
from integrations.keygen.events import event, licence, matters
from integrations.keygen.licences import Names
from integrations.keygen.settings import KeygenSettings
from integrations.roles import Clock

TOLERANCE_S = 300
"""How far the time of a signature may lie from ours, either way."""
SIGNED = "(request-target) host date digest"
_SIGNATURE = re.compile(
    r'keyid="([\w-]+)", algorithm="ed25519", signature="([A-Za-z0-9+/]+=*)", '
    rf'headers="{re.escape(SIGNED)}"'
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class KeygenWebhook:
    """Knows deliveries by the account's public key, or by two of them while they are rotated."""

    patient = True

    def __init__(
        self, settings: KeygenSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Keep the keys; nothing is ever asked of Keygen. ``clock`` gives seconds since 1970."""
        del budget
        given = (settings.webhook_public_key, settings.webhook_public_key_old)
        self._keys = tuple(Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for key in given if key)
        self._settings = settings
        self._names = Names.of(settings)
        self._clock = clock

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the event's id, or nothing for one that is noise. Raises `Rejected` or `Misconfigured`.

        What is signed is the address that Keygen calls, the date and a digest of the body
        (keygen.sh/docs/api/signatures).
        """
        if not self._keys:
            raise Misconfigured(
                "no_public_key", "set SEATSIGNAL_KEYGEN_WEBHOOK_PUBLIC_KEY to the Ed25519 key of your account"
            )
        address = called_at("keygen", self._settings.webhook_url)
        given = {name.lower(): value for name, value in headers.items()}
        signature, date = self._signature(given), given.get("date", "")
        digest = f"sha-256={b64encode(sha256(body).digest()).decode()}"
        if given.get("digest") != digest or not self._genuine(_signed(address, date, digest), signature):
            raise Rejected("signature_wrong", "keygen: the signature does not fit, or SEATSIGNAL_PUBLIC_URL")
        if abs(self._clock() - _second(date)) > TOLERANCE_S:
            raise Rejected("signature_untimely", f"keygen: signed more than {TOLERANCE_S} s from now")
        told = event(body)
        return told.id if matters(told.attributes.event, self._settings.webhook_events) else ""

    def parse(self, body: bytes) -> Iterator[Record]:
        """Yield what the customer of a licence is called elsewhere. Raises `Rejected`."""
        shown = licence(event(body))
        account_id = self._names.account_id(shown) if shown else None
        if shown and account_id:
            yield from self._names.identifiers(shown, account_id)

    def _signature(self, given: Mapping[str, str]) -> bytes:
        found = _SIGNATURE.fullmatch(given.get("keygen-signature", ""))
        made = _decoded(found[2]) if found else b""
        if not found or not made or "date" not in given:
            raise Rejected("signature_missing", "keygen: no Ed25519 signature of address, date and digest")
        if _UUID.fullmatch(self._settings.account) and found[1] != self._settings.account:
            raise Rejected("signature_wrong", "keygen: a delivery of another account")
        return made

    def _genuine(self, signed: bytes, signature: bytes) -> bool:
        return any([_fits(key, signed, signature) for key in self._keys])  # noqa: C419 - each is tried


def _fits(key: Ed25519PublicKey, signed: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _signed(address: str, date: str, digest: str) -> bytes:
    """Return what Keygen signs, line by line."""
    parts = urlsplit(address)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    lines: Sequence[tuple[str, str | None]] = (
        ("(request-target)", f"post {target}"),
        ("host", parts.hostname),
        ("date", date),
        ("digest", digest),
    )
    return "\n".join(f"{name}: {value}" for name, value in lines).encode(errors="replace")


def _decoded(signature: str) -> bytes:
    """Return a signature's bytes; none unless it is written in the one way there is."""
    try:
        made = b64decode(signature, validate=True)
    except ValueError:
        return b""
    return made if b64encode(made).decode() == signature else b""


def _second(date: str) -> float:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
