"""What a subscription lacks, and how it is sold, beyond the cases of the site."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from integrations.chargebee.answers import Item, ItemPrice, Subscription
from integrations.chargebee.terms import Prices, licence_model, seats, term, wanted
from tests.integrations.chargebee.cases import CASES, Case
from tests.integrations.chargebee.made import CATALOGUE, END, NOW, START, Json, item, price
from tests.integrations.chargebee.site import subscription, subscription_record

KNOWN: Prices = {each["id"]: convert(each, ItemPrice) for each in (*CATALOGUE, price("new", "auctioned"))}


def told(case: Case, **more: object) -> Subscription:
    return convert(subscription(0, case) | more, Subscription)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_subscription_is_the_term_that_it_is_in(case: Case) -> None:
    assert term(told(case), KNOWN) == subscription_record(0, case)


@pytest.mark.parametrize(
    "missing",
    [
        {"customer_id": None},
        {"status": None},
        {"current_term_start": None, "started_at": None, "created_at": None},
    ],
)
def test_without_owner_state_or_term_it_is_no_record(missing: Json) -> None:
    assert term(told(CASES[0]), KNOWN) is not None
    assert term(told(CASES[0], **missing), KNOWN) is None


@pytest.mark.parametrize(
    ("more", "starts", "ends"),
    [
        ({"current_term_start": None}, date(2024, 3, 5), None),
        ({"current_term_start": None, "started_at": None, "created_at": START}, date(2026, 6, 1), None),
        ({"status": "cancelled", "cancelled_at": START - 9}, date(2026, 6, 1), date(2026, 6, 1)),
        ({"status": "cancelled", "cancelled_at": END + 9}, date(2026, 6, 1), date(2026, 7, 1)),
        ({"deleted": True, "updated_at": NOW}, date(2026, 6, 1), date(2026, 6, 15)),
        ({"status": "non_renewing", "cancelled_at": NOW}, date(2026, 6, 1), date(2026, 6, 15)),
    ],
)
def test_when_it_begins_and_ends(more: Json, starts: date, ends: date | None) -> None:
    found = term(told(CASES[0], **more), KNOWN)
    assert found is not None
    assert (found.term_start, found.term_end) == (starts, ends)


@pytest.mark.parametrize(
    ("items", "model", "bought"),
    [
        ([], None, None),
        ([item("team", 3)], "seat", 3),
        ([item("team", 3), item("tiers", 2, "addon")], "tiered", 5),
        ([item("new", 3)], None, 3),
        ([item("gone", 3)], None, None),
        ([item("flat"), item("gone", 3, "addon")], None, None),
        ([item("calls", metered_quantity="0")], "usage", None),
        ([item("flat"), item("calls", metered_quantity="9")], "hybrid", None),
        ([item("team", quantity_in_decimal="x")], "seat", None),
        ([item("team", quantity_in_decimal="\u0663")], "seat", None),
        ([item("team", 3), item("extra", None, "addon")], "seat", None),
    ],
)
def test_how_it_is_sold(items: list[Json], model: str | None, bought: int | None) -> None:
    made = convert(items, list[Item])
    assert (licence_model(made, KNOWN), seats(made, KNOWN)) == (model, bought)


@given(st.lists(st.tuples(st.sampled_from(["team", "extra", "tiers"]), st.integers(0, 10**5)), min_size=1))
def test_seats_are_the_sum_of_what_is_bought(bought: list[tuple[str, int]]) -> None:
    made = convert([item(name, quantity) for name, quantity in bought], list[Item])
    assert seats(made, KNOWN) == sum(quantity for _, quantity in bought)


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        (1, "year", "year"),
        (6, "month", "6 months"),
        (0, "month", None),
        (1, None, None),
        (None, "month", None),
    ],
)
def test_how_often_it_is_billed(count: int | None, unit: str | None, expected: str | None) -> None:
    found = term(told(CASES[0], billing_period=count, billing_period_unit=unit), KNOWN)
    assert found is not None
    assert found.billing_period == expected


def test_what_is_looked_up() -> None:
    case = Case("", [item("team", 3), item("setup", 1, "charge"), {"item_type": "addon"}], {})
    shown = convert({**subscription(0, CASES[0]), "subscription_items": case.items}, Subscription)
    assert list(wanted(shown)) == ["team-USD-Monthly"]
