"""Stripe's objects as a book holds them: current shapes with everything in them, and no field we do not know.

What the API shows only when asked (tiers, discounts, customers) is held here in full or by its id.
Instants are seconds since 1970.
"""

from typing import Literal

from msgspec import Struct


class Held(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything in a book."""


class Thing(Held, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="object"):
    """What has an id; ``object`` says of which kind it is."""

    id: str
    created: int


class Address(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A postal address."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class AmountOff(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a coupon takes off in another currency."""

    amount_off: int


class Products(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a coupon is limited to."""

    products: tuple[str, ...]


class Coupon(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="coupon"):
    """A coupon."""

    amount_off: int | None = None
    applies_to: Products | None = None
    currency: str | None = None
    currency_options: dict[str, AmountOff] | None = None
    duration: Literal["forever", "once", "repeating"] = "forever"
    duration_in_months: int | None = None
    livemode: bool = False
    max_redemptions: int | None = None
    metadata: dict[str, str] = {}
    name: str | None = None
    percent_off: float | None = None
    redeem_by: int | None = None
    times_redeemed: int = 0
    valid: bool = True


class Discount(
    Held, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="object", tag="discount"
):
    """A coupon in use."""

    id: str
    checkout_session: str | None = None
    coupon: Coupon
    customer: str | None = None
    end: int | None = None
    invoice: str | None = None
    invoice_item: str | None = None
    promotion_code: str | None = None
    start: int = 0
    subscription: str | None = None
    subscription_item: str | None = None


class Customer(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="customer"):
    """A customer."""

    address: Address | None = None
    currency: str | None = None
    description: str | None = None
    discount: Discount | None = None
    email: str | None = None
    livemode: bool = False
    metadata: dict[str, str] = {}
    name: str | None = None
    phone: str | None = None
    preferred_locales: tuple[str, ...] = ()


class Recurring(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a price is charged."""

    interval: Literal["day", "week", "month", "year"] = "month"
    interval_count: int = 1
    meter: str | None = None
    trial_period_days: int | None = None
    usage_type: Literal["licensed", "metered"] = "licensed"


class Tier(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of a tiered price."""

    flat_amount: int | None = None
    flat_amount_decimal: str | None = None
    unit_amount: int | None = None
    unit_amount_decimal: str | None = None
    up_to: int | None = None


class Packages(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a quantity becomes packages."""

    divide_by: int
    round: Literal["up", "down"]


class InCurrency(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price in one of its currencies."""

    custom_unit_amount: None = None
    tax_behavior: str = "unspecified"
    tiers: tuple[Tier, ...] | None = None
    unit_amount: int | None = None
    unit_amount_decimal: str | None = None


class Price(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="price"):
    """A price."""

    active: bool = True
    billing_scheme: Literal["per_unit", "tiered"] = "per_unit"
    currency: str
    currency_options: dict[str, InCurrency] | None = None
    custom_unit_amount: None = None
    livemode: bool = False
    lookup_key: str | None = None
    metadata: dict[str, str] = {}
    nickname: str | None = None
    product: str
    recurring: Recurring = Recurring()
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] = "unspecified"
    tiers: tuple[Tier, ...] | None = None
    tiers_mode: Literal["graduated", "volume"] | None = None
    transform_quantity: Packages | None = None
    type: Literal["recurring"] = "recurring"
    unit_amount: int | None = None
    unit_amount_decimal: str | None = None


class TaxRate(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="tax_rate"):
    """A tax that was made by hand."""

    active: bool = True
    display_name: str = "VAT"
    inclusive: bool = False
    livemode: bool = False
    percentage: float


class Item(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="subscription_item"):
    """A price in a subscription."""

    current_period_end: int
    current_period_start: int
    discounts: tuple[Discount, ...] = ()
    metadata: dict[str, str] = {}
    price: Price
    quantity: int | None = None
    subscription: str = ""
    tax_rates: tuple[TaxRate, ...] = ()


class Items(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All items of a subscription; the API shows the first ten."""

    data: tuple[Item, ...]
    object: Literal["list"] = "list"
    has_more: bool = False
    url: str = ""


class AutomaticTax(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether Stripe finds the tax by itself."""

    enabled: bool = False


class Pause(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That invoices are not collected for now."""

    behavior: Literal["keep_as_draft", "mark_uncollectible", "void"]
    resumes_at: int | None = None


class Subscription(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="subscription"):
    """A subscription."""

    automatic_tax: AutomaticTax = AutomaticTax()
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    collection_method: Literal["charge_automatically", "send_invoice"] = "charge_automatically"
    currency: str
    customer: str
    days_until_due: int | None = None
    default_tax_rates: tuple[TaxRate, ...] = ()
    description: str | None = None
    discounts: tuple[Discount, ...] = ()
    ended_at: int | None = None
    items: Items
    latest_invoice: str | None = None
    livemode: bool = False
    metadata: dict[str, str] = {}
    pause_collection: Pause | None = None
    schedule: str | None = None
    start_date: int
    status: Literal[
        "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused"
    ]
    trial_end: int | None = None
    trial_start: int | None = None


class SubscriptionDetails(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which subscription an invoice is for."""

    metadata: dict[str, str] | None = None
    subscription: str


class Parent(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an invoice is for."""

    quote_details: None = None
    subscription_details: SubscriptionDetails | None = None
    type: str = "subscription_details"


class Transitions(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an invoice became what."""

    finalized_at: int | None = None
    marked_uncollectible_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None


class Invoice(Thing, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="invoice"):
    """An invoice."""

    amount_due: int
    amount_paid: int = 0
    amount_remaining: int = 0
    attempt_count: int = 0
    attempted: bool = False
    auto_advance: bool = True
    billing_reason: str = "subscription_cycle"
    collection_method: Literal["charge_automatically", "send_invoice"] = "charge_automatically"
    currency: str
    customer: str
    customer_email: str | None = None
    customer_name: str | None = None
    due_date: int | None = None
    livemode: bool = False
    next_payment_attempt: int | None = None
    number: str | None = None
    parent: Parent | None = None
    status: Literal["draft", "open", "paid", "uncollectible", "void"]
    status_transitions: Transitions = Transitions()
    total: int = 0
