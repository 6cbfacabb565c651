"""A subscription as our record: the term it is in, what was bought, and what it brings in a month."""

from collections.abc import Sequence

from health.records import Subscription as Term
from integrations.money import currency
from integrations.said import day, text
from integrations.stripe.answers import Customer, Item, Price, Subscription
from integrations.stripe.catalogue import Catalogue
from integrations.stripe.periods import period
from integrations.stripe.revenue import LICENSED, METERED, kind, mrr_minor
from integrations.stripe.schedules import ends_s, may_change, planned


def term(subscription: Subscription, catalogue: Catalogue, now_s: float) -> Term | None:
    """Return the subscription's present term, or `None` where whose it is, its state or its term is not told.

    A term ends when the first of its items is due again, or when the subscription ends before that.
    """
    whole, owner = period(subscription), customer_id(subscription)
    if whole is None or owner is None or subscription.status is None:
        return None
    start, renewal = whole
    leaves = _leaves(subscription, renewal)
    renews = None if leaves is None else not leaves and subscription.ended_at is None
    mrr = mrr_minor(subscription, catalogue, now_s)
    changes = renews and may_change(subscription)
    later = _renewal_mrr_minor(subscription, catalogue, renewal, now_s) if changes else None
    main = _main(subscription.items.data)
    price = main.price if main else None
    return Term(
        subscription_id=subscription.id,
        account_id=owner,
        term_start=day(start),
        term_end=day(_end(subscription, start, renewal)),
        product=text(price.product) if price else None,
        plan=_plan(price) if price else None,
        licence_model=licence_model(subscription.items.data),
        seats=seats(subscription.items.data),
        mrr_minor=mrr,
        renewal_mrr_minor=None if later == mrr else later,
        billing_period=_billing_period(price) if price else None,
        currency=currency(subscription.currency),
        status=text(subscription.status),
        started_on=None if subscription.start_date is None else day(subscription.start_date),
        trial_end=None if subscription.trial_end is None else day(subscription.trial_end),
        auto_renew=renews,
        cancel_at_period_end=leaves,
    )


def customer_id(subscription: Subscription) -> str | None:
    """Return whose subscription it is, whether the customer is shown or named."""
    owner = subscription.customer
    return owner.id if isinstance(owner, Customer) else owner


def licence_model(items: Sequence[Item]) -> str | None:
    """Return how it is sold: seat, tiered, usage, or hybrid for both by quantity and by use."""
    kinds = {kind(item) for item in items}
    if None in kinds or not kinds:
        return None
    if METERED in kinds:
        return "hybrid" if LICENSED in kinds else "usage"
    schemes = {item.price.billing_scheme for item in items if item.price}
    if schemes <= {"per_unit", "tiered"}:
        return "tiered" if "tiered" in schemes else "seat"
    return None


def seats(items: Sequence[Item]) -> int | None:
    """Return the sum of what is bought by quantity, or `None` where nothing is or one does not tell."""
    bought = [item.quantity for item in items if kind(item) == LICENSED]
    known = [quantity for quantity in bought if quantity is not None]
    return sum(known) if known and len(known) == len(bought) else None


def _leaves(subscription: Subscription, renewal: int) -> bool | None:
    """Say whether it ends with this term: by the flag, or by a date that is set or planned within it."""
    if any(end is not None and end <= renewal for end in (subscription.cancel_at, ends_s(subscription))):
        return True
    return subscription.cancel_at_period_end


def _end(subscription: Subscription, start: int, renewal: int) -> int:
    ends = (renewal, subscription.cancel_at, subscription.ended_at, ends_s(subscription))
    return max(start, min(end for end in ends if end is not None))


def _renewal_mrr_minor(
    subscription: Subscription, catalogue: Catalogue, renewal: int, now_s: float
) -> int | None:
    """Return what it brings once renewed: as planned, without the discounts and pauses that are over."""
    return mrr_minor(planned(subscription, catalogue, renewal, now_s), catalogue, renewal)


def _main(items: Sequence[Item]) -> Item | None:
    """Return the item that names the plan: bought by quantity rather than by use, the oldest of them."""
    return min(items, key=lambda item: (kind(item) != LICENSED, item.created or 0, item.id), default=None)


def _plan(price: Price) -> str | None:
    return text(price.nickname) or text(price.lookup_key) or text(price.product) or price.id


def _billing_period(price: Price) -> str | None:
    """Return ``month``, or ``3 months``."""
    recurring = price.recurring
    if recurring is None or not recurring.interval or not recurring.interval_count:
        return None
    if recurring.interval_count == 1:
        return text(recurring.interval)
    return f"{recurring.interval_count} {recurring.interval}s"
