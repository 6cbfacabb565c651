"""What a book of Stripe's holds: its objects, and what happened to them."""

from typing import Any

from sandbox.stripe.objects import Coupon, Customer, Discount, Held, Invoice, Price, Subscription, Thing
from sandbox.stripe.schedules import Schedule


class Change(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The object of an event, and what of it was otherwise before."""

    object: Customer | Subscription | Invoice | Discount | Schedule
    previous_attributes: dict[str, Any] | None = None


class Event(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="event"):
    """Something that happened: from then on the object is as it says."""

    api_version: str = "2025-08-27.basil"
    data: Change
    livemode: bool = False
    pending_webhooks: int = 0
    request: None = None
    type: str


class Content(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a Stripe account holds. ``calls_per_second`` is its rate limit."""

    customers: tuple[Customer, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    prices: tuple[Price, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    events: tuple[Event, ...] = ()
    calls_per_second: int = 100
