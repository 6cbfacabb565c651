"""The usual way of subscriptions into a database: ``json.loads``, dictionaries, upserts of two tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Date, MetaData, Table, Text

from store.database import Database
from store.tables import facts
from store.upsert import insert

Json = dict[str, Any]
MONTHS = {"month": 1, "year": 12}
ITEMS = Table(
    "bench_items",
    MetaData(),
    Column("source", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("subscription_id", Text),
    Column("price_id", Text),
    Column("product", Text),
    Column("quantity", BigInteger),
    Column("unit_amount", BigInteger),
    Column("interval", Text),
    Column("period_start", Date),
    Column("period_end", Date),
)


def upsert(connection: Connection, table: Table, rows: Sequence[Json]) -> None:
    """Write rows by one statement for many, whatever of them is stored already."""
    statement = insert(connection, table)
    new = {name: statement.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
    keys = table.primary_key.columns.keys()
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)


def store(
    database: Database, source: str, commits: Iterable[Sequence[bytes]], ids: Mapping[str, int]
) -> None:
    """Store answers of Stripe, some of them a commit; ``ids`` are the accounts by their customer's id."""
    for answers in commits:
        listed = [each for answer in answers for each in json.loads(answer)["data"]]
        terms = [_term(source, ids, each) for each in listed]
        items = [_item(source, each, item) for each in listed for item in each["items"]["data"]]
        with database.write() as connection:
            upsert(connection, facts["subscriptions"], terms)
            upsert(connection, ITEMS, items)


def _term(source: str, ids: Mapping[str, int], subscription: Json) -> Json:
    items = subscription["items"]["data"]
    first = min(items, key=lambda item: item["current_period_end"])
    main = min(items, key=lambda item: item["created"])
    price = main["price"]
    leaves = subscription["cancel_at_period_end"]
    return {
        "source": source,
        "source_account": ids[subscription["customer"]["id"]],
        "subscription_id": subscription["id"],
        "term_start": _day(first["current_period_start"]),
        "term_end": _day(first["current_period_end"]),
        "product": price["product"],
        "plan": price["nickname"] or price["lookup_key"] or price["product"],
        "licence_model": "tiered" if any(_is_tiered(item) for item in items) else "seat",
        "seats": sum(item["quantity"] for item in items),
        "mrr_minor": _mrr_minor(subscription),
        "billing_period": price["recurring"]["interval"],
        "currency": subscription["currency"].upper(),
        "status": subscription["status"],
        "started_on": _day(subscription["start_date"]),
        "trial_end": _day(subscription["trial_end"]),
        "auto_renew": not leaves and subscription["ended_at"] is None,
        "cancel_at_period_end": leaves,
        "batch": 1,
    }


def _item(source: str, subscription: Json, item: Json) -> Json:
    price = item["price"]
    return {
        "source": source,
        "item_id": item["id"],
        "subscription_id": subscription["id"],
        "price_id": price["id"],
        "product": price["product"],
        "quantity": item["quantity"],
        "unit_amount": price["unit_amount"],
        "interval": price["recurring"]["interval"],
        "period_start": _day(item["current_period_start"]),
        "period_end": _day(item["current_period_end"]),
    }


def _is_tiered(item: Json) -> bool:
    return bool(item["price"]["billing_scheme"] == "tiered")


def _mrr_minor(subscription: Json) -> int:
    total = Decimal(0)
    for item in subscription["items"]["data"]:
        amount = Decimal(item["price"]["unit_amount"]) * item["quantity"]
        for discount in (*item["discounts"], *subscription["discounts"]):
            amount *= 1 - Decimal(str(discount["coupon"]["percent_off"])) / 100
        total += amount / MONTHS[item["price"]["recurring"]["interval"]]
    return round(total)


def _day(at_s: int | None) -> date | None:
    return None if at_s is None else datetime.fromtimestamp(at_s, UTC).date()
