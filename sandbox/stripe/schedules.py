"""Stripe's subscription schedules as a book holds them: phases name prices and coupons by their ids."""

from typing import Literal

from sandbox.stripe.objects import AutomaticTax, Held, TaxRate, Thing


class Planned(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A discount of a phase: of one of these."""

    coupon: str | None = None
    discount: str | None = None
    promotion_code: str | None = None


class Extra(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a phase adds to its first invoice alone."""

    discounts: tuple[Planned, ...] = ()
    price: str
    quantity: int | None = None
    tax_rates: tuple[TaxRate, ...] = ()


class PhaseItem(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price of a phase."""

    billing_thresholds: None = None
    discounts: tuple[Planned, ...] = ()
    price: str
    quantity: int | None = None
    tax_rates: tuple[TaxRate, ...] = ()


class Phase(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a subscription is from one instant to another."""

    add_invoice_items: tuple[Extra, ...] = ()
    automatic_tax: AutomaticTax | None = None
    currency: str
    default_tax_rates: tuple[TaxRate, ...] = ()
    discounts: tuple[Planned, ...] = ()
    end_date: int
    items: tuple[PhaseItem, ...]
    proration_behavior: Literal["always_invoice", "create_prorations", "none"] = "create_prorations"
    start_date: int
    trial_end: int | None = None


class Schedule(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="subscription_schedule"):
    """What a subscription will be."""

    canceled_at: int | None = None
    completed_at: int | None = None
    customer: str
    end_behavior: Literal["cancel", "none", "release", "renew"] = "release"
    livemode: bool = False
    phases: tuple[Phase, ...]
    released_at: int | None = None
    released_subscription: str | None = None
    status: Literal["active", "canceled", "completed", "not_started", "released"] = "active"
    subscription: str | None = None
