import pytest
import requests

from tests.sandbox.stripe.conftest import (
    DISCOUNT,
    NOW,
    PRICE,
    VERSION,
    Stripe,
    customer,
    event,
    invoice,
    subscription,
)

BEFORE_BASIL, CLOVER = "2024-06-20", "2025-09-30.clover"


def test_what_names_another_object_is_its_id(stripe: Stripe):
    (first, *_) = stripe.get("subscriptions", ("customer", "cus_1"), ("starting_after", "sub_2"))["data"]
    assert (first["customer"], first["discounts"]) == ("cus_1", ["di_1"])
    assert stripe.get("invoices/in_1")["parent"]["subscription_details"]["subscription"] == "sub_1"


def test_what_is_expanded_is_shown(stripe: Stripe):
    paths = ("customer", "discounts.coupon.applies_to")
    (first,) = stripe.get(
        "subscriptions", ("starting_after", "sub_2"), *(("expand[]", f"data.{path}") for path in paths)
    )["data"]
    assert first["customer"]["email"] == "a1@customer.example"
    assert first["discounts"][0]["coupon"]["applies_to"] == {"products": ["prod_1"]}
    assert "currency_options" not in first["discounts"][0]["coupon"]
    one = stripe.get("subscriptions/sub_1", *(("expand[]", path) for path in paths))
    assert one == first
    details = "parent.subscription_details"
    told = stripe.get("invoices/in_1", ("expand[]", f"{details}.subscription"))
    assert told["parent"]["subscription_details"]["subscription"]["status"] == "active"


def test_tiers_and_second_currencies_are_shown_when_asked_for(stripe: Stripe):
    assert not {"tiers", "currency_options"} & stripe.get("prices/price_1").keys()
    told = stripe.get("prices/price_1", ("expand[]", "tiers"), ("expand[]", "currency_options"))
    assert told["tiers"][0]["unit_amount"] == 100
    assert "tiers" not in told["currency_options"]["eur"]
    deep = stripe.get("prices/price_1", ("expand[]", "currency_options.eur.tiers"))
    assert deep["currency_options"]["eur"]["tiers"][0]["unit_amount"] == 90
    items = stripe.get("subscription_items", ("subscription", "sub_2"), ("expand[]", "data.price.tiers"))
    assert items["data"][0]["price"]["tiers"]


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("subscriptions", "customer"),
        ("subscriptions", "data.status"),
        ("subscriptions", "data.moons"),
        ("subscriptions", "data.items.data.price.tiers"),
        ("subscriptions", "data.items.data.discounts.coupon"),
        ("subscriptions/sub_1", "data.customer"),
        ("subscriptions/sub_1", "items"),
        ("invoices/in_1", "parent"),
        ("prices/price_1", "currency_options.usd.tiers"),
        ("customers", "data.discount.coupon.applies_to.products"),
    ],
)
def test_what_cannot_be_expanded_is_refused(stripe: Stripe, path: str, expand: str):
    status, error = stripe.refusal(path, ("expand[]", expand))
    assert status == 400
    assert "expand" in error["message"]


def test_a_subscription_shows_its_first_ten_items_and_the_others_are_listed(stripe: Stripe):
    items = stripe.get("subscriptions/sub_1")["items"]
    assert (len(items["data"]), items["has_more"]) == (10, True)
    assert stripe.get("subscriptions/sub_2")["items"]["has_more"] is False
    assert len(stripe.ids("subscription_items", ("subscription", "sub_1"), ("limit", 100))) == 12


def test_versions_have_the_period_and_the_coupon_where_they_have_it(stripe: Stripe):
    def told(version: str, path: str = "discounts.coupon") -> dict[str, object]:
        headers = {"Stripe-Version": version}
        return stripe.get("subscriptions/sub_1", ("expand[]", path), **headers)

    old = told(BEFORE_BASIL, "customer")
    assert (old["current_period_end"], old["discount"]["id"], old["discounts"]) == (
        NOW + 86_400,
        "di_1",
        ["di_1"],
    )
    assert "current_period_end" not in old["items"]["data"][0]
    pinned = stripe.get("subscriptions/sub_1", ("expand[]", "discounts"))
    assert "current_period_end" not in pinned
    assert pinned["items"]["data"][0]["current_period_end"] == NOW + 86_400
    assert pinned["discounts"][0]["coupon"]["id"] == "TENTH"
    new = told(CLOVER, "discounts")
    assert new["discounts"][0]["source"] == {"type": "coupon", "coupon": "TENTH"}
    deep = told(CLOVER, "discounts.source.coupon")
    assert deep["discounts"][0]["source"]["coupon"]["percent_off"] == 10.0


