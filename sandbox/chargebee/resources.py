"""Chargebee's resources as a book holds them, with no field we do not know. Instants are seconds since 1970.

Fields by apidocs.chargebee.com/docs/api, Product Catalog 2.0. Of a resource there may be several versions:
each is what it was from its ``updated_at`` on.
"""

from typing import Any, Literal

from msgspec import Struct

Unit = Literal["day", "week", "month", "year"]


class Held(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Anything in a book. What is empty is left out of answers, as Chargebee does."""


class Resource(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What has an id."""

    id: str
    updated_at: int
    deleted: bool = False
    resource_version: int | None = None
    object: str = ""


class Address(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A postal address."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    object: str = ""


class Relationship(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom a customer belongs to, who pays, and who gets the invoice."""

    invoice_owner_id: str | None = None
    parent_id: str | None = None
    payment_owner_id: str | None = None


class Customer(Resource, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A customer."""

    allow_direct_debit: bool = False
    auto_collection: Literal["on", "off"] = "on"
    billing_address: Address | None = None
    company: str | None = None
    created_at: int
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    meta_data: dict[str, Any] | None = None
    net_term_days: int = 0
    phone: str | None = None
    preferred_currency_code: str | None = None
    relationship: Relationship | None = None
    taxability: str = ""


class Item(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A price of a subscription."""

    amount: int | None = None
    amount_in_decimal: str | None = None
    billing_cycles: int | None = None
    charge_once: bool | None = None
    free_quantity: int | None = None
    item_price_id: str
    item_type: Literal["plan", "addon", "charge"]
    metered_quantity: str | None = None
    object: str = ""
    quantity: int | None = None
    quantity_in_decimal: str | None = None
    unit_price: int | None = None


class Contract(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a customer is bound for."""

    action_at_term_end: Literal["renew", "evergreen", "cancel", "renew_once"]
    billing_cycle: int = 1
    cancellation_cutoff_period: int | None = None
    contract_end: int
    contract_start: int
    created_at: int = 0
    id: str = ""
    object: str = ""
    remaining_billing_cycles: int | None = None
    status: Literal["active", "completed", "cancelled", "terminated"]
    total_contract_value: int = 0


class Coupon(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A coupon in use."""

    applied_count: int = 0
    apply_till: int | None = None
    coupon_code: str | None = None
    coupon_id: str
    object: str = ""


class Subscription(Resource, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A subscription."""

    activated_at: int | None = None
    billing_period: int | None = None
    billing_period_unit: Unit | None = None
    cancelled_at: int | None = None
    contract_term: Contract | None = None
    coupons: tuple[Coupon, ...] = ()
    created_at: int
    currency_code: str
    current_term_end: int | None = None
    current_term_start: int | None = None
    customer_id: str
    due_invoices_count: int | None = None
    has_scheduled_changes: bool = False
    mrr: int | None = None
    next_billing_at: int | None = None
    pause_date: int | None = None
    remaining_billing_cycles: int | None = None
    resume_date: int | None = None
    start_date: int | None = None
    started_at: int | None = None
    status: Literal["future", "in_trial", "active", "non_renewing", "paused", "cancelled", "transferred"]
    subscription_items: tuple[Item, ...] = ()
    trial_end: int | None = None
    trial_start: int | None = None


class Attempt(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A try to collect an invoice."""

    attempt: int
    created_at: int = 0
    dunning_type: str = ""
    txn_status: str = ""


class Invoice(Resource, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An invoice."""

    amount_due: int | None = None
    amount_paid: int | None = None
    currency_code: str
    customer_id: str
    date: int
    due_date: int | None = None
    dunning_attempts: tuple[Attempt, ...] = ()
    dunning_status: Literal["in_progress", "exhausted", "stopped", "success"] | None = None
    net_term_days: int | None = None
    paid_at: int | None = None
    recurring: bool = False
    status: Literal["paid", "posted", "payment_due", "not_paid", "voided", "pending"]
    subscription_id: str | None = None
    tax: int | None = None
    total: int
    voided_at: int | None = None


class ItemPrice(Resource, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A price of an item."""

    created_at: int = 0
    currency_code: str
    external_name: str | None = None
    item_family_id: str | None = None
    item_id: str
    item_type: Literal["plan", "addon", "charge"]
    name: str
    period: int | None = None
    period_unit: Unit | None = None
    price: int | None = None
    pricing_model: Literal["flat_fee", "per_unit", "tiered", "volume", "stairstep"]
    status: Literal["active", "archived", "deleted"] = "active"


class Content(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a site holds. ``calls_per_minute`` is its rate limit."""

    customers: tuple[Customer, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    item_prices: tuple[ItemPrice, ...] = ()
    calls_per_minute: int = 150
