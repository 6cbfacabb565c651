"""Monthly recurring revenue of a subscription: prices by quantities, less discounts, without tax.

Exact fractions up to the total, which is rounded once, half to even. Usage that is metered is not counted:
nobody knows it before the month is over. Nothing is while the customer is not charged.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from integrations.money import Figure, part
from integrations.money import currency as iso_code
from integrations.stripe.answers import Coupon, Discount, Item, Price, Subscription, TaxRate
from integrations.stripe.catalogue import Catalogue, charge, coupon_of, customer_discount, discounts
from integrations.stripe.money import minor_units
from integrations.stripe.pricing import Unknown, cost, months

LICENSED, METERED = "licensed", "metered"
_KINDS = frozenset({LICENSED, METERED})
NEVER_CHARGED = frozenset({"void", "mark_uncollectible"})
"""How invoices are paused that nobody pays later; those that are kept as drafts are collected in the end
(docs.stripe.com/billing/subscriptions/pause-payment)."""


class Line(NamedTuple):
    """An item of an invoice: its product, its amount, the months that it is for, the tax that is in it."""

    product: str | None
    amount: Figure
    months: Figure
    tax: Figure = 0


class Off(NamedTuple):
    """What a coupon leaves: a share, or all but an amount of each invoice; of all products, or of some."""

    left: Figure = 1
    amount: Figure = 0
    products: frozenset[str | None] | None = None

    def fits(self, product: str | None) -> bool:
        """Say whether it takes anything off this product."""
        return self.products is None or product in self.products


def mrr_minor(subscription: Subscription, catalogue: Catalogue, now_s: float) -> int | None:
    """Return the revenue per month in minor units, or `None` where Stripe does not tell it.

    A discount counts as long as it recurs: ``forever``, or ``repeating`` until its end; ``once`` never does.
    """
    code = iso_code(subscription.currency)
    if code is None:
        return None
    try:
        return minor_units(monthly(subscription, catalogue, now_s), code)
    except Unknown:
        return None


def monthly(subscription: Subscription, catalogue: Catalogue, now_s: float) -> Figure:
    """Return the same, exact and as Stripe counts the currency. Raises `Unknown`."""
    if _uncharged(subscription, now_s):
        return 0
    lines = list(_lines(subscription, catalogue, now_s))
    if not lines:
        raise Unknown
    for off in _offs(_inherited(subscription), subscription, catalogue, now_s):
        if off.amount and any(_metered(item, off) for item in subscription.items.data):
            raise Unknown  # part of it is taken off what is metered
        lines = _taken(lines, off)
    periods: dict[Figure, Figure] = {}
    for line in lines:
        periods[line.months] = periods.get(line.months, 0) + part(line.amount, 1 + line.tax)
    return sum(part(amount, length) for length, amount in periods.items())


def kind(item: Item) -> str | None:
    """Return ``licensed`` for what is paid by quantity, ``metered`` for what is paid by use."""
    usage = item.price.recurring.usage_type if item.price and item.price.recurring else None
    return usage if usage in _KINDS else None


def _uncharged(subscription: Subscription, now_s: float) -> bool:
    """Say whether the customer is not charged for now, and not later either."""
    pause = subscription.pause_collection
    if pause is None or pause.behavior not in NEVER_CHARGED:
        return False
    return pause.resumes_at is None or pause.resumes_at > now_s


def _inherited(subscription: Subscription) -> Sequence[str | Discount]:
    """Return the subscription's own discounts, or that of its customer where it has none."""
    if own := discounts(subscription):
        return own
    found = customer_discount(subscription)
    return () if found is None else (found,)


def _lines(subscription: Subscription, catalogue: Catalogue, now_s: float) -> Iterator[Line]:
    for item in subscription.items.data:
        price, paid_by = item.price, kind(item)
        if price is None or paid_by is None:
            raise Unknown
        if paid_by == LICENSED:
            line = _line(item, price, subscription, catalogue)
            for off in _offs(item.discounts or (), subscription, catalogue, now_s):
                (line,) = _taken([line], off._replace(products=None))
            yield line


def _line(item: Item, shown: Price, subscription: Subscription, catalogue: Catalogue) -> Line:
    code = subscription.currency or ""
    price = catalogue.price(shown, code)
    asked, length = charge(price, code), months(price.recurring)
    automatic = subscription.automatic_tax is not None and subscription.automatic_tax.enabled
    if asked and automatic and asked.tax_behavior == "inclusive":
        raise Unknown  # Stripe finds out how much of it is tax when it makes the invoice
    tax = _tax(item.tax_rates or subscription.default_tax_rates or ())
    return Line(price.product, cost(price, asked, item.quantity), length, tax)


def _tax(rates: Sequence[TaxRate]) -> Figure:
    """Return the share of tax that is in the price, of the amount without it."""
    return sum(_share(rate.percentage) for rate in rates if rate.inclusive)


def _offs(
    found: Sequence[str | Discount], subscription: Subscription, catalogue: Catalogue, now_s: float
) -> Iterator[Off]:
    for discount in found:
        if isinstance(discount, str):
            raise Unknown
        coupon = catalogue.coupon(coupon_of(discount))
        if coupon is None:
            raise Unknown
        if _recurs(coupon, discount, now_s):
            yield _off(coupon, subscription.currency or "")


def _recurs(coupon: Coupon, discount: Discount, now_s: float) -> bool:
    match coupon.duration, discount.end:
        case "forever", _:
            return True
        case "once", _:
            return False
        case "repeating", int(end):
            return end > now_s
        case _:
            raise Unknown


def _off(coupon: Coupon, code: str) -> Off:
    products = coupon.applies_to.products if coupon.applies_to else None
    limited = None if products is None else frozenset(products)
    if coupon.percent_off is not None:
        return Off(_left_of(coupon.percent_off), products=limited)
    amount = coupon.amount_off
    if coupon.currency != code:
        other = (coupon.currency_options or {}).get(code)
        amount = other.amount_off if other else None
    if amount is None:
        raise Unknown
    return Off(amount=amount, products=limited)


def _taken(lines: Sequence[Line], off: Off) -> list[Line]:
    """Return the lines with a discount taken off those it fits, an amount in proportion to what they are."""
    left = (
        _left_by(off.amount, [line for line in lines if off.fits(line.product)]) if off.amount else off.left
    )
    return [line._replace(amount=left * line.amount) if off.fits(line.product) else line for line in lines]


def _left_by(amount: Figure, lines: Sequence[Line]) -> Figure:
    """Return what share an amount off each invoice leaves; unknown where some come oftener than others."""
    total = sum(line.amount for line in lines)
    if not total:
        return 1
    if len({line.months for line in lines}) > 1:
        raise Unknown
    return max(1 - part(amount, total), 0)


def _metered(item: Item, off: Off) -> bool:
    return kind(item) == METERED and off.fits(item.price.product if item.price else None)


@lru_cache
def _left_of(per_cent: float) -> Figure:
    return max(1 - _share(per_cent), Fraction(0))


def _share(per_cent: float | None) -> Fraction:
    if per_cent is None:
        raise Unknown
    return Fraction(str(per_cent)) / 100
