import pytest

from tests.sandbox.stripe.conftest import DAY, NOW, Stripe, customer, event, invoice, subscription


def test_a_listing_shows_the_newest_first_ten_unless_asked_otherwise(stripe: Stripe):
    page = stripe.get("customers")
    assert [row["id"] for row in page["data"]] == [f"cus_{n}" for n in range(11, 1, -1)]
    assert (page["object"], page["url"], page["has_more"]) == ("list", "/v1/customers", True)
    assert len(stripe.ids("customers", ("limit", 12))) == 12
    assert stripe.get("customers", ("limit", 12))["has_more"] is False


def test_pages_go_on_behind_a_row_and_before_one(stripe: Stripe):
    assert stripe.ids("customers", ("limit", 3), ("starting_after", "cus_5")) == ["cus_4", "cus_3", "cus_2"]
    assert stripe.ids("customers", ("limit", 3), ("ending_before", "cus_5")) == ["cus_8", "cus_7", "cus_6"]
    assert stripe.get("customers", ("starting_after", "cus_1"))["has_more"] is False
    assert stripe.get("customers", ("limit", 3), ("ending_before", "cus_5"))["has_more"] is True
    assert stripe.get("customers", ("limit", 6), ("ending_before", "cus_5"))["has_more"] is False


@pytest.mark.parametrize(
    ("path", "name", "value", "code"),
    [
        ("customers", "colour", "red", "parameter_unknown"),
        ("customers", "status", "all", "parameter_unknown"),
        ("customers", "created[before]", 1, "parameter_unknown"),
        ("customers", "expand", "data.discount", "parameter_unknown"),
        ("events", "types[gte]", "x", "parameter_unknown"),
        ("customers", "types[]", "x", "parameter_unknown"),
        ("customers", "starting_after[]", "x", "parameter_unknown"),
        ("customers/cus_1", "limit", 1, "parameter_unknown"),
        ("invoices", "current_period_end[lte]", 1, "parameter_unknown"),
        ("customers", "limit", 0, "parameter_invalid_integer"),
        ("customers", "limit", 101, "parameter_invalid_integer"),
        ("customers", "limit", "ten", "parameter_invalid_integer"),
        ("customers", "created[gte]", "today", "parameter_invalid_integer"),
        ("customers", "starting_after", "cus_99", "resource_missing"),
        ("customers", "ending_before", "cus_99", "resource_missing"),
        ("subscription_items", "limit", 1, "parameter_missing"),
    ],
)
def test_what_stripe_does_not_know_is_refused(stripe: Stripe, path: str, name: str, value: object, code: str):
    status, error = stripe.refusal(path, (name, value))
    assert (status, error["code"], error["type"]) == (400, code, "invalid_request_error")


def test_two_edges_at_once_are_refused(stripe: Stripe):
    status, _ = stripe.refusal("customers", ("starting_after", "cus_1"), ("ending_before", "cus_9"))
    assert status == 400


@pytest.mark.parametrize(
    ("bound", "expected"), [("gt", [3]), ("gte", [3, 2]), ("lt", [1, 0]), ("lte", [2, 1, 0])]
)
def test_bounds(stripe: Stripe, bound: str, expected: list[int]):
    stripe.seed(customers=[customer(n) for n in range(4)])
    found = stripe.ids("customers", (f"created[{bound}]", NOW - 1_000 + 2))
    assert found == [f"cus_{n}" for n in expected]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, ["sub_4", "sub_3", "sub_1"]),
        ("all", ["sub_4", "sub_3", "sub_2", "sub_1"]),
        ("canceled", ["sub_2"]),
        ("ended", ["sub_4", "sub_2"]),
        ("past_due", ["sub_3"]),
    ],
)
def test_cancelled_subscriptions_are_shown_when_asked_for(stripe: Stripe, status: str, expected: list[str]):
    states = ["active", "canceled", "past_due", "incomplete_expired"]
    stripe.seed(subscriptions=[subscription(n, status=state) for n, state in enumerate(states, 1)])
    found = stripe.ids("subscriptions", *([] if status is None else [("status", status)]))
    assert found == expected


def test_a_subscription_is_due_when_the_first_of_its_items_is(stripe: Stripe):
    assert stripe.ids("subscriptions", ("current_period_end[lte]", NOW + DAY)) == ["sub_1"]
    assert stripe.ids("subscriptions", ("current_period_end[lte]", NOW + DAY - 1)) == []
    assert stripe.ids("subscriptions", ("current_period_end[gt]", NOW + DAY)) == ["sub_2"]
    assert stripe.ids("subscriptions", ("current_period_start[gte]", NOW - DAY + 1)) == ["sub_1"]


def test_a_row_that_fits_no_more_is_no_edge_any_more(stripe: Stripe):
    query = [("limit", 1), ("starting_after", "sub_2")]
    assert stripe.ids("subscriptions", *query) == ["sub_1"]
    stripe.seed(subscriptions=[subscription(1), subscription(2, status="canceled")])
    status, error = stripe.refusal("subscriptions", *query)
    assert (status, error["code"], error["param"]) == (400, "resource_missing", "starting_after")
    assert stripe.ids("subscriptions", *query, ("status", "all")) == ["sub_1"]


def test_filters_by_owner(stripe: Stripe):
    stripe.seed(
        customers=[customer(1), customer(2)],
        subscriptions=[subscription(1), subscription(2, customer="cus_2")],
        invoices=[invoice(1), invoice(2, customer="cus_2", parent=None, status="paid")],
    )
    assert stripe.ids("subscriptions", ("customer", "cus_2")) == ["sub_2"]
    assert stripe.ids("invoices", ("customer", "cus_2")) == ["in_2"]
    assert stripe.ids("invoices", ("subscription", "sub_1")) == ["in_1"]
    assert stripe.ids("invoices", ("status", "paid")) == ["in_2"]
    assert stripe.ids("customers", ("email", "a2@customer.example")) == ["cus_2"]
    assert stripe.ids("subscription_items", ("subscription", "sub_2")) == ["si_2_00"]


def happened(*at: int) -> list[dict[str, object]]:
    return [
        event(n, "customer.updated", {"object": "customer", **customer(1)}, at=s) for n, s in enumerate(at)
    ]


def test_events_are_kept_for_thirty_days_and_none_is_of_the_future(stripe: Stripe):
    stripe.seed(events=happened(NOW - 30 * DAY, NOW - 30 * DAY + 1, NOW, NOW + 1))
    assert stripe.ids("events") == ["evt_2", "evt_1"]


def test_events_are_filtered_by_type(stripe: Stripe):
    told = {"object": "customer", **customer(1)}
    stripe.seed(events=[event(1, "customer.updated", told), event(2, "customer.created", told)])
    assert stripe.ids("events", ("type", "customer.created")) == ["evt_2"]
    both = [("types[]", "customer.updated"), ("types[]", "customer.created")]
    assert stripe.ids("events", *both) == ["evt_2", "evt_1"]
    assert stripe.ids("events", both[0]) == ["evt_1"]
    assert stripe.ids("events", ("types[0]", "customer.created")) == ["evt_2"]
    assert stripe.answer("events", *both, ("type", "customer.created")).status_code == 400
    assert stripe.answer("events", *[("types[]", f"a.{n}") for n in range(20)]).status_code == 200
    assert stripe.answer("events", *[("types[]", f"a.{n}") for n in range(21)]).status_code == 400
