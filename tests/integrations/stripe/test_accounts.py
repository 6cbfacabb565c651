"""Customers as accounts, identifiers and contacts."""

from datetime import date

import pytest
from msgspec import convert

from health.records import Account, Contact, Identifier
from integrations.stripe.accounts import account, contact, identifiers
from integrations.stripe.answers import Customer
from tests.integrations.stripe.made import Json, at

WHOLE: Json = {"id": "cus_1", "created": at(2025, 12, 31, 23), "name": "Invented GmbH", "currency": "eur"}


def customer(**more: object) -> Customer:
    return convert({**WHOLE, **more}, Customer)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, {"name": "Invented GmbH", "currency": "EUR", "created_on": date(2025, 12, 31)}),
        ({"name": None}, {"name": None}),
        ({"name": " Inv\0ented "}, {"name": "Invented"}),
        ({"currency": None}, {"currency": None}),
        ({"currency": "zzz"}, {"currency": None}),
        ({"address": {"country": "FR"}}, {"country": "FR"}),
        ({"address": {"country": None}}, {"country": None}),
        ({"metadata": {"domain": " Shop.Example "}}, {"domain": "shop.example"}),
        ({"metadata": {"domain": ""}}, {"domain": None}),
        ({"email": "someone@shop.example"}, {"domain": None}),
    ],
)
def test_an_account(told: Json, expected: Json) -> None:
    found = account(customer(**told))
    assert found is not None
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.account_id == "cus_1"


@pytest.mark.parametrize("told", [{"deleted": True}, {"created": None}])
def test_what_is_deleted_or_not_whole_is_no_account(told: Json) -> None:
    assert isinstance(account(customer()), Account)
    assert account(customer(**told)) is None


@pytest.mark.parametrize(
    ("metadata", "key", "expected"),
    [
        (None, "account_id", set()),
        ({"colour": "red", "account_id": " "}, "account_id", set()),
        ({"account_id": "7"}, "account_id", {("our_id", "7")}),
        ({"account_id": "7", "tenant": "8"}, "tenant", {("our_id", "8")}),
        (
            {"account_id": "7", "domain": "A.Example", "hubspot_company_id": "99"},
            "account_id",
            {("our_id", "7"), ("domain", "a.example"), ("hubspot", "99")},
        ),
    ],
)
def test_identifiers(metadata: Json | None, key: str, expected: set[tuple[str, str]]) -> None:
    found = identifiers(customer(metadata=metadata), key)
    assert set(found) == {Identifier("cus_1", kind, value) for kind, value in expected}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, None),
        ({"email": " "}, None),
        ({"email": "a@shop.example"}, Contact("cus_1", "a@shop.example", role="billing")),
        (
            {"email": "a@shop.example", "preferred_locales": ["fr-CA", "en"]},
            Contact("cus_1", "a@shop.example", role="billing", language="fr-CA"),
        ),
        ({"email": "a@shop.example", "deleted": True}, None),
    ],
)
def test_whom_invoices_are_sent_to(told: Json, expected: Contact | None) -> None:
    assert contact(customer(**told)) == expected
