"""Subscriptions as Stripe lists them, with everything in it that an answer has."""

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
NUMBER = 2_000
PAGE = 100
DAY_S = 86_400
NOW_S = 1_781_524_800


def customers() -> list[str]:
    """Return the ids of the customers, one for each subscription."""
    return [_id("cus", number) for number in range(NUMBER)]


def answers() -> list[bytes]:
    """Return the pages of the listing: customers and discounts are shown in full, as a pull asks for them."""
    return [json.dumps(_page(first)).encode() for first in range(0, NUMBER, PAGE)]


def _page(first: int) -> Json:
    return {
        "object": "list",
        "url": "/v1/subscriptions",
        "has_more": first + PAGE < NUMBER,
        "data": [_subscription(number) for number in range(first, first + PAGE)],
    }


def _id(prefix: str, number: int) -> str:
    return f"{prefix}_{number:014d}"


_UNTOUCHED: Json = {
    "object": "subscription",
    "application": None,
    "application_fee_percent": None,
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_cycle_anchor_config": None,
    "billing_mode": {"type": "classic"},
    "billing_thresholds": None,
    "cancel_at": None,
    "canceled_at": None,
    "cancellation_details": {"comment": None, "feedback": None, "reason": None},
    "collection_method": "charge_automatically",
    "currency": "eur",
    "days_until_due": None,
    "default_payment_method": None,
    "default_source": None,
    "default_tax_rates": [],
    "description": None,
    "ended_at": None,
    "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
    "livemode": True,
    "metadata": {},
    "next_pending_invoice_item_invoice": None,
    "on_behalf_of": None,
    "pause_collection": None,
    "payment_settings": {
        "payment_method_options": None,
        "payment_method_types": None,
        "save_default_payment_method": "off",
    },
    "pending_invoice_item_interval": None,
    "pending_setup_intent": None,
    "pending_update": None,
    "schedule": None,
    "status": "active",
    "test_clock": None,
    "transfer_data": None,
    "trial_end": None,
    "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    "trial_start": None,
}
"""What is the same in all of them."""


def _subscription(number: int) -> Json:
    """Return a subscription to one to four prices: seats and what is added to them, a fifth by the year.

    A quarter has a discount, and a twentieth of the items one of their own.
    """
    name = _id("sub", number)
    items = list(_items(number, name))
    return _UNTOUCHED | {
        "id": name,
        "billing_cycle_anchor": items[0]["current_period_start"],
        "cancel_at_period_end": number % 11 == 0,
        "created": NOW_S - 300 * DAY_S - number,
        "customer": _customer(number),
        "discounts": [_discount(number, name)] if number % 4 == 0 else [],
        "items": {
            "object": "list",
            "data": items,
            "has_more": False,
            "total_count": len(items),
            "url": f"/v1/subscription_items?subscription={name}",
        },
        "latest_invoice": _id("in", number),
        "start_date": NOW_S - 300 * DAY_S,
    }


def _customer(number: int) -> Json:
    return {
        "id": _id("cus", number),
        "object": "customer",
        "address": {
            "city": "Exampleton",
            "country": "DE",
            "line1": "1 Example Street",
            "line2": "",
            "postal_code": "00000",
            "state": "",
        },
        "balance": 0,
        "created": NOW_S - 400 * DAY_S - number,
        "currency": "eur",
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": f"billing@customer-{number}.example",
        "invoice_prefix": f"EX{number:06d}",
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": _id("pm", number),
            "footer": None,
            "rendering_options": None,
        },
        "livemode": True,
        "metadata": {"account_id": f"acct-{number}"},
        "name": f"Customer {number}",
        "next_invoice_sequence": 7,
        "phone": None,
        "preferred_locales": ["de"],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def _items(number: int, subscription: str) -> Iterator[Json]:
    interval, since, until = ("year", 100, 265) if number % 5 == 0 else ("month", 10, 20)
    for at in range(1 + number % 4):
        price = _price((number + at) % 20, interval)
        yield {
            "id": f"{_id('si', number)}{at}",
            "object": "subscription_item",
            "billing_thresholds": None,
            "created": NOW_S - 300 * DAY_S + at,
            "current_period_end": NOW_S + until * DAY_S,
            "current_period_start": NOW_S - since * DAY_S,
            "discounts": [_discount(number + at, subscription)] if (number + at) % 20 == 0 else [],
            "metadata": {},
            "plan": _plan(price),
            "price": price,
            "quantity": 1 + (number * 7 + at) % 50,
            "subscription": subscription,
            "tax_rates": [],
        }


def _price(number: int, interval: str) -> Json:
    amount = 900 + 100 * number
    return {
        "id": _id("price", number),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": NOW_S - 900 * DAY_S,
        "currency": "eur",
        "custom_unit_amount": None,
        "livemode": True,
        "lookup_key": f"plan-{number}",
        "metadata": {},
        "nickname": f"Plan {number}",
        "product": _id("prod", number),
        "recurring": {
            "interval": interval,
            "interval_count": 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        },
        "tax_behavior": "exclusive",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def _plan(price: Json) -> Json:
    """Return the price in the older shape that an item shows beside it."""
    return {
        "id": price["id"],
        "object": "plan",
        "active": True,
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": "eur",
        "interval": price["recurring"]["interval"],
        "interval_count": 1,
        "livemode": True,
        "metadata": {},
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _discount(number: int, subscription: str) -> Json:
    return {
        "id": _id("di", number),
        "object": "discount",
        "checkout_session": None,
        "coupon": {
            "id": f"coupon-{number % 4}",
            "object": "coupon",
            "amount_off": None,
            "created": NOW_S - 500 * DAY_S,
            "currency": None,
            "currency_options": {},
            "duration": "forever",
            "duration_in_months": None,
            "livemode": True,
            "max_redemptions": None,
            "metadata": {},
            "name": f"Coupon {number % 4}",
            "percent_off": 5.0 * (1 + number % 4),
            "redeem_by": None,
            "times_redeemed": 3,
            "valid": True,
        },
        "customer": _id("cus", number),
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "start": NOW_S - 100 * DAY_S,
        "subscription": subscription,
        "subscription_item": None,
    }
