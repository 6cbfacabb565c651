"""What Stripe holds of the rehearsed company."""

import time
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from sandbox.clock import Clock
from sandbox.config import Rate
from sandbox.slack.bucket import Bucket
from sandbox.stripe.content import Content, Event
from sandbox.stripe.objects import Coupon, Customer, Discount, Invoice, Item, Price, Subscription, Thing
from sandbox.stripe.schedules import Schedule

T = TypeVar("T", bound=Thing)

EVENTS_KEPT_S = 30 * 86_400
_CONTENT = msgspec.json.Decoder(Content)


class StripeBook:
    """Everything that the stand-in knows. It shows what has happened by its clock.

    An object is as the last event about it says, or as it was loaded where there is none.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self.clear()

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self._content = _CONTENT.decode(content)
        per_second = self._content.calls_per_second
        self.bucket = Bucket(Rate(per_second=per_second, burst=per_second), time.monotonic)

    def clear(self) -> None:
        """Hold nothing."""
        self.load(b"{}")

    def customers(self) -> dict[str, Customer]:
        """Those that are not deleted."""
        return self._now(Customer, self._content.customers)

    def subscriptions(self) -> dict[str, Subscription]:
        """All, whatever became of them."""
        return self._now(Subscription, self._content.subscriptions)

    def invoices(self) -> dict[str, Invoice]:
        """All, but for drafts that were deleted."""
        return self._now(Invoice, self._content.invoices)

    def schedules(self) -> dict[str, Schedule]:
        """All, whatever became of them."""
        return self._now(Schedule, self._content.schedules)

    def items(self) -> dict[str, Item]:
        """Those of all subscriptions, which they name."""
        return {
            item.id: msgspec.structs.replace(item, subscription=subscription.id)
            for subscription in self.subscriptions().values()
            for item in subscription.items.data
        }

    def prices(self) -> dict[str, Price]:
        """Those that are listed, and those that subscriptions use."""
        used = (item.price for held in self._content.subscriptions for item in held.items.data)
        return {price.id: price for price in (*used, *self._content.prices)}

    def coupons(self) -> dict[str, Coupon]:
        """Those that are listed; one that is in use may have been deleted."""
        return {coupon.id: coupon for coupon in self._content.coupons}

    def events(self) -> dict[str, Event]:
        """Those of the last 30 days."""
        since = self._clock.now_s() - EVENTS_KEPT_S
        return {event.id: event for event in self._happened() if event.created > since}

    def deleted_customer(self, name: str) -> bool:
        """Whether there was a customer of that name."""
        return any(name == held.id for held in self._content.customers) and name not in self.customers()

    def _happened(self) -> Iterator[Event]:
        """Events until now, the oldest first."""
        now = self._clock.now_s()
        events = sorted(self._content.events, key=lambda event: event.created)
        return (event for event in events if event.created <= now)

    def _now(self, kind: type[T], loaded: tuple[T, ...]) -> dict[str, T]:
        found = {held.id: held for held in loaded if held.created <= self._clock.now_s()}
        for event in self._happened():
            about = event.data.object
            if isinstance(about, Discount) or not isinstance(about, kind):
                continue
            if event.type in {"customer.deleted", "invoice.deleted"}:
                found.pop(about.id, None)
            else:
                found[about.id] = about
        return found
