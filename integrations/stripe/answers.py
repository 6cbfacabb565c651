"""What Stripe answers, as far as we read it.

Any field may be null or missing; whoever makes a record of it says what must be there.

Fields differ between API versions: a period stands on the items, before 2025-03-31.basil on the
subscription; a discount holds its coupon, from 2025-09-30.clover on the name of it under ``source``.
"""

from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

Second = Annotated[int, Meta(ge=0, lt=2**35)]
"""An instant in seconds since 1970."""

Money = Annotated[int, Meta(gt=-(2**53), lt=2**53)]
"""An amount in the unit that Stripe counts the currency in."""

Exact = Annotated[str, Meta(max_length=29)]
"""The same with up to twelve decimals, as text; `pricing` reads it."""

Count = Annotated[int, Meta(ge=0, lt=2**31)]


class Answer(Struct, frozen=True, gc=False):
    """Anything in an answer: a tree without cycles, which the garbage collector need not look through."""


class Reply(Answer, frozen=True, kw_only=True):
    """What every object has."""

    id: str
    created: Second | None = None


R = TypeVar("R", bound=Reply)


class Listing(Answer, Generic[R], frozen=True, kw_only=True):
    """A page of a listing, newest first."""

    data: tuple[R, ...]
    has_more: bool


class Address(Answer, frozen=True, kw_only=True):
    """Where a customer is."""

    country: str | None = None


class Amount(Answer, frozen=True, kw_only=True):
    """What a coupon takes off in one currency."""

    amount_off: Money | None = None


class Products(Answer, frozen=True, kw_only=True):
    """What a coupon is limited to."""

    products: tuple[str | None, ...] | None = None


class Coupon(Reply, frozen=True, kw_only=True):
    """What a discount takes off, and for how long; ``applies_to`` and ``currency_options`` if asked for."""

    percent_off: float | None = None
    amount_off: Money | None = None
    currency: str | None = None
    currency_options: dict[str, Amount] | None = None
    applies_to: Products | None = None
    duration: str | None = None


class Origin(Answer, frozen=True, kw_only=True):
    """Where a discount comes from, since 2025-09-30.clover."""

    coupon: str | Coupon | None = None


class Discount(Answer, frozen=True, kw_only=True):
    """A coupon in use; ``end`` is set where it is ``repeating``."""

    id: str | None = None
    coupon: str | Coupon | None = None
    source: Origin | None = None
    end: Second | None = None


class Customer(Reply, frozen=True, kw_only=True):
    """A customer. Of a deleted one only the id is left."""

    deleted: bool | None = None
    name: str | None = None
    email: str | None = None
    currency: str | None = None
    address: Address | None = None
    preferred_locales: tuple[str | None, ...] | None = None
    metadata: dict[str, str | None] | None = None
    discount: Discount | None = None


class Recurring(Answer, frozen=True, kw_only=True):
    """How often a price is charged, and for what."""

    interval: str | None = None
    interval_count: Count | None = None
    usage_type: str | None = None


class Tier(Answer, frozen=True, kw_only=True):
    """A step of a tiered price, up to and including a quantity; the last one has none."""

    up_to: Count | None = None
    unit_amount: Money | None = None
    unit_amount_decimal: Exact | None = None
    flat_amount: Money | None = None
    flat_amount_decimal: Exact | None = None


class Packages(Answer, frozen=True, kw_only=True):
    """How a quantity becomes the number of packages that are charged."""

    divide_by: Count | None = None
    round: str | None = None


class Charge(Answer, frozen=True, kw_only=True):
    """What a price asks for in one currency; ``tiers`` if asked for."""

    unit_amount: Money | None = None
    unit_amount_decimal: Exact | None = None
    tax_behavior: str | None = None
    tiers: tuple[Tier, ...] | None = None


class Price(Reply, frozen=True, kw_only=True):
    """A price in its first currency; others are in ``currency_options``, if asked for."""

    nickname: str | None = None
    lookup_key: str | None = None
    product: str | None = None
    currency: str | None = None
    currency_options: dict[str, Charge] | None = None
    billing_scheme: str | None = None
    recurring: Recurring | None = None
    transform_quantity: Packages | None = None
    tiers_mode: str | None = None
    unit_amount: Money | None = None
    unit_amount_decimal: Exact | None = None
    tax_behavior: str | None = None
    tiers: tuple[Tier, ...] | None = None


