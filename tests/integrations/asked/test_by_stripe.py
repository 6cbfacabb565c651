"""Stripe's own library finds what Stripe would refuse: a misspelt name, a wrong type, a word that is none."""

import re

import pytest
import responses

from integrations.http import Http
from integrations.session import Credentials
from integrations.stripe.client import MORE_TYPES, TYPES, VERSION
from tests.integrations.asked import Asked, by_stripe, held_against

Pairs = tuple[tuple[str, str], ...]
AS_WE_DO = {"stripe-version": VERSION}

SOUND: dict[str, tuple[str, Pairs]] = {
    "a page": ("customers", (("limit", "100"), ("starting_after", "cus_1"))),
    "within a time": ("subscriptions", (("current_period_end[lte]", "1800000000"), ("status", "all"))),
    "lists": ("events", tuple(("types[]", kind) for kind in (*TYPES, *MORE_TYPES))),
    "what is required": ("subscription_items", (("subscription", "sub_1"),)),
    "one of them": ("prices/price_1", (("expand[]", "tiers"),)),
}
UNSOUND: dict[str, tuple[str, Pairs, str]] = {
    "a misspelt name": ("customers", (("starting_afer", "cus_1"),), "starting_afer"),
    "a misspelt name within": ("subscriptions", (("created[since]", "1"),), "since"),
    "a name of another listing": ("customers", (("status", "all"),), "status"),
    "a word that is none": ("subscriptions", (("status", "every"),), "status"),
    "no number": ("invoices", (("limit", "many"),), "limit"),
    "more than a page": ("invoices", (("limit", "101"),), "limit is 101"),
    "one where it is a list": ("customers", (("expand", "tax"),), "expand"),
    "the same twice": ("customers", (("limit", "1"), ("limit", "2")), "twice"),
    "without what is required": ("subscription_items", (("limit", "1"),), "subscription"),
    "an event that is none": ("events", (("types[]", "invoice.payed"),), "invoice.payed"),
    "how the library is called": ("customers", (("api_key", "sk_1"),), "api_key"),
    "objects that are none": ("costumers", (), "not read"),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_stripe_takes(name: str) -> None:
    assert by_stripe.wrong(Asked("GET", *SOUND[name], AS_WE_DO)) == []


@pytest.mark.parametrize("name", UNSOUND)
def test_what_stripe_does_not_take(name: str) -> None:
    path, query, expected = UNSOUND[name]
    (told,) = by_stripe.wrong(Asked("GET", path, query, AS_WE_DO))
    assert re.search(rf"\b{re.escape(expected)}\b", told)


@pytest.mark.parametrize("headers", [{}, {"stripe-version": "2025-08-27"}])
def test_a_version_is_always_asked_for(headers: dict[str, str]) -> None:
    assert len(by_stripe.wrong(Asked("GET", "customers", (), headers))) == 1


@responses.activate
def test_a_client_that_misspells_is_found_out() -> None:
    responses.get("https://vendor.example/v1/customers", json={})
    with held_against({"vendor": by_stripe.wrong}) as wrong:
        http = Http("vendor", "https://vendor.example/v1", Credentials(AS_WE_DO, ""))
        http.get("customers", dict, {"limit": 1})
        assert wrong == []
        http.get("customers", dict, {"limti": 1})
    assert [problem.startswith("vendor: GET customers: ") for problem in wrong] == [True]
