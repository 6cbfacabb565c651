"""Chargebee's resources, short to write: prices of a catalogue, an item, a subscription for June."""

from datetime import UTC, date, datetime
from typing import Any

Json = dict[str, Any]


def at(year: int, month: int, day: int, hour: int = 9) -> int:
    """An instant in seconds since 1970, UTC."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


NOW = at(2026, 6, 15, 12)
START, END = at(2026, 6, 1), at(2026, 7, 1)
YEAR_START, YEAR_END = at(2026, 1, 10), at(2027, 1, 10)
JOINED = at(2024, 3, 5)
JUNE = {"term_start": date(2026, 6, 1), "term_end": date(2026, 7, 1)}
YEAR = {"term_start": date(2026, 1, 10), "term_end": date(2027, 1, 10)}


def price(name: str, model: str = "per_unit", **more: object) -> Json:
    """A price in dollars by the month."""
    return {
        "id": f"{name}-USD-Monthly",
        "updated_at": JOINED,
        "currency_code": "USD",
        "item_id": name,
        "item_type": "plan",
        "name": f"{name} USD Monthly",
        "external_name": name.title(),
        "period": 1,
        "period_unit": "month",
        "pricing_model": model,
        **more,
    }


CATALOGUE = (
    price("team"),
    price("flat", "flat_fee"),
    price("tiers", "tiered"),
    price("volume", "volume"),
    price("stairs", "stairstep"),
    price("calls"),
    price("extra", item_type="addon"),
    price("nameless", external_name=None),
)


def item(name: str, quantity: int | None = None, kind: str = "plan", **more: object) -> Json:
    """A price of a subscription, for ten dollars each."""
    bought = {} if quantity is None else {"quantity": quantity, "unit_price": 1_000}
    amount = 1_000 * (1 if quantity is None else quantity)
    return {"item_price_id": f"{name}-USD-Monthly", "item_type": kind, "amount": amount, **bought, **more}