def test_invoices_name_their_subscription_where_the_version_has_it(stripe: Stripe):
    old = stripe.get("invoices/in_1", **{"Stripe-Version": BEFORE_BASIL})
    assert (old["subscription"], old["paid"], "parent" in old) == ("sub_1", False, False)
    new = stripe.get("invoices/in_1")
    assert ("subscription" in new, "paid" in new) == (False, False)


def test_a_request_without_a_version_gets_the_old_one_of_the_account(stripe: Stripe):
    old = stripe.get("subscriptions/sub_1", **{"Stripe-Version": BEFORE_BASIL})
    answer = requests.get(
        f"{stripe.sandbox.http}/stripe/v1/subscriptions/sub_1",
        headers={"Authorization": "Bearer rk_test_sandbox"},
        timeout=10,
    )
    assert answer.json() == old
    status, error = stripe.refusal("customers", **{"Stripe-Version": "2031-01-01.zinnia"})
    assert (status, "Invalid Stripe API version" in error["message"]) == (400, True)


def test_an_object_is_as_the_last_event_about_it_says(stripe: Stripe):
    new = {"object": "customer", **customer(1, name="Renamed")}
    late = {"object": "customer", **customer(1, name="Too late")}
    stripe.seed(
        customers=[customer(1, name="Before"), customer(2, created=NOW + 1)],
        events=[event(1, "customer.updated", new), event(2, "customer.updated", late, at=NOW + 1)],
    )
    assert stripe.get("customers/cus_1")["name"] == "Renamed"
    assert stripe.ids("customers") == ["cus_1"]
    stripe.sandbox.set_clock(NOW + 1)
    assert stripe.get("customers/cus_1")["name"] == "Too late"
    assert stripe.ids("customers") == ["cus_2", "cus_1"]


def test_a_deleted_customer_is_not_listed_and_leaves_its_id(stripe: Stripe):
    gone = event(1, "customer.deleted", {"object": "customer", **customer(1)})
    stripe.seed(customers=[customer(1)], subscriptions=[subscription(1)], events=[gone])
    deleted = {"id": "cus_1", "object": "customer", "deleted": True}
    assert stripe.ids("customers") == []
    assert stripe.get("customers/cus_1") == deleted
    assert stripe.get("subscriptions/sub_1", ("expand[]", "customer"))["customer"] == deleted


def test_a_draft_that_was_deleted_is_gone(stripe: Stripe):
    draft = {"object": "invoice", **invoice(1, status="draft")}
    stripe.seed(invoices=[invoice(1, status="draft")], events=[event(1, "invoice.deleted", draft)])
    assert stripe.answer("invoices/in_1").status_code == 404


@pytest.mark.parametrize(("version", "period_of_its_own"), [(BEFORE_BASIL, True), (VERSION, False)])
def test_an_event_is_as_it_was_rendered(stripe: Stripe, version: str, period_of_its_own: bool):
    told = {"object": "subscription", **subscription(1, discounts=[DISCOUNT])}
    rendered = event(1, "customer.subscription.updated", told, api_version=version)
    rendered["data"]["previous_attributes"] = {"quantity": 2}
    stripe.seed(customers=[customer(1)], events=[rendered])
    (found,) = stripe.get("events", **{"Stripe-Version": CLOVER})["data"]
    about = found["data"]["object"]
    assert ("current_period_end" in about) is period_of_its_own
    assert (about["customer"], about["discounts"], found["api_version"]) == ("cus_1", ["di_1"], version)
    assert found["data"]["previous_attributes"] == {"quantity": 2}
    assert "tiers" not in about["items"]["data"][0]["price"]
    assert stripe.get("events/evt_1", **{"Stripe-Version": CLOVER}) == found
    assert stripe.answer("events", ("expand[]", "data.data.object")).status_code == 400


def test_prices_in_use_are_known(stripe: Stripe):
    assert stripe.ids("prices") == [PRICE["id"]]
