"""Stripe's API: the endpoints we read, and what they are asked for.

The version is pinned to the last one whose discounts hold their coupon: from 2025-09-30.clover on that is a
name, which below an item lies deeper than the four levels that may be expanded. Pages of the endpoints:
docs.stripe.com/api.
"""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

from integrations.budget import Budget
from integrations.errors import IntegrationError, Misconfigured, Rejected
from integrations.http import Http, Query
from integrations.session import Credentials
from integrations.stripe.answers import (
    Coupon,
    Customer,
    Invoice,
    Item,
    Listing,
    Price,
    Reply,
    Subscription,
)
from integrations.stripe.catalogue import PriceIn
from integrations.stripe.events import Event
from integrations.stripe.settings import StripeSettings
from integrations.vitals import Vitals

R = TypeVar("R", bound=Reply)
T = TypeVar("T")

VERSION = "2025-08-27.basil"
REMEDY = "set SEATSIGNAL_STRIPE_API_KEY to a key of your Stripe account that may read"
PERMISSIONS: Mapping[str, str] = {
    "customers": "Customers",
    "subscriptions": "Subscriptions",
    "subscription_items": "Subscriptions",
    "subscription_schedules": "Subscriptions",
    "invoices": "Invoices",
    "events": "Events",
    "prices": "Prices",
    "coupons": "Coupons",
}
"""What a restricted key must be allowed to read, by the first part of a path."""

PAGE = 100
GONE = frozenset({"status_400", "status_404"})
"""How Stripe answers for an object that is not there, or not in a listing any more."""

TYPES = (
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "customer.discount.created",
    "customer.discount.updated",
    "customer.discount.deleted",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.pending_update_applied",
    "invoice.finalized",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.overdue",
    "invoice.voided",
    "invoice.marked_uncollectible",
)
"""The events that change a record of ours: as many as may be asked for at once."""
MORE_TYPES = (
    "customer.subscription.pending_update_expired",
    "customer.subscription.trial_will_end",
    "subscription_schedule.aborted",
    "subscription_schedule.canceled",
    "subscription_schedule.completed",
    "subscription_schedule.created",
    "subscription_schedule.expiring",
    "subscription_schedule.released",
    "subscription_schedule.updated",
)
"""Those that change what is planned."""

_OF_SUBSCRIPTION = (
    "customer",
    "discounts.coupon.applies_to",
    "discounts.coupon.currency_options",
    "items.data.discounts",
    "schedule",
)
_OF_ITEM = ("discounts.coupon.currency_options",)
_OF_INVOICE = ("parent.subscription_details.subscription",)
_OF_COUPON = ("applies_to", "currency_options")


class StripeClient:
    """One Stripe account, as the key that is set may read it. ``where`` says which part of a listing."""

    def __init__(self, settings: StripeSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        key = settings.api_key.get_secret_value()
        headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}
        credentials = Credentials(headers, REMEDY)
        self._http = Http("stripe", settings.base_url, credentials, budget=budget, read_s=settings.timeout_s)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Stripe."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def may_read(self) -> None:
        """Raise unless the key may read all that is asked for."""
        for path in dict.fromkeys(PERMISSIONS):
            if path != "subscription_items":  # never without a subscription
                self._get(path, Listing[Reply], {"limit": 1})

    def customers(self, where: Query) -> Listing[Customer]:
        """Customers that are not deleted."""
        return self._page("customers", Listing[Customer], where)

    def subscriptions(self, where: Query) -> Listing[Subscription]:
        """Subscriptions of every status, with their customers, discounts and first items."""
        query = {"status": "all", **_expanded(_OF_SUBSCRIPTION, "data.")}
        return self._page("subscriptions", Listing[Subscription], where, query)

    def due(self, where: Query, until_s: int) -> Listing[Subscription]:
        """Subscriptions that were not cancelled, an item of which is due again by then, as above."""
        query: Query = {"current_period_end[lte]": until_s, **_expanded(_OF_SUBSCRIPTION, "data.")}
        return self._page("subscriptions", Listing[Subscription], where, query)

    def of_customer(self, where: Query, customer_id: str) -> Listing[Subscription]:
        """The subscriptions of a customer, as above."""
        query = {"customer": customer_id, "status": "all", **_expanded(_OF_SUBSCRIPTION, "data.")}
        return self._page("subscriptions", Listing[Subscription], where, query)

    def items(self, where: Query, subscription_id: str) -> Listing[Item]:
        """The items of a subscription, with their discounts."""
        query = {"subscription": subscription_id, **_expanded(_OF_ITEM, "data.")}
        return self._page("subscription_items", Listing[Item], where, query)

    def invoices(self, where: Query) -> Listing[Invoice]:
        """Invoices, with the subscriptions behind them."""
        return self._page("invoices", Listing[Invoice], where, _expanded(_OF_INVOICE, "data."))

    def events(self, where: Query, since_s: int, types: tuple[str, ...] = TYPES) -> Listing[Event]:
        """Events of these types since then."""
        return self._page("events", Listing[Event], where, {"types[]": types, "created[gte]": since_s})

    def customer(self, customer_id: str) -> Customer | None:
        """A customer, or `None` where there is none of that id."""
        return self._one("customers", Customer, customer_id, ())

    def subscription(self, subscription_id: str) -> Subscription | None:
        """A subscription as in the listing, or `None`."""
        return self._one("subscriptions", Subscription, subscription_id, _OF_SUBSCRIPTION)

    def invoice(self, invoice_id: str) -> Invoice | None:
        """An invoice as in the listing, or `None`."""
        return self._one("invoices", Invoice, invoice_id, _OF_INVOICE)

    def price(self, wanted: PriceIn) -> Price | None:
        """A price with its amounts in the currency that is wanted, and its tiers if it has some."""
        other = f"currency_options.{wanted.currency}." if wanted.currency else ""
        tiers = (f"{other}tiers",) if wanted.tiered else ()
        return self._one("prices", Price, wanted.id, (*(("currency_options",) if other else ()), *tiers))

    def coupon(self, coupon_id: str) -> Coupon | None:
        """A coupon with all that it is limited to, or `None` where it was deleted."""
        return self._one("coupons", Coupon, coupon_id, _OF_COUPON)

    def _page(
        self, path: str, listing: type[Listing[R]], where: Query, query: Query | None = None
    ) -> Listing[R]:
        return self._get(path, listing, {**where, "limit": PAGE, **(query or {})})

    def _one(self, path: str, answer: type[R], row_id: str, expand: tuple[str, ...]) -> R | None:
        try:
            return self._get(f"{path}/{quote(row_id, safe='')}", answer, _expanded(expand))
        except Rejected as error:
            if error.reason != "status_404":
                raise
        return None

    def _get(self, path: str, answer: type[T], query: Query) -> T:
        failure: IntegrationError
        try:
            return self._http.get(path, answer, query)
        except Misconfigured as error:
            failure = _named(error, PERMISSIONS[path.partition("/")[0]])
        raise failure


def _named(error: Misconfigured, permission: str) -> Misconfigured:
    """Say which permission is missing where the key is good and may not read something."""
    if error.reason != "forbidden":
        return error
    needed = ", ".join(dict.fromkeys(PERMISSIONS.values()))
    return Misconfigured(
        "forbidden",
        f"stripe: the key in SEATSIGNAL_STRIPE_API_KEY may not read {permission}; "
        f"give it Read on {needed} under Developers, API keys",
    )


def _expanded(paths: tuple[str, ...], within: str = "") -> dict[str, tuple[str, ...]]:
    return {"expand[]": tuple(f"{within}{path}" for path in paths)} if paths else {}
