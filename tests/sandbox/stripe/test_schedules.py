"""Schedules of the stand-in: by themselves, with their subscriptions, and in events."""

import pytest

from tests.sandbox.stripe.conftest import NOW, PRICE, Json, Stripe, event, subscription

PHASE = {"start_date": 1, "end_date": NOW, "currency": "usd", "items": [{"price": "price_1", "quantity": 3}]}
SCHEDULE = {
    "id": "sub_sched_1",
    "created": 1,
    "customer": "cus_1",
    "subscription": "sub_1",
    "phases": [PHASE],
}


@pytest.fixture
def planned(stripe: Stripe) -> Stripe:
    stripe.seed(
        subscriptions=[subscription(1, schedule="sub_sched_1"), subscription(2)],
        schedules=[SCHEDULE],
        prices=[PRICE],
    )
    return stripe


def phase_of(schedule: Json) -> Json:
    (phase,) = schedule["phases"]
    return phase


def test_a_schedule_names_its_prices(planned: Stripe):
    found = planned.get("subscription_schedules/sub_sched_1")
    assert (found["object"], found["subscription"], found["end_behavior"]) == (
        "subscription_schedule",
        "sub_1",
        "release",
    )
    assert phase_of(found)["items"][0]["price"] == "price_1"


def test_its_prices_are_shown_if_that_is_asked_for(planned: Stripe):
    found = planned.get("subscription_schedules/sub_sched_1", ("expand[]", "phases.items.price"))
    assert phase_of(found)["items"][0]["price"]["id"] == "price_1"


def test_a_subscription_names_its_schedule_or_shows_it(planned: Stripe):
    listed = {row["id"]: row for row in planned.get("subscriptions")["data"]}
    assert (listed["sub_1"]["schedule"], listed["sub_2"]["schedule"]) == ("sub_sched_1", None)
    shown = planned.get("subscriptions", ("expand[]", "data.schedule"))["data"]
    assert {row["schedule"] and row["schedule"]["id"] for row in shown} == {"sub_sched_1", None}


def test_with_a_listing_prices_of_phases_lie_too_deep(planned: Stripe):
    status, error = planned.refusal("subscriptions", ("expand[]", "data.schedule.phases.items.price"))
    assert status == 400
    assert "more than 4 levels" in error["message"]


def test_an_event_of_it_changes_it(planned: Stripe):
    told = {"object": "subscription_schedule", **SCHEDULE, "status": "released"}
    planned.seed(schedules=[SCHEDULE], events=[event(1, "subscription_schedule.released", told)])
    assert planned.get("subscription_schedules/sub_sched_1")["status"] == "released"
    (found,) = planned.get("events", ("types[]", "subscription_schedule.released"))["data"]
    assert found["data"]["object"]["id"] == "sub_sched_1"


@pytest.mark.parametrize(("customer", "expected"), [("cus_1", ["sub_sched_1"]), ("cus_2", [])])
def test_those_of_a_customer_are_listed(planned: Stripe, customer: str, expected: list[str]):
    assert planned.ids("subscription_schedules", ("customer", customer)) == expected
