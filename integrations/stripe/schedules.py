"""A subscription's schedule: what the subscription will be at its renewal, and when it ends by plan.

What a phase adds to its first invoice alone (``add_invoice_items``) is bought once and recurs never
(docs.stripe.com/billing/subscriptions/subscription-schedules).
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from integrations.stripe.answers import (
    Discount,
    Item,
    Items,
    Phase,
    PhaseItem,
    Planned,
    Price,
    Schedule,
    Subscription,
)
from integrations.stripe.catalogue import Catalogue, PriceIn, customer_discount, discounts

CANCEL = "cancel"
UNDER_WAY = frozenset({"active", "not_started"})


def ends_s(subscription: Subscription) -> int | None:
    """Return when its schedule cancels the subscription, or `None` where it leaves it going on."""
    schedule = _schedule(subscription)
    if schedule is None or schedule.end_behavior != CANCEL:
        return None
    ends = [phase.end_date for phase in schedule.phases or () if phase.end_date is not None]
    return max(ends, default=None)


def may_change(subscription: Subscription) -> bool:
    """Say whether anything of it might be otherwise at its renewal; of most nothing is, and that is cheap."""
    if subscription.schedule is not None or subscription.pause_collection is not None:
        return True
    inherited = customer_discount(subscription)
    return inherited is not None or any(True for _ in _known(subscription))


def planned_prices(subscription: Subscription, at_s: int, now_s: float) -> Iterator[PriceIn]:
    """Yield the prices that the subscription will have by then, as far as only their ids are told."""
    phase = _phase(subscription, at_s, now_s)
    for item in (phase.items if phase else None) or ():
        if isinstance(item.price, str):
            yield _named(item.price)


def planned(subscription: Subscription, catalogue: Catalogue, at_s: int, now_s: float) -> Subscription:
    """Return the subscription as it will be by then, or as it is where nothing else is planned.

    ``catalogue`` holds the `planned_prices`; one that is gone leaves its item without a price.
    """
    phase = _phase(subscription, at_s, now_s)
    if phase is None:
        return subscription
    known = {discount.id: discount for discount in _known(subscription)}
    items = tuple(_item(item, catalogue, known) for item in phase.items or ())
    return replace(
        subscription,
        items=Items(items),
        discounts=_discounts(phase.discounts, known),
        discount=None,
        default_tax_rates=phase.default_tax_rates or subscription.default_tax_rates,
        automatic_tax=phase.automatic_tax or subscription.automatic_tax,
    )


def _schedule(subscription: Subscription) -> Schedule | None:
    schedule = subscription.schedule
    return schedule if isinstance(schedule, Schedule) and schedule.status in UNDER_WAY else None


def _phase(subscription: Subscription, at_s: int, now_s: float) -> Phase | None:
    """Return the phase that is in force then, unless it is already; the last one lasts on."""
    schedule = _schedule(subscription)
    begun = [
        (phase.start_date, phase)
        for phase in (schedule.phases if schedule else None) or ()
        if phase.start_date is not None and phase.start_date <= at_s
    ]
    start_s, phase = max(begun, key=lambda each: each[0], default=(0, None))
    return phase if start_s > now_s else None


def _item(item: PhaseItem, catalogue: Catalogue, known: dict[str | None, Discount]) -> Item:
    price = item.price if isinstance(item.price, Price) else catalogue.prices.get(_named(item.price or ""))
    return Item(
        id="",
        price=price,
        quantity=item.quantity,
        discounts=_discounts(item.discounts, known),
        tax_rates=item.tax_rates,
    )


def _named(price: str) -> PriceIn:
    return PriceIn(price, "", tiered=False)


def _discounts(
    told: Sequence[Planned] | None, known: dict[str | None, Discount]
) -> tuple[str | Discount, ...]:
    """Return a phase's discounts; the name alone of one that is neither known nor of a coupon."""
    return tuple(_discount(each, known) for each in told or ())


def _discount(told: Planned, known: dict[str | None, Discount]) -> str | Discount:
    if isinstance(told.discount, Discount):
        return told.discount
    if told.discount is not None:
        return known.get(told.discount, told.discount)
    return Discount(coupon=told.coupon)


def _known(subscription: Subscription) -> Iterator[Discount]:
    of_items = (discount for item in subscription.items.data for discount in item.discounts or ())
    for discount in (*discounts(subscription), *of_items):
        if isinstance(discount, Discount):
            yield discount
