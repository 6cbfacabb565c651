"""What Chargebee is asked: endpoints, parameters, key; by the shapes that its documentation gives.

Shapes: apidocs.chargebee.com/docs/api/customers/list-customers, …/subscriptions/list-subscriptions,
…/invoices/list-invoices, …/item_prices/list-item-prices, and …/docs/api/list-ops for pages and sorting.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from integrations.chargebee.client import ChargebeeClient, Part
from integrations.chargebee.settings import ChargebeeSettings
from integrations.errors import IntegrationError, Misconfigured, Rejected

BASE = "https://invented-test.chargebee.com/api/v2"
KEY = "test_canary_7731"
Instant = Annotated[int, Field(ge=0)]


class Listed(BaseModel):
    """Parameters of any listing: nothing else is known there."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    offset: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    updated_after: Instant | None = Field(None, alias="updated_at[after]")


class WithDeleted(Listed):
    include_deleted: Literal["true", "false"] = "false"
    ascending: Literal["created_at", "updated_at"] = Field("created_at", alias="sort_by[asc]")


class Invoices(Listed):
    include_deleted: Literal["true", "false"] = "false"
    ascending: Literal["date", "updated_at"] = Field("date", alias="sort_by[asc]")


class ItemPrices(Listed):
    ascending: Literal["name", "id", "updated_at"] | None = Field(None, alias="sort_by[asc]")


SHAPES: Mapping[str, type[Listed]] = {
    "customers": WithDeleted,
    "subscriptions": WithDeleted,
    "invoices": Invoices,
    "item_prices": ItemPrices,
}


def client() -> ChargebeeClient:
    given = {"site": "invented-test", "api_key": KEY}
    return ChargebeeClient(ChargebeeSettings.model_validate(given))


def asked() -> list[tuple[str, Listed]]:
    """What was asked, in the documented shape of its listing."""
    found = []
    for call in responses.calls:
        address = urlsplit(str(call.request.url))
        listing = address.path.rpartition("/")[2]
        query: Any = dict(parse_qsl(address.query, keep_blank_values=True))
        found.append((listing, SHAPES[listing].model_validate(query)))
    return found


READ: Mapping[str, Callable[[ChargebeeClient, Part], object]] = {
    "customers": ChargebeeClient.customers,
    "subscriptions": ChargebeeClient.subscriptions,
    "invoices": ChargebeeClient.invoices,
}


@pytest.mark.parametrize("listing", READ)
@pytest.mark.parametrize("part", [Part(), Part(1_700_000_000), Part(0, '["1","x"]'), Part(5, '["1","x"]')])
@responses.activate
def test_what_is_asked(listing: str, part: Part) -> None:
    responses.get(f"{BASE}/{listing}", json={"list": []})
    READ[listing](client(), part)
    ((path, query),) = asked()
    by = "date" if listing == "invoices" else "created_at"
    expected = {
        "limit": 100,
        "include_deleted": "true",
        "sort_by[asc]": "updated_at" if part.after_s else by,
        **({"updated_at[after]": part.after_s} if part.after_s else {}),
        **({"offset": part.offset} if part.offset else {}),
    }
    assert (path, query) == (listing, SHAPES[listing].model_validate(expected))


@pytest.mark.parametrize("wrong", [{"limt": 1}, {"limit": 101}, {"sort_by[asc]": "mrr"}, {"updated_at": 5}])
def test_a_shape_refuses_what_is_not_documented(wrong: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError):
        WithDeleted.model_validate(wrong)


@responses.activate
def test_all_that_is_read_is_tried_by_a_row() -> None:
    for listing in SHAPES:
        responses.get(f"{BASE}/{listing}", json={"list": []})
    client().may_read()
    assert [(path, query.limit) for path, query in asked()] == [(listing, 1) for listing in SHAPES]
    basic = b64encode(f"{KEY}:".encode()).decode()
    assert {call.request.headers["Authorization"] for call in responses.calls} == {f"Basic {basic}"}


@pytest.mark.parametrize("listing", SHAPES)
@responses.activate
def test_a_key_that_may_not_read_something_needs_a_person(listing: str) -> None:
    for each in SHAPES:
        responses.get(f"{BASE}/{each}", json={"list": []}, status=403 if each == listing else 200)
    with pytest.raises(Misconfigured, match="read-only key") as caught:
        client().may_read()
    assert caught.value.reason == "forbidden"
    assert KEY not in str(caught.value)


@responses.activate
def test_a_price_by_its_id() -> None:
    found = {"item_price": {"id": "a/b 100%", "item_id": "team", "pricing_model": "per_unit"}}
    responses.get(f"{BASE}/item_prices/a%2Fb%20100%25", json=found)
    price = client().item_price("a/b 100%")
    assert price is not None
    assert (price.item_id, price.pricing_model) == ("team", "per_unit")


@responses.activate
def test_a_price_that_is_gone_is_none() -> None:
    responses.get(f"{BASE}/item_prices/x", json={"api_error_code": "resource_not_found"}, status=404)
    assert client().item_price("x") is None


@responses.activate
def test_another_refusal_is_not_taken_for_gone() -> None:
    responses.get(f"{BASE}/item_prices/x", json={"api_error_code": "param_wrong_value"}, status=400)
    with pytest.raises(Rejected, match="400"):
        client().item_price("x")


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        ('{"api_error_code":"site_not_found"}', Misconfigured, "no_such_site"),
        ('{"api_error_code":"resource_not_found"}', Rejected, "status_404"),
        ("[]", Rejected, "status_404"),
        ("<html>", Rejected, "status_404"),
        ("\udcff", Rejected, "status_404"),
    ],
)
@responses.activate
def test_a_site_that_is_not_there_needs_a_person(
    body: str, kind: type[IntegrationError], reason: str
) -> None:
    responses.get(f"{BASE}/customers", body=body.encode(errors="surrogateescape"), status=404)
    with pytest.raises(kind) as caught:
        client().customers(Part())
    assert caught.value.reason == reason


def test_a_site_is_one_word() -> None:
    for site in ("", "acme.chargebee.com", "a/b", "-a", "a b", "evil.example#"):
        with pytest.raises(ValidationError):
            ChargebeeSettings.model_validate({"site": site, "api_key": KEY})
