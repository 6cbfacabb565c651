"""What Chargebee holds of the rehearsed company."""

import time
from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from sandbox.chargebee.resources import Content, Resource
from sandbox.clock import Clock
from sandbox.config import Rate
from sandbox.slack.bucket import Bucket

R = TypeVar("R", bound=Resource)

MINUTE_S = 60
_CONTENT = msgspec.json.Decoder(Content)


class ChargebeeBook:
    """Everything that the stand-in knows. It shows the latest version of each resource by its clock."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self.clear()

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self._content = _CONTENT.decode(content)
        allowed = self._content.calls_per_minute
        self.bucket = Bucket(Rate(per_second=allowed / MINUTE_S, burst=allowed), time.monotonic)

    def clear(self) -> None:
        """Hold nothing."""
        self.load(b"{}")

    def rows(self, listing: str) -> Mapping[str, Resource]:
        """The resources of a listing by their ids, deleted ones too."""
        match listing:
            case "customers":
                return self._now(self._content.customers)
            case "subscriptions":
                return self._now(self._content.subscriptions)
            case "invoices":
                return self._now(self._content.invoices)
            case _:
                return self._now(self._content.item_prices)

    def _now(self, held: Iterable[R]) -> Mapping[str, R]:
        now_s = self._clock.now_s()
        versions = sorted(held, key=lambda row: row.updated_at)
        return {row.id: row for row in versions if row.updated_at <= now_s}
