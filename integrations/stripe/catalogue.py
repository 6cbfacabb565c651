"""Prices and coupons that were looked up, beside what a subscription says of them itself.

A listing tells neither the tiers of a price, nor its amounts in a second currency, nor all that a coupon of
the customer is limited to. `wanted` names what has to be looked up before a subscription's revenue is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from integrations.stripe.answers import Charge, Coupon, Customer, Discount, Price, Subscription


class PriceIn(NamedTuple):
    """A price by its id, in a currency as Stripe writes it (``""``: its first), with its tiers or without."""

    id: str
    currency: str
    tiered: bool


Wanted = PriceIn | str
"""A price in a currency, or a coupon by its id."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What was looked up so far; `None` for what is gone."""

    prices: dict[PriceIn, Price | None] = field(default_factory=dict)
    coupons: dict[str, Coupon | None] = field(default_factory=dict)

    def price(self, price: Price, currency: str) -> Price:
        """Return the price with all that is known of it in that currency."""
        return (self.prices.get(_asked(price, currency)) if self.prices else None) or price

    def coupon(self, found: str | Coupon | None) -> Coupon | None:
        """Return the coupon with all that is known of it, or `None` where that is too little."""
        if isinstance(found, Coupon):
            return self.coupons.get(found.id, found)
        return self.coupons.get(found or "")


def wanted(subscription: Subscription) -> Iterator[Wanted]:
    """Yield what the subscription alone does not tell of its prices and coupons."""
    currency = subscription.currency or ""
    for item in subscription.items.data:
        if item.price is not None and _untold(item.price, currency):
            yield _asked(item.price, currency)
        yield from _coupons(item.discounts or (), currency)
    own = discounts(subscription)
    yield from _coupons(own, currency)
    inherited = None if own else customer_discount(subscription)
    coupon = coupon_of(inherited) if inherited else None
    if coupon is not None:
        yield coupon if isinstance(coupon, str) else coupon.id


def discounts(subscription: Subscription) -> tuple[str | Discount, ...]:
    """Return the subscription's own discounts; a name alone where they were not asked for.

    Older versions show the only one in full beside its name.
    """
    stated = subscription.discounts or ()
    if subscription.discount is not None and len(stated) <= 1:
        return (subscription.discount,)
    return stated


def customer_discount(subscription: Subscription) -> Discount | None:
    """Return the customer's discount, which holds for subscriptions without one of their own."""
    return subscription.customer.discount if isinstance(subscription.customer, Customer) else None


def coupon_of(discount: Discount) -> str | Coupon | None:
    """Return the coupon of a discount of any version; its id where it is not shown."""
    return discount.coupon or (discount.source.coupon if discount.source else None)


def charge(price: Price, currency: str) -> Charge | None:
    """Return what a price asks for in a currency, or `None` where it does not tell."""
    if price.currency == currency:
        return Charge(
            unit_amount=price.unit_amount,
            unit_amount_decimal=price.unit_amount_decimal,
            tax_behavior=price.tax_behavior,
            tiers=price.tiers,
        )
    return (price.currency_options or {}).get(currency)


def _asked(price: Price, currency: str) -> PriceIn:
    other = "" if price.currency == currency else currency
    return PriceIn(price.id, other, price.billing_scheme == "tiered")


def _untold(price: Price, currency: str) -> bool:
    """Say whether a price that is charged by quantity does not tell its amounts."""
    if price.recurring is None or price.recurring.usage_type != "licensed":
        return False
    asked = charge(price, currency)
    return asked is None or (price.billing_scheme == "tiered" and not asked.tiers)


def _coupons(found: tuple[str | Discount, ...], currency: str) -> Iterator[str]:
    for discount in found:
        match coupon_of(discount) if isinstance(discount, Discount) else None:
            case str(name):
                yield name
            case Coupon(amount_off=int(), currency=other) as coupon if other != currency:
                if currency not in (coupon.currency_options or {}):
                    yield coupon.id
