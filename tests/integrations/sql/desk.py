"""A table of tickets in somebody's database, and the queries that read it."""

from typing import Any

from health.records import Ticket
from tests.integrations.sql.conftest import Shop

ACCOUNTS = {"accounts": {"query": "SELECT id AS account_id, name FROM customer"}}
TICKETS: dict[str, Any] = {
    "tickets": {
        "query": "SELECT id AS ticket_id, customer AS account_id, opened AS opened_at, changed "
        "FROM ticket WHERE changed >= :since",
        "watermark": "changed",
        "since": 0,
        "overlap": 0,
    }
}
MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "


def add(shop: Shop, first: int, last: int, changed: str = "i") -> None:
    rows = f"SELECT i, 'acme', '2026-06-01', {changed} FROM n WHERE i >= {first}"  # noqa: S608 - our own numbers
    shop.run(f"INSERT INTO ticket {MANY.format(last)} {rows}")


def ids(shop: Shop) -> list[int]:
    return [int(each.ticket_id) for each in shop.records if isinstance(each, Ticket)]
