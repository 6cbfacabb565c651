"""How API versions differ, as far as we rehearse it (docs.stripe.com/changelog).

Books are held in the shape of Basil. Before it, subscriptions had a period, items none, and invoices named
their subscription themselves; from Clover on, a discount has its coupon under ``source``.
"""

from typing import Any

from sandbox.stripe.errors import Refused

OF_THE_ACCOUNT = "2020-08-27"
"""The version of a request that names none."""
BASIL, CLOVER = "2025-03-31", "2025-09-30"
KNOWN = (
    OF_THE_ACCOUNT,
    "2024-06-20",
    "2025-02-24.acacia",
    "2025-03-31.basil",
    "2025-08-27.basil",
    "2025-09-30.clover",
    "2026-10-28.endive",
)

Json = dict[str, Any]


def checked(version: str | None) -> str:
    """A version that there is. Raises `Refused` for any other."""
    if version is None:
        return OF_THE_ACCOUNT
    if version not in KNOWN:
        raise Refused(400, f"Invalid Stripe API version: {version}")
    return version


def versioned(thing: Json, version: str) -> Json:
    """An object with the fields that a version has; dates as text sort as dates do."""
    kind = thing.get("object")
    if kind == "discount" and version >= CLOVER:
        return {**_without(thing, "coupon"), "source": {"type": "coupon", "coupon": thing["coupon"]}}
    if version >= BASIL:
        return thing
    if kind == "subscription":
        return _subscription(thing)
    if kind == "invoice":
        return _invoice(thing)
    return thing


def _subscription(thing: Json) -> Json:
    data = thing["items"]["data"]
    old = [_without(item, "current_period_start", "current_period_end") for item in data]
    return {
        **thing,
        "items": {**thing["items"], "data": old},
        "current_period_start": max(item["current_period_start"] for item in data),
        "current_period_end": min(item["current_period_end"] for item in data),
        "discount": thing["discounts"][0] if thing["discounts"] else None,
    }


def _invoice(thing: Json) -> Json:
    details = (thing["parent"] or {}).get("subscription_details") or {}
    paid = thing["status"] == "paid"
    return {**_without(thing, "parent"), "subscription": details.get("subscription"), "paid": paid}


def _without(thing: Json, *names: str) -> Json:
    return {name: value for name, value in thing.items() if name not in names}
