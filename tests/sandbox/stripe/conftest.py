from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.rehearsal import Rehearsal

KEY = "rk_test_sandbox"
VERSION = "2025-08-27.basil"
NOW = 1_780_000_000
DAY = 86_400
Json = dict[str, Any]

PRICE = {
    "id": "price_1",
    "created": 1,
    "currency": "usd",
    "product": "prod_1",
    "billing_scheme": "tiered",
    "tiers_mode": "volume",
    "tiers": [{"up_to": None, "unit_amount": 100}],
    "currency_options": {"eur": {"tiers": [{"up_to": None, "unit_amount": 90}]}},
}
COUPON = {"id": "TENTH", "created": 1, "percent_off": 10, "applies_to": {"products": ["prod_1"]}}
DISCOUNT = {"id": "di_1", "coupon": COUPON, "customer": "cus_1", "subscription": "sub_1"}


def customer(n: int, **more: object) -> Json:
    return {"id": f"cus_{n}", "created": NOW - 1_000 + n, "email": f"a{n}@customer.example", **more}


def subscription(n: int, *, items: int = 1, ends: int = NOW + DAY, **more: object) -> Json:
    data = [
        {
            "id": f"si_{n}_{m:02}",
            "created": m,
            "price": PRICE,
            "quantity": 1,
            "current_period_start": NOW - DAY + m,
            "current_period_end": ends + m,
        }
        for m in range(items)
    ]
    return {
        "id": f"sub_{n}",
        "created": NOW - 1_000 + n,
        "currency": "usd",
        "customer": "cus_1",
        "start_date": 1,
        "status": "active",
        "items": {"data": data},
        **more,
    }


def invoice(n: int, **more: object) -> Json:
    return {
        "id": f"in_{n}",
        "created": NOW - 1_000 + n,
        "amount_due": 100,
        "currency": "usd",
        "customer": "cus_1",
        "status": "open",
        "parent": {"subscription_details": {"subscription": "sub_1"}},
        **more,
    }


def event(n: int, kind: str, about: Json, *, at: int = NOW - 60, **more: object) -> Json:
    return {"id": f"evt_{n}", "created": at, "type": kind, "data": {"object": about}, **more}


@dataclass(frozen=True)
class Stripe:
    """Asks the stand-in as it likes, so that wrong things can be asked too."""

    sandbox: Rehearsal

    def seed(self, **content: object) -> None:
        self.sandbox.set_clock(NOW)
        self.sandbox.seed("stripe", {"calls_per_second": 10_000, **content})

    def answer(self, path: str, *query: tuple[str, object], **headers: str) -> requests.Response:
        given = {"Authorization": f"Bearer {KEY}", "Stripe-Version": VERSION, **headers}
        url = f"{self.sandbox.http}/stripe/v1/{path}"
        return requests.get(url, params=list(query), headers=given, timeout=10)

    def get(self, path: str, *query: tuple[str, object], **headers: str) -> Json:
        answer = self.answer(path, *query, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path: str, *query: tuple[str, object]) -> list[str]:
        return [row["id"] for row in self.get(path, *query)["data"]]

    def refusal(self, path: str, *query: tuple[str, object], **headers: str) -> tuple[int, Json]:
        answer = self.answer(path, *query, **headers)
        return answer.status_code, answer.json()["error"]


@pytest.fixture
def stripe(sandbox: Rehearsal) -> Stripe:
    made = Stripe(sandbox)
    made.seed(
        customers=[customer(n) for n in range(12)],
        subscriptions=[subscription(1, discounts=[DISCOUNT], items=12), subscription(2, ends=NOW + 9 * DAY)],
        invoices=[invoice(1), invoice(2, status="paid", parent=None)],
        coupons=[COUPON],
    )
    return made
