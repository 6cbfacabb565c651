"""The cases as answers of Stripe, in the shape of each API version."""

from collections.abc import Mapping
from typing import Any

from msgspec import convert

from integrations.stripe.answers import Subscription
from tests.integrations.stripe.book import customer, subscription
from tests.integrations.stripe.cases import Case
from tests.integrations.stripe.made import Json

BASIL, BEFORE_BASIL, SINCE_CLOVER = "2025-08-27.basil", "2024-06-20", "2026-10-28.endive"


def told(case: Case, version: str = BASIL) -> Subscription:
    """What a listing tells of a case, with all that it can expand and more."""
    shown = {**subscription(0, case), "customer": customer(0, case)}
    return convert(SHAPES[version](shown), Subscription)


def _before_basil(shown: Json) -> Json:
    """The period stands on the subscription, and the only discount in full beside its id."""
    data = shown["items"]["data"]
    periods = {name: data[0][name] for name in ("current_period_start", "current_period_end")}
    items = [{name: value for name, value in each.items() if name not in periods} for each in data]
    named = [each["id"] for each in shown.get("discounts", [])]
    only = shown["discounts"][0] if len(named) == 1 else None
    return {**shown, **periods, "items": {"data": items}, "discounts": named, "discount": only}


def _since_clover(shown: Any) -> Any:
    """A discount has its coupon under ``source``."""
    match shown:
        case {"coupon": coupon, **rest}:
            return {**_since_clover(rest), "source": {"type": "coupon", "coupon": coupon}}
        case dict():
            return {name: _since_clover(value) for name, value in shown.items()}
        case list() | tuple():
            return [_since_clover(value) for value in shown]
        case _:
            return shown


SHAPES: Mapping[str, Any] = {
    BASIL: lambda shown: shown,
    BEFORE_BASIL: _before_basil,
    SINCE_CLOVER: _since_clover,
}
