"""What Chargebee answers (API v2, Product Catalog 2.0), as far as we read it: apidocs.chargebee.com/docs/api.

Any field may be null or missing; whoever makes a record of it says what must be there.
"""

from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

Second = Annotated[int, Meta(ge=0, lt=2**35)]
"""An instant in seconds since 1970."""

Money = Annotated[int, Meta(gt=-(2**53), lt=2**53)]
"""An amount in the unit that Chargebee counts the currency in."""

Count = Annotated[int, Meta(ge=0, lt=2**31)]


class Answer(Struct, frozen=True, gc=False):
    """Anything in an answer: a tree without cycles, which the garbage collector need not look through."""


class Reply(Answer, frozen=True, kw_only=True):
    """What every object has. Of what was ``deleted`` everything else may still be told."""

    id: str
    deleted: bool | None = None
    updated_at: Second | None = None


class Address(Answer, frozen=True, kw_only=True):
    """Where a customer is."""

    country: str | None = None


class Relationship(Answer, frozen=True, kw_only=True):
    """Whom a customer belongs to."""

    parent_id: str | None = None


class Customer(Reply, frozen=True, kw_only=True):
    """A customer; ``meta_data`` is any JSON of the site's own."""

    company: str | None = None
    email: str | None = None
    locale: str | None = None
    created_at: Second | None = None
    preferred_currency_code: str | None = None
    billing_address: Address | None = None
    relationship: Relationship | None = None
    meta_data: dict[str, object] | None = None


class Item(Answer, frozen=True, kw_only=True):
    """A price of a subscription, and how much of it; ``metered_quantity`` where it is paid by use."""

    item_price_id: str | None = None
    item_type: str | None = None
    quantity: Count | None = None
    quantity_in_decimal: str | None = None
    metered_quantity: str | None = None
    amount: Money | None = None


class Contract(Answer, frozen=True, kw_only=True):
    """The term that a customer is bound for, over several invoices."""

    status: str | None = None
    contract_start: Second | None = None
    contract_end: Second | None = None
    action_at_term_end: str | None = None
    cancellation_cutoff_period: Count | None = None


class Reduction(Answer, frozen=True, kw_only=True):
    """A coupon or a discount; that there is one is all that is asked."""


class Subscription(Reply, frozen=True, kw_only=True):
    """A subscription. ``mrr`` is Chargebee's own figure, found out some time after a change."""

    customer_id: str | None = None
    status: str | None = None
    currency_code: str | None = None
    billing_period: Count | None = None
    billing_period_unit: str | None = None
    current_term_start: Second | None = None
    current_term_end: Second | None = None
    trial_start: Second | None = None
    trial_end: Second | None = None
    start_date: Second | None = None
    started_at: Second | None = None
    created_at: Second | None = None
    cancelled_at: Second | None = None
    remaining_billing_cycles: Count | None = None
    mrr: Money | None = None
    subscription_items: tuple[Item, ...] | None = None
    contract_term: Contract | None = None
    coupons: tuple[Reduction, ...] | None = None
    discounts: tuple[Reduction, ...] | None = None


class Attempt(Answer, frozen=True, kw_only=True):
    """A try to collect an invoice."""


class Invoice(Reply, frozen=True, kw_only=True):
    """An invoice."""

    customer_id: str | None = None
    status: str | None = None
    dunning_status: str | None = None
    currency_code: str | None = None
    total: Money | None = None
    date: Second | None = None
    due_date: Second | None = None
    paid_at: Second | None = None
    dunning_attempts: tuple[Attempt, ...] | None = None


class ItemPrice(Reply, frozen=True, kw_only=True):
    """A price of an item: what it is called, and how a quantity of it is charged."""

    name: str | None = None
    external_name: str | None = None
    item_id: str | None = None
    pricing_model: str | None = None
    period: Count | None = None
    period_unit: str | None = None


class CustomerEntry(Answer, frozen=True, kw_only=True):
    """A row of the listing of customers."""

    customer: Customer


class SubscriptionEntry(Answer, frozen=True, kw_only=True):
    """A row of the listing of subscriptions."""

    subscription: Subscription


class InvoiceEntry(Answer, frozen=True, kw_only=True):
    """A row of the listing of invoices."""

    invoice: Invoice


class ItemPriceEntry(Answer, frozen=True, kw_only=True):
    """A price by itself, or a row of their listing."""

    item_price: ItemPrice


Entry = TypeVar("Entry", CustomerEntry, SubscriptionEntry, InvoiceEntry, ItemPriceEntry)


class Listing(Answer, Generic[Entry], frozen=True, kw_only=True):
    """A page of a listing; ``next_offset`` says where the next one begins, if there is one."""

    list: tuple[Entry, ...]
    next_offset: str | None = None
