"""Any JSON from senders of your own, signed as Standard Webhooks has it, read by maps."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from time import time
from typing import Any

import msgspec

from health.records import Record
from health.streams import Told, Unread, our_id
from integrations import signed
from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.inbound.maps import Map, maps
from integrations.inbound.rows import read
from integrations.inbound.settings import InboundSettings
from integrations.roles import Clock
from integrations.rows.report import Report


class InboundWebhook:
    """Knows calls by the secret, or by two of them while they are rotated."""

    def __init__(
        self, settings: InboundSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Keep the secrets and read the maps. Raises `Misconfigured`."""
        del budget
        given = (settings.webhook_secret, settings.webhook_secret_old)
        self._secrets = tuple(_key(secret.get_secret_value()) for secret in given if secret)
        self._maps = maps(settings.maps)
        self._ours = settings.account_is_our_id
        self._clock = clock

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the call's own id, whenever it comes. Raises `Rejected` or `Misconfigured`."""
        if not self._secrets:
            raise Misconfigured(
                "no_webhook_secret",
                "set SEATSIGNAL_INBOUND_WEBHOOK_SECRET to the secret that senders sign with",
            )
        name = signed.event(self._secrets, headers, body, self._clock())
        self._fitting(body)
        return name

    def parse(self, body: bytes) -> Iterator[Record | Told]:
        """Yield the records of a verified body, map by map. Raises `Rejected` for one that none reads."""
        content, fitting = self._fitting(body)
        named: set[str] = set()
        for name, told in fitting.items():
            report = Report(name)
            for record in read(name, told, content, report):
                yield from self._identified(record, named)
                yield record
            yield from (Unread("row_unreadable") for _ in range(report.rejected))

    def _identified(self, record: Record, named: set[str]) -> Iterator[Record]:
        account_id = getattr(record, "account_id", "")
        if self._ours and account_id and account_id not in named:
            named.add(account_id)
            yield our_id(account_id)

    def _fitting(self, body: bytes) -> tuple[Any, Mapping[str, Map]]:
        try:
            content = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            content = None
        fitting = {name: told for name, told in self._maps.items() if told.reads(content)}
        if content is None or not fitting:
            raise Rejected("no_map", "inbound: a body that no map reads")
        return content, fitting


def _key(secret: str) -> bytes:
    """Return the bytes of a secret: whsec_ and base64, or else whatever text senders sign with."""
    try:
        made = b64decode(secret.removeprefix(signed.PREFIX), validate=True)
    except ValueError:
        made = b""
    return made if secret.startswith(signed.PREFIX) and len(made) >= signed.LEAST else secret.encode()