class TaxRate(Answer, frozen=True, kw_only=True):
    """A tax; ``inclusive`` where prices hold it already."""

    inclusive: bool | None = None
    percentage: float | None = None


class Item(Reply, frozen=True, kw_only=True):
    """One price of a subscription, and how much of it."""

    price: Price | None = None
    quantity: Count | None = None
    current_period_start: Second | None = None
    current_period_end: Second | None = None
    discounts: tuple[str | Discount, ...] | None = None
    tax_rates: tuple[TaxRate, ...] | None = None


class Items(Answer, frozen=True):
    """The first items of a subscription."""

    data: tuple[Item, ...] = ()
    has_more: bool | None = None


class AutomaticTax(Answer, frozen=True, kw_only=True):
    """Whether Stripe finds the tax by itself."""

    enabled: bool | None = None


class Pause(Answer, frozen=True, kw_only=True):
    """What becomes of invoices while none is collected; until when, if that is set."""

    behavior: str | None = None
    resumes_at: Second | None = None


class Planned(Answer, frozen=True, kw_only=True):
    """A discount of a phase: of a coupon, or one that is there already; by their ids."""

    coupon: str | Coupon | None = None
    discount: str | Discount | None = None


class PhaseItem(Answer, frozen=True, kw_only=True):
    """A price of a phase, by its id, and how much of it."""

    price: str | Price | None = None
    quantity: Count | None = None
    discounts: tuple[Planned, ...] | None = None
    tax_rates: tuple[TaxRate, ...] | None = None


class Phase(Answer, frozen=True, kw_only=True):
    """What a subscription will be for a while; an empty list of discounts leaves it the customer's."""

    start_date: Second | None = None
    end_date: Second | None = None
    items: tuple[PhaseItem, ...] | None = None
    discounts: tuple[Planned, ...] | None = None
    default_tax_rates: tuple[TaxRate, ...] | None = None
    automatic_tax: AutomaticTax | None = None


class Schedule(Reply, frozen=True, kw_only=True):
    """What a subscription will be, phase by phase, and whether it is cancelled after the last one."""

    status: str | None = None
    end_behavior: str | None = None
    phases: tuple[Phase, ...] | None = None


class Subscription(Reply, frozen=True, kw_only=True):
    """A subscription. ``discount`` and the period of its own are of older versions."""

    customer: str | Customer | None = None
    items: Items = Items()
    pause_collection: Pause | None = None
    schedule: str | Schedule | None = None
    status: str | None = None
    currency: str | None = None
    start_date: Second | None = None
    trial_end: Second | None = None
    cancel_at: Second | None = None
    cancel_at_period_end: bool | None = None
    ended_at: Second | None = None
    discounts: tuple[str | Discount, ...] | None = None
    discount: Discount | None = None
    default_tax_rates: tuple[TaxRate, ...] | None = None
    automatic_tax: AutomaticTax | None = None
    current_period_start: Second | None = None
    current_period_end: Second | None = None


class Standing(Answer, frozen=True, kw_only=True):
    """How the subscription behind an invoice stands."""

    status: str | None = None


class SubscriptionDetails(Answer, frozen=True, kw_only=True):
    """Which subscription an invoice is for."""

    subscription: str | Standing | None = None


class Parent(Answer, frozen=True, kw_only=True):
    """What an invoice is for."""

    subscription_details: SubscriptionDetails | None = None


class Transitions(Answer, frozen=True, kw_only=True):
    """When an invoice became what."""

    finalized_at: Second | None = None
    paid_at: Second | None = None


class Invoice(Reply, frozen=True, kw_only=True):
    """An invoice. ``subscription`` is of older versions."""

    customer: str | None = None
    status: str | None = None
    currency: str | None = None
    amount_due: Money | None = None
    due_date: Second | None = None
    status_transitions: Transitions | None = None
    attempted: bool | None = None
    attempt_count: Count | None = None
    next_payment_attempt: Second | None = None
    parent: Parent | None = None
    subscription: str | Standing | None = None
