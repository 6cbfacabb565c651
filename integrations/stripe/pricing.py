"""What a price costs for a quantity, and how many months it is paid for. Exact, in Stripe's units."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from integrations.money import Figure
from integrations.stripe.answers import Charge, Packages, Price, Recurring, Tier


class Unknown(Exception):  # noqa: N818 - says what the figure is
    """What Stripe tells does not say how much it is."""


_EXACT = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)
YEAR_DAYS = 365
MONTHS: Mapping[str, Figure] = {
    "day": Fraction(12, YEAR_DAYS),
    "week": Fraction(7 * 12, YEAR_DAYS),
    "month": 1,
    "year": 12,
}
"""Months in an interval: a year has twelve and 365 days."""


def months(recurring: Recurring | None) -> Figure:
    """Return the months between two invoices of a price. Raises `Unknown`."""
    interval = MONTHS.get(recurring.interval or "") if recurring else None
    if recurring is None or interval is None or not recurring.interval_count:
        raise Unknown
    return interval * recurring.interval_count


def cost(price: Price, charge: Charge | None, quantity: int | None) -> Figure:
    """Return what a quantity costs from one invoice to the next. Raises `Unknown`.

    Stripe's pricing models: per unit, per package, tiered by volume or graduated
    (docs.stripe.com/products-prices/pricing-models).
    """
    if charge is None or quantity is None:
        raise Unknown
    match price.billing_scheme, price.tiers_mode:
        case "per_unit", _:
            return _amount(charge.unit_amount_decimal, charge.unit_amount) * _packages(
                quantity, price.transform_quantity
            )
        case "tiered", "volume" if charge.tiers:
            return _by_volume(charge.tiers, quantity)
        case "tiered", "graduated" if charge.tiers:
            return _graduated(charge.tiers, quantity)
        case _:
            raise Unknown


def _amount(exact: str | None, whole: int | None) -> Figure:
    if whole is not None:
        return whole  # the same, where both are shown
    if exact is None or not _EXACT.fullmatch(exact):
        raise Unknown
    return Fraction(exact) if "." in exact else int(exact)


def _packages(quantity: int, packages: Packages | None) -> int:
    if packages is None:
        return quantity
    match packages.divide_by, packages.round:
        case int(size), "up" if size > 0:
            return -(-quantity // size)
        case int(size), "down" if size > 0:
            return quantity // size
        case _:
            raise Unknown


def _by_volume(tiers: Sequence[Tier], quantity: int) -> Figure:
    """Return the cost where the tier that the whole quantity falls in sets the price of all of it."""
    for tier in tiers:
        if tier.up_to is None or quantity <= tier.up_to:
            return _in_tier(tier, quantity)
    raise Unknown


def _graduated(tiers: Sequence[Tier], quantity: int) -> Figure:
    """Return the cost where each unit costs what its own tier says."""
    total: Figure = 0
    before = 0
    for tier in tiers:
        last = tier.up_to is None or quantity <= tier.up_to
        up_to = quantity if last or tier.up_to is None else tier.up_to
        total += _in_tier(tier, up_to - before)
        if last:
            return total
        before = up_to
    raise Unknown


def _in_tier(tier: Tier, units: int) -> Figure:
    unit = _amount(tier.unit_amount_decimal or "0", tier.unit_amount)
    return unit * units + _amount(tier.flat_amount_decimal or "0", tier.flat_amount)
