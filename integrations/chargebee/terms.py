"""A subscription as our record: the term it is in, what was bought, and what it brings in a month."""

import re
from collections.abc import Iterator, Mapping, Sequence

from health.records import Subscription as Term
from integrations.chargebee.answers import Contract, Item, ItemPrice, Subscription
from integrations.chargebee.money import minor_units
from integrations.money import currency
from integrations.said import day, text

Prices = Mapping[str, ItemPrice | None]
"""Prices by their ids; `None` for what is gone."""

STATUSES: Mapping[str, str] = {"in_trial": "trialing", "non_renewing": "active", "transferred": "cancelled"}
"""Ours for Chargebee's (apidocs.chargebee.com/docs/api/subscriptions); any other stays as it is."""
ENDED = frozenset({"cancelled", "transferred"})
PLAN, CHARGE = "plan", "charge"
FLAT = "flat_fee"
BY_UNIT = frozenset({"per_unit"})
IN_TIERS = frozenset({"tiered", "volume", "stairstep"})
_WHOLE = re.compile(r"(\d{1,9})(?:\.0+)?", re.ASCII)


def term(subscription: Subscription, prices: Prices) -> Term | None:
    """Return the subscription's present term, or `None` where whose it is, its state or its term is not told.

    A contract is the term where there is one, else what was paid for at once, else the trial.
    """
    period = _period(subscription)
    if period is None or subscription.customer_id is None or subscription.status is None:
        return None
    start, end = period
    ended = bool(subscription.deleted) or subscription.status in ENDED
    leaves, contract = _leaves(subscription), _contract(subscription)
    code = currency(subscription.currency_code)
    end = _end(subscription, start, end, over=leaves or ended)
    plan_id = _plan_id(subscription)
    plan = prices.get(plan_id or "")
    return Term(
        subscription_id=subscription.id,
        account_id=subscription.customer_id,
        term_start=day(start),
        term_end=None if end is None else day(end),
        product=text(plan.item_id) if plan else None,
        plan=(text(plan.external_name) or text(plan.name) if plan else None) or text(plan_id),
        licence_model=licence_model(_recurring(subscription), prices),
        seats=seats(_recurring(subscription), prices),
        mrr_minor=minor_units(_mrr(subscription), code),
        billing_period=_billing_period(subscription),
        currency=code,
        status="cancelled" if ended else STATUSES.get(subscription.status) or text(subscription.status),
        started_on=None if subscription.started_at is None else day(subscription.started_at),
        trial_end=None if subscription.trial_end is None else day(subscription.trial_end),
        notice_days=contract.cancellation_cutoff_period if contract else None,
        auto_renew=not leaves and not ended,
        cancel_at_period_end=leaves,
    )


def wanted(subscription: Subscription) -> Iterator[str]:
    """Yield the prices that have to be known before the term is."""
    for item in _recurring(subscription):
        if item.item_price_id:
            yield item.item_price_id


def licence_model(items: Sequence[Item], prices: Prices) -> str | None:
    """Return how it is sold: seat, tiered, usage, or hybrid for both by quantity and by use."""
    bought = [item for item in items if item.metered_quantity is None]
    models = {_model(item, prices) for item in bought} - {FLAT}
    if len(bought) < len(items):
        return "hybrid" if bought else "usage"
    if not models <= BY_UNIT | IN_TIERS:
        return None
    if models & IN_TIERS:
        return "tiered"
    return "seat" if models else None


def seats(items: Sequence[Item], prices: Prices) -> int | None:
    """Return the sum of what is bought by quantity, or `None` where nothing is or one does not tell."""
    bought = [item for item in items if item.metered_quantity is None and _model(item, prices) != FLAT]
    if any(_model(item, prices) is None for item in bought):
        return None
    quantities = [_quantity(item) for item in bought]
    known = [quantity for quantity in quantities if quantity is not None]
    return sum(known) if known and len(known) == len(bought) else None


def _recurring(subscription: Subscription) -> list[Item]:
    """Return all but what is charged once."""
    return [item for item in subscription.subscription_items or () if item.item_type != CHARGE]


def _model(item: Item, prices: Prices) -> str | None:
    price = prices.get(item.item_price_id or "")
    return price.pricing_model if price else None


def _quantity(item: Item) -> int | None:
    """Return how many; of a quantity with decimals only where these are none."""
    if item.quantity is not None:
        return item.quantity
    whole = _WHOLE.fullmatch(item.quantity_in_decimal or "")
    return int(whole[1]) if whole else None


def _mrr(subscription: Subscription) -> int | None:
    """Return Chargebee's own figure; a nothing that it has not got round to is unknown.

    It is a nothing by right where nothing is charged, or a coupon or discount may take all of it.
    """
    found = subscription.mrr
    if found != 0 or subscription.coupons or subscription.discounts:
        return found
    return None if any(item.amount for item in _recurring(subscription)) else found


def _contract(subscription: Subscription) -> Contract | None:
    contract = subscription.contract_term
    return contract if contract is not None and contract.status == "active" else None


def _period(subscription: Subscription) -> tuple[int, int | None] | None:
    """Return start and end in seconds; a subscription of the future has no end yet."""
    contract = _contract(subscription)
    told: tuple[tuple[int | None, int | None], ...] = (
        (contract.contract_start, contract.contract_end) if contract else (None, None),
        (subscription.current_term_start, subscription.current_term_end),
        (subscription.trial_start, subscription.trial_end),
        (subscription.start_date, None),
        (subscription.started_at, None),
        (subscription.created_at, None),
    )
    return next(((start, end) for start, end in told if start is not None), None)


def _leaves(subscription: Subscription) -> bool:
    """Say whether it ends with this term, and has not yet."""
    contract = _contract(subscription)
    if subscription.deleted or subscription.status in ENDED:
        return False
    return subscription.status == "non_renewing" or (
        contract is not None and contract.action_at_term_end == "cancel"
    )


def _end(subscription: Subscription, start: int, end: int | None, *, over: bool) -> int | None:
    """Return when the term ends: earlier where the subscription does, or was deleted."""
    cancelled = subscription.cancelled_at if over else None
    deleted = subscription.updated_at if subscription.deleted else None
    ends = [at for at in (end, cancelled, deleted) if at is not None]
    return max(start, min(ends)) if ends else None


def _plan_id(subscription: Subscription) -> str | None:
    plans = (item for item in _recurring(subscription) if item.item_type == PLAN)
    return next((item.item_price_id for item in plans), None)


def _billing_period(subscription: Subscription) -> str | None:
    """Return ``month``, or ``3 months``."""
    unit, count = text(subscription.billing_period_unit), subscription.billing_period
    if unit is None or not count:
        return None
    return unit if count == 1 else f"{count} {unit}s"
