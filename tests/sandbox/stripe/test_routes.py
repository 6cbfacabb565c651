import pytest
import requests

from tests.rehearsal import Rehearsal
from tests.sandbox.stripe.conftest import KEY, NOW, Stripe, customer


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer ", f"Token {KEY}", f"Bearer {KEY}x", "Bearer sk_test_other", "Basic !!!", "Basic eA=="],
)
def test_only_who_has_the_key_may_read(stripe: Stripe, authorization: str):
    status, error = stripe.refusal("customers", Authorization=authorization)
    assert (status, error["type"]) == (401, "invalid_request_error")
    assert KEY not in error["message"]


def test_the_key_may_come_as_the_name_of_a_user(stripe: Stripe):
    answer = requests.get(f"{stripe.sandbox.http}/stripe/v1/customers", auth=(KEY, ""), timeout=10)
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("path", ["customers", "customers/cus_1"])
def test_nothing_can_be_written(stripe: Stripe, method: str, path: str):
    url = f"{stripe.sandbox.http}/stripe/v1/{path}"
    answer = requests.request(method, url, headers={"Authorization": f"Bearer {KEY}"}, timeout=10)
    assert answer.status_code == 404
    assert "Unrecognized request URL" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["moons", "customers/cus_1/moons", "events/evt_1/x"])
def test_there_is_nothing_else(stripe: Stripe, path: str):
    assert stripe.answer(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("customers/cus_99", "customer"),
        ("subscription_items/si_9", "subscription item"),
        ("prices/x", "price"),
    ],
)
def test_what_is_not_there_is_said_to_be_missing(stripe: Stripe, path: str, kind: str):
    status, error = stripe.refusal(path)
    assert (status, error["code"]) == (404, "resource_missing")
    assert error["message"].startswith(f"No such {kind}: ")


def test_too_many_calls_are_refused_without_a_word_on_when_to_come_back(sandbox: Rehearsal):
    stripe = Stripe(sandbox)
    stripe.seed(customers=[customer(1)], calls_per_second=3)
    answers = [stripe.answer("customers") for _ in range(8)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert limited[0].json()["error"]["code"] == "rate_limit"
    assert limited[0].headers["Stripe-Rate-Limited-Reason"]
    assert "Retry-After" not in limited[0].headers


@pytest.mark.parametrize(
    "content",
    [
        {"moons": []},
        {"customers": [{"id": "cus_1"}]},
        {"customers": [{**customer(1), "colour": "red"}]},
        {"customers": [{**customer(1), "object": "invoice"}]},
        {"customers": [{**customer(1), "created": "today"}]},
        {"subscriptions": [{"id": "sub_1", "created": 1, "status": "asleep"}]},
        {"events": [{"id": "evt_1", "created": 1, "type": "x", "data": {"object": {"object": "moon"}}}]},
    ],
)
def test_a_book_with_anything_unknown_is_refused(stripe: Stripe, content: dict[str, object]):
    answer = requests.post(f"{stripe.sandbox.http}/seed/stripe", json=content, timeout=10)
    assert answer.status_code == 400


def test_a_reset_forgets_everything(stripe: Stripe):
    assert stripe.ids("customers")
    stripe.sandbox.reset()
    stripe.sandbox.set_clock(NOW)
    assert stripe.ids("customers") == []
