"""HubSpot's webhooks: whether a delivery is genuine, and what the objects that it names say now.

A delivery names objects, which are read anew, from the store and not from the search index: it is some
moments late. The signature covers the address that HubSpot calls, which is the public one, whatever proxy
stands before us.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from time import time

from health.records import Identifier, Record
from integrations.budget import Budget
from integrations.called import called_at
from integrations.errors import Misconfigured, Rejected
from integrations.hubspot.bookmark import Listing
from integrations.hubspot.client import HubSpotClient
from integrations.hubspot.events import Event, events, known_by
from integrations.hubspot.records import (
    NAME,
    company_properties,
    contact_properties,
    of_company,
    of_contact,
    readable,
)
from integrations.hubspot.settings import HubSpotSettings
from integrations.roles import Clock

TOLERANCE_MS = 300_000
"""How far the time of a signature may lie from ours, either way."""
SIGNATURE, AT = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
MOST = 100
"""Objects that are read at once."""
OWNERS_S = 300.0
"""How long the addresses of owners are taken as they were."""
_AT = re.compile(r"[0-9]{1,15}")


class HubSpotWebhook:
    """Knows deliveries by the app's secret, or by two of them while they are rotated."""

    def __init__(
        self, settings: HubSpotSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet. ``clock`` gives seconds since 1970."""
        given = (settings.webhook_secret, settings.webhook_secret_old)
        self._secrets = tuple(secret.get_secret_value().encode() for secret in given if secret)
        self._settings = settings
        self._hubspot = HubSpotClient(settings, budget)
        self._clock = clock
        self._owners: dict[str, str] = {}
        self._owners_until_s = 0.0

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return what the delivery is known by each time it comes. Raises `Rejected` or `Misconfigured`.

        The signature is an HMAC-SHA256 of method, address, body and time, in base64
        (developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests).
        """
        if not self._secrets:
            raise Misconfigured(
                "no_webhook_secret", "set SEATSIGNAL_HUBSPOT_WEBHOOK_SECRET to the client secret of your app"
            )
        address = called_at(NAME, self._settings.webhook_url)
        given = {name.lower(): value for name, value in headers.items()}
        signature, at = given.get(SIGNATURE, ""), given.get(AT, "")
        if not signature or not _AT.fullmatch(at):
            raise Rejected("signature_missing", "hubspot: no signature v3 with a time")
        if not self._genuine(address, body, at, signature):
            raise Rejected("signature_wrong", "hubspot: the signature does not fit, or SEATSIGNAL_PUBLIC_URL")
        if abs(self._clock() * 1_000 - int(at)) > TOLERANCE_MS:
            raise Rejected("signature_untimely", "hubspot: signed more than 300 s from now")
        return known_by(events(body))

    def parse(self, body: bytes) -> Iterator[Record]:
        """Yield what the objects say now that a verified delivery names, and what was merged into them.

        Raises `Rejected`, and what asking HubSpot raises.
        """
        found = events(body)
        yield from self._companies(_named(found, "companies"))
        yield from _merges(found)
        yield from self._contacts(_named(found, "contacts"))

    def _genuine(self, address: str, body: bytes, at: str, signature: str) -> bool:
        signed = b"".join((b"POST", address.encode(), body, at.encode()))
        expected = [b64encode(hmac.new(secret, signed, sha256).digest()) for secret in self._secrets]
        theirs = signature.encode(errors="replace")
        return any([hmac.compare_digest(each, theirs) for each in expected])  # noqa: C419 - each is compared

    def _companies(self, ids: Sequence[str]) -> Iterator[Record]:
        for part in _parts(ids):
            read = self._hubspot.read("companies", part, company_properties(self._settings))
            for each in filter(readable, read.results):
                yield from of_company(each, self._addresses(), self._settings)

    def _contacts(self, ids: Sequence[str]) -> Iterator[Record]:
        for part in _parts(ids):
            read = self._hubspot.read("contacts", part, contact_properties(self._settings))
            for each in filter(readable, read.results):
                yield from of_contact(each, self._settings)

    def _addresses(self) -> Mapping[str, str]:
        if self._clock() >= self._owners_until_s:
            self._owners = self._hubspot.owner_addresses()
            self._owners_until_s = self._clock() + OWNERS_S
        return self._owners


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + MOST] for at in range(0, len(ids), MOST))


def _named(found: Sequence[Event], listing: Listing) -> Sequence[str]:
    """Return the ids of the objects of a kind that events name, each once."""
    return list(dict.fromkeys(each.there for each in found if each.listing == listing and each.there))


def _merges(found: Sequence[Event]) -> Iterator[Record]:
    told = (each for each in found if each.listing == "companies" and each.there)
    yield from dict.fromkeys(Identifier(each.there, NAME, gone) for each in told for gone in each.merged)
