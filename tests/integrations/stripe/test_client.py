"""What Stripe is asked: endpoints, parameters, version.

Each is held against Stripe's own library too, as all requests of these tests are: `tests.integrations.asked`.
"""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from integrations.errors import Misconfigured, Rejected
from integrations.stripe.catalogue import PriceIn
from integrations.stripe.client import MORE_TYPES, PERMISSIONS, TYPES, StripeClient
from integrations.stripe.settings import StripeSettings

BASE = "https://api.stripe.com/v1"
KEY = "rk_test_canary_9174"
WHERE = {"starting_after": "x_1"}
PAGE = [("starting_after", "x_1"), ("limit", "100")]
SUBSCRIPTION = (
    "customer",
    "discounts.coupon.applies_to",
    "discounts.coupon.currency_options",
    "items.data.discounts",
    "schedule",
)


def expand(*paths: str, within: str = "") -> list[tuple[str, str]]:
    return [("expand[]", f"{within}{path}") for path in paths]


ASKED: dict[str, tuple[Callable[[StripeClient], object], str, list[tuple[str, str]]]] = {
    "customers": (lambda stripe: stripe.customers(WHERE), "customers", PAGE),
    "subscriptions": (
        lambda stripe: stripe.subscriptions(WHERE),
        "subscriptions",
        [*PAGE, ("status", "all"), *expand(*SUBSCRIPTION, within="data.")],
    ),
    "due soon": (
        lambda stripe: stripe.due(WHERE, 1_800_000_000),
        "subscriptions",
        [*PAGE, ("current_period_end[lte]", "1800000000"), *expand(*SUBSCRIPTION, within="data.")],
    ),
    "of a customer": (
        lambda stripe: stripe.of_customer(WHERE, "cus_1"),
        "subscriptions",
        [*PAGE, ("customer", "cus_1"), ("status", "all"), *expand(*SUBSCRIPTION, within="data.")],
    ),
    "items": (
        lambda stripe: stripe.items(WHERE, "sub_1"),
        "subscription_items",
        [*PAGE, ("subscription", "sub_1"), *expand("discounts.coupon.currency_options", within="data.")],
    ),
    "invoices": (
        lambda stripe: stripe.invoices(WHERE),
        "invoices",
        [*PAGE, *expand("parent.subscription_details.subscription", within="data.")],
    ),
    "events": (
        lambda stripe: stripe.events(WHERE, 1_700_000_000),
        "events",
        [*PAGE, *(("types[]", each) for each in TYPES), ("created[gte]", "1700000000")],
    ),
    "events of plans": (
        lambda stripe: stripe.events(WHERE, 1_700_000_000, MORE_TYPES),
        "events",
        [*PAGE, *(("types[]", each) for each in MORE_TYPES), ("created[gte]", "1700000000")],
    ),
    "a customer": (lambda stripe: stripe.customer("cus_1"), "customers/cus_1", []),
    "a subscription": (
        lambda stripe: stripe.subscription("sub_1"),
        "subscriptions/sub_1",
        expand(*SUBSCRIPTION),
    ),
    "an invoice": (
        lambda stripe: stripe.invoice("in_1"),
        "invoices/in_1",
        expand("parent.subscription_details.subscription"),
    ),
    "a price's tiers": (
        lambda stripe: stripe.price(PriceIn("price_1", "", tiered=True)),
        "prices/price_1",
        expand("tiers"),
    ),
    "a price in another currency": (
        lambda stripe: stripe.price(PriceIn("price_1", "eur", tiered=False)),
        "prices/price_1",
        expand("currency_options"),
    ),
    "a price's tiers in another currency": (
        lambda stripe: stripe.price(PriceIn("price_1", "eur", tiered=True)),
        "prices/price_1",
        expand("currency_options", "currency_options.eur.tiers"),
    ),
    "a coupon": (
        lambda stripe: stripe.coupon("25 % OFF/all"),
        "coupons/25%20%25%20OFF%2Fall",
        expand("applies_to", "currency_options"),
    ),
}


def client() -> StripeClient:
    return StripeClient(StripeSettings(api_key=KEY))  # type: ignore[arg-type]  # pydantic keeps it secret


@pytest.mark.parametrize(
    ("ask", "path", "query"), [pytest.param(*each, id=name) for name, each in ASKED.items()]
)
@responses.activate
def test_what_is_asked(
    ask: Callable[[StripeClient], object], path: str, query: list[tuple[str, str]]
) -> None:
    responses.get(f"{BASE}/{path}", json={"id": "x_1", "data": [], "has_more": False})
    ask(client())
    (call,) = responses.calls
    assert parse_qsl(urlsplit(call.request.url).query) == query
    assert call.request.headers["Stripe-Version"] == "2025-08-27.basil"
    assert call.request.headers["Authorization"] == f"Bearer {KEY}"


def test_nothing_is_expanded_deeper_than_stripe_allows() -> None:
    expanded = [value for *_, query in ASKED.values() for name, value in query if name == "expand[]"]
    assert expanded
    assert max(path.count(".") for path in expanded) <= 3


def test_no_more_types_of_events_are_asked_for_than_stripe_allows() -> None:
    assert len(set(TYPES)) == len(TYPES) == 20
    assert len(MORE_TYPES) <= 20
    assert not set(MORE_TYPES) & set(TYPES)


@pytest.mark.parametrize("path", [path for path in PERMISSIONS if path != "subscription_items"])
@responses.activate
def test_a_key_that_may_not_read_something_is_told_what(path: str) -> None:
    for each in PERMISSIONS:
        responses.get(
            f"{BASE}/{each}",
            json={"data": [], "has_more": False},
            status=403 if each == path else 200,
        )
    with pytest.raises(Misconfigured, match=f"may not read {PERMISSIONS[path]};") as caught:
        client().may_read()
    assert caught.value.reason == "forbidden"
    assert KEY not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda stripe: stripe.customer("x_1"), "customers"),
        (lambda stripe: stripe.subscription("x_1"), "subscriptions"),
        (lambda stripe: stripe.invoice("x_1"), "invoices"),
        (lambda stripe: stripe.coupon("x_1"), "coupons"),
    ],
)
@responses.activate
def test_what_is_not_there_is_none(ask: Callable[[StripeClient], object], path: str) -> None:
    responses.get(f"{BASE}/{path}/x_1", status=404)
    assert ask(client()) is None


@responses.activate
def test_another_refusal_is_not_taken_for_gone() -> None:
    responses.get(f"{BASE}/coupons/x_1", status=400)
    with pytest.raises(Rejected, match="400"):
        client().coupon("x_1")
