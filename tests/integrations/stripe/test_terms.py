"""Subscriptions of every kind as our terms, in the shape of each API version."""

from dataclasses import replace
from datetime import date

import pytest
from msgspec import convert

from health import features
from health.terms import recurring_minor
from integrations.stripe.answers import Item, Subscription
from integrations.stripe.catalogue import Catalogue
from integrations.stripe.terms import licence_model, seats, term
from tests.integrations.stripe.book import subscription_record
from tests.integrations.stripe.cases import CASES, Case
from tests.integrations.stripe.made import END, NOW, START, TEN, Json, at, every, item, price, yearly
from tests.integrations.stripe.told import BASIL, BEFORE_BASIL, SINCE_CLOVER, told


def shapes() -> list[object]:
    """Before Basil items had one period and a subscription showed no more than one discount."""
    return [
        pytest.param(case, version, id=f"{case.name} ({version})")
        for case in CASES
        for version in (BASIL, BEFORE_BASIL, SINCE_CLOVER)
        if version != BEFORE_BASIL or _fits_before_basil(case)
    ]


def _fits_before_basil(case: Case) -> bool:
    periods = {each["current_period_end"] for each in case.items}
    discounts = case.told.get("discounts", [])
    return len(periods) == 1 and isinstance(discounts, list) and len(discounts) < 2


@pytest.mark.parametrize(("case", "version"), shapes())
def test_a_subscription_is_the_term_that_it_is_in(case: Case, version: str) -> None:
    assert term(told(case, version), Catalogue(), NOW) == subscription_record(0, case)


def test_a_renewed_subscription_is_a_new_row() -> None:
    june = Case("june", [item(TEN, 3)], {})
    july = Case("july", [item(TEN, 4, current_period_start=END, current_period_end=at(2026, 8, 1))], {})
    before, after = (term(told(case), Catalogue(), NOW) for case in (june, july))
    assert before is not None
    assert after is not None
    assert (before.subscription_id, before.term_start, before.seats) == ("sub_0000", date(2026, 6, 1), 3)
    assert (after.subscription_id, after.term_start, after.seats) == ("sub_0000", date(2026, 7, 1), 4)


def test_a_trial_brings_nothing_until_its_end() -> None:
    (case,) = [case for case in CASES if case.name == "on trial"]
    found = term(told(case), Catalogue(), NOW)
    assert found is not None
    known = features.Term(
        found.subscription_id,
        found.term_start,
        mrr_minor=found.mrr_minor,
        status=found.status or "",
        trial_end=found.trial_end,
    )
    assert recurring_minor(known, date(2026, 6, 15)) == 0
    paid = replace(known, status="active")
    assert recurring_minor(paid, date(2026, 6, 30)) == 0
    assert recurring_minor(paid, date(2026, 7, 1)) == 3_000


WHOLE: Json = {
    "id": "sub_1",
    "customer": "cus_1",
    "status": "active",
    "currency": "usd",
    "items": {"data": [{**item(TEN, 1), "id": "si_1"}]},
}


@pytest.mark.parametrize(
    "missing",
    [
        {"customer": None},
        {"status": None},
        {"items": {"data": []}},
        {"items": {"data": [{"id": "si_1", "current_period_start": START}]}},
    ],
)
def test_without_owner_state_or_period_it_is_no_record(missing: Json) -> None:
    assert term(convert(WHOLE, Subscription), Catalogue(), NOW) is not None
    assert term(convert({**WHOLE, **missing}, Subscription), Catalogue(), NOW) is None


@pytest.mark.parametrize(
    ("told_of_end", "leaves", "renews", "ends"),
    [
        ({"cancel_at_period_end": False}, False, True, date(2026, 7, 1)),
        ({"cancel_at_period_end": True}, True, False, date(2026, 7, 1)),
        ({"cancel_at_period_end": False, "cancel_at": END}, True, False, date(2026, 7, 1)),
        ({"cancel_at_period_end": False, "cancel_at": END + 1}, False, True, date(2026, 7, 1)),
        ({"cancel_at_period_end": False, "ended_at": START + 1}, False, False, date(2026, 6, 1)),
        ({"cancel_at_period_end": False, "ended_at": START - 9_999_999}, False, False, date(2026, 6, 1)),
        ({}, None, None, date(2026, 7, 1)),
    ],
)
def test_how_it_ends(told_of_end: Json, leaves: bool | None, renews: bool | None, ends: date) -> None:
    found = term(convert({**WHOLE, **told_of_end}, Subscription), Catalogue(), NOW)
    assert found is not None
    assert (found.cancel_at_period_end, found.auto_renew, found.term_end) == (leaves, renews, ends)


@pytest.mark.parametrize(
    ("recurring", "expected"),
    [
        (every("year"), "year"),
        (every("month", 6), "6 months"),
        (every("moon"), "moon"),
        (every("month", 0), None),
        (None, None),
    ],
)
def test_how_often_it_is_billed(recurring: Json | None, expected: str | None) -> None:
    items = {"data": [{**item({**TEN, "recurring": recurring}, 1), "id": "si_1"}]}
    found = term(convert({**WHOLE, "items": items}, Subscription), Catalogue(), NOW)
    assert found is not None
    assert found.billing_period == expected


METERED = price("metered", 1, recurring=every("month", usage_type="metered"))
TIERED = price("tiered", billing_scheme="tiered", tiers_mode="volume")
OF_A_NEW_KIND = price("new", 1, recurring=every("month", usage_type="by_the_moon"))
OF_A_NEW_SCHEME = price("scheme", 1, billing_scheme="auctioned")


@pytest.mark.parametrize(
    ("items", "model", "bought"),
    [
        ([item(TEN, 3)], "seat", 3),
        ([item(TEN, 3), yearly(TEN, 4)], "seat", 7),
        ([item(TIERED, 3)], "tiered", 3),
        ([item(TIERED, 3), item(TEN, 2)], "tiered", 5),
        ([item(METERED, None)], "usage", None),
        ([item({**METERED, "billing_scheme": "tiered"}, None)], "usage", None),
        ([item(METERED, None), item(TIERED, 3)], "hybrid", 3),
        ([item(TEN, 0)], "seat", 0),
        ([item(TEN, None), item(TEN, 3)], "seat", None),
        ([item(OF_A_NEW_KIND, 3), item(TEN, 3)], None, 3),
        ([item(OF_A_NEW_SCHEME, 3)], None, 3),
        ([], None, None),
    ],
)
def test_how_it_is_sold(items: list[Json], model: str | None, bought: int | None) -> None:
    made = convert(items, list[Item])
    assert (licence_model(made), seats(made)) == (model, bought)
