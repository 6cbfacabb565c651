from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sandbox.chargebee.routes import KEY
from tests.rehearsal import Rehearsal

NOW = 1_780_000_000
Json = dict[str, Any]


def customer(n: int, **more: object) -> Json:
    """Pairs share their second."""
    made = NOW - 1_000 + n // 2
    return {"id": f"cb_{n:02}", "created_at": made, "updated_at": made, "company": f"Invented {n}", **more}


@dataclass(frozen=True)
class Chargebee:
    """Asks the stand-in as it likes, so that wrong things can be asked too."""

    sandbox: Rehearsal

    def seed(self, **content: object) -> None:
        self.sandbox.set_clock(NOW)
        self.sandbox.seed("chargebee", {"calls_per_minute": 10_000, **content})

    def answer(
        self, path: str, *query: tuple[str, object], auth: tuple[str, str] = (KEY, "")
    ) -> requests.Response:
        url = f"{self.sandbox.http}/chargebee/api/v2/{path}"
        return requests.get(url, params=list(query), auth=auth, timeout=10)

    def get(self, path: str, *query: tuple[str, object]) -> Json:
        answer = self.answer(path, *query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, *query: tuple[str, object]) -> list[str]:
        return [row["customer"]["id"] for row in self.get("customers", *query)["list"]]

    def refusal(self, path: str, *query: tuple[str, object]) -> tuple[int, str, str]:
        answer = self.answer(path, *query)
        told = answer.json()
        return answer.status_code, told["api_error_code"], told.get("param", "")


@pytest.fixture
def chargebee(sandbox: Rehearsal) -> Chargebee:
    made = Chargebee(sandbox)
    price = {"currency_code": "USD", "item_id": "team", "item_type": "plan", "pricing_model": "per_unit"}
    made.seed(
        customers=[
            *(customer(n) for n in range(12)),
            customer(12, deleted=True),
            customer(3, updated_at=NOW - 10, company="Renamed"),
            customer(4, updated_at=NOW + 10, company="Not yet"),
        ],
        item_prices=[{"id": "team-USD", "updated_at": 1, "name": "Team", **price}],
    )
    return made
