"""Stripe's objects, short to write: a price in dollars by the month, an item for June."""

from datetime import UTC, date, datetime
from typing import Any

Json = dict[str, Any]


def at(year: int, month: int, day: int, hour: int = 9) -> int:
    """An instant in seconds since 1970, UTC."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


NOW = at(2026, 6, 15, 12)
START, END = at(2026, 6, 1), at(2026, 7, 1)
YEAR_START, YEAR_END = at(2026, 1, 10), at(2027, 1, 10)
JUNE = {"term_start": date(2026, 6, 1), "term_end": date(2026, 7, 1)}
YEAR = {"term_start": date(2026, 1, 10), "term_end": date(2027, 1, 10)}


def price(name: str, amount: int | None = None, **more: object) -> Json:
    """A monthly price by quantity, in dollars."""
    return {
        "id": f"price_{name}",
        "created": 1_600_000_000,
        "billing_scheme": "per_unit",
        "recurring": every("month"),
        "currency": "usd",
        "product": f"prod_{name}",
        "unit_amount": amount,
        "unit_amount_decimal": None if amount is None else str(amount),
        **more,
    }


def every(interval: str, count: int = 1, usage_type: str = "licensed") -> Json:
    return {"interval": interval, "interval_count": count, "usage_type": usage_type}


def item(of: Json, quantity: int | None, **more: object) -> Json:
    """An item for June."""
    return {
        "id": "",
        "created": 1_700_000_000,
        "price": of,
        "quantity": quantity,
        "current_period_start": START,
        "current_period_end": END,
        **more,
    }


def yearly(of: Json, quantity: int) -> Json:
    return item(of, quantity, current_period_start=YEAR_START, current_period_end=YEAR_END)


def coupon(name: str, **more: object) -> Json:
    return {"id": name, "created": 1_600_000_000, "duration": "forever", **more}


def discount(of: Json, **more: object) -> Json:
    return {"id": f"di_{of['id']}", "coupon": of, "start": 1_700_000_000, **more}


TEN = price("ten", 1_000)
