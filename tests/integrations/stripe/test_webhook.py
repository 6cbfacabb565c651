"""What only Stripe's webhook does: its header, and what an event does not tell in full."""

import json

import pytest

from health.records import Contact, Payment, Record, Subscription
from integrations.errors import Rejected
from integrations.stripe.place import OVERLAP_S
from integrations.stripe.settings import StripeSettings
from integrations.stripe.webhook import StripeWebhook
from tests.integrations.stripe.book import customer, invoice, subscription
from tests.integrations.stripe.cases import CASES, Case
from tests.integrations.stripe.made import NOW, TEN, Json, at, coupon, discount, item
from tests.integrations.stripe.webhook_rig import event, sign

SECRET = "whsec_canary_1"
BODY = event("evt_1", "balance.available", {"object": "balance"})
SIGNED = sign(BODY, NOW, SECRET)["Stripe-Signature"]
TIME, SIGNATURE = SIGNED.split(",")


def webhook() -> StripeWebhook:
    given = {"api_key": "rk_test_canary_5521", "webhook_secret": SECRET}
    return StripeWebhook(StripeSettings.model_validate(given), clock=lambda: NOW)


@pytest.mark.parametrize(
    "header",
    [
        SIGNED,
        f"{SIGNATURE},{TIME}",
        f"{TIME},v1={'0' * 64},{SIGNATURE}",
        f"{TIME},{SIGNATURE},v0={'0' * 64}",
        f"{TIME},{SIGNATURE},v2=whatever",
    ],
)
def test_headers_that_are_good(header: str) -> None:
    assert webhook().verify({"Stripe-Signature": header}, BODY) == "evt_1"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (TIME, "signature_missing"),
        (SIGNATURE, "signature_missing"),
        (f"{TIME},{TIME},{SIGNATURE}", "signature_missing"),
        (f"t=,{SIGNATURE}", "signature_missing"),
        (f"t=-{NOW},{SIGNATURE}", "signature_missing"),
        (f"t=\u0661,{SIGNATURE}", "signature_missing"),
        (f"{TIME},v1=", "signature_missing"),
        (f"{TIME}, {SIGNATURE}", "signature_missing"),
        (SIGNED.replace("v1", "v0"), "signature_missing"),
        (SIGNED.upper().replace("T=", "t=").replace("V1=", "v1="), "signature_wrong"),
        (f"{TIME},v1=\ud800", "signature_wrong"),
        (f"t=0{NOW},{SIGNATURE}", "signature_wrong"),
    ],
)
def test_headers_that_are_not(header: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        webhook().verify({"Stripe-Signature": header}, BODY)
    assert caught.value.reason == reason


@pytest.mark.parametrize("name", ["", "evt_", "in_1", "evt_1/2", "evt_\u00e9", "evt_" + "1" * 300])
def test_an_event_has_a_name_of_its_kind(name: str) -> None:
    body = event(name, "balance.available", {"object": "balance"})
    with pytest.raises(Rejected) as caught:
        webhook().verify(sign(body, NOW, SECRET), body)
    assert caught.value.reason == "event_unreadable"


def said(kind: str, told: Json, before: Json | None = None, **more: object) -> list[Record]:
    content = json.loads(event("evt_1", kind, told)) | more
    if before is not None:
        content["data"]["previous_attributes"] = before
    return list(webhook().parse(json.dumps(content).encode()))


def of_subscription(case: Case, **more: object) -> list[Record]:
    told = {**subscription(0, case), **more, "object": "subscription"}
    return said("customer.subscription.updated", told)


PLAIN = Case("", [item(TEN, 3)], {})


@pytest.mark.parametrize(
    "more",
    [
        {"discounts": ["di_1"]},
        {"discounts": ["di_1", "di_2"], "discount": discount(coupon("HALF", percent_off=50.0))},
        {"discounts": [{"id": "di_1", "source": {"type": "coupon", "coupon": "HALF"}}]},
        {"items": {"data": [{**item(TEN, 3), "id": "si_1"}], "has_more": True}},
        {"items": {"data": [{**item(TEN, 3, discounts=["di_1"]), "id": "si_1"}]}},
        {"currency": "eur"},
        {"schedule": "sub_sched_1"},
    ],
)
def test_a_subscription_that_is_not_told_in_full_is_left_to_the_pull(more: Json) -> None:
    assert len(of_subscription(PLAIN)) == 1
    assert of_subscription(PLAIN, **more) == []


def test_the_only_discount_of_an_older_version_is_told_in_full() -> None:
    half = discount(coupon("HALF", percent_off=50.0))
    (found,) = of_subscription(PLAIN, discounts=["di_HALF"], discount=half)
    assert isinstance(found, Subscription)
    assert found.mrr_minor == 1_500


def test_that_it_will_end_is_told_at_once() -> None:
    (found,) = of_subscription(CASES[0], cancel_at_period_end=True)
    assert isinstance(found, Subscription)
    assert (found.cancel_at_period_end, found.auto_renew) == (True, False)


FAILED = {"status": "open", "attempted": True, "attempt_count": 1}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (FAILED, []),
        ({**FAILED, "next_payment_attempt": at(2026, 6, 20)}, ["failed"]),
        ({**FAILED, "attempt_count": 2}, ["failed"]),
        ({**FAILED, "parent": None}, ["failed"]),
        ({"status": "open", "due_date": at(2026, 6, 1)}, []),
        ({"status": "open", "due_date": at(2026, 7, 1)}, ["open"]),
        ({"status": "paid"}, ["paid"]),
        ({"status": "draft"}, []),
    ],
)
def test_an_invoice_whose_state_its_subscription_decides_is_left_to_the_pull(
    told: Json, expected: list[str]
) -> None:
    found = said("invoice.updated", {**invoice(0, told), "object": "invoice"})
    assert [record.status for record in found if isinstance(record, Payment)] == expected
    assert len(found) == len(expected)


def test_an_address_that_was_replaced_is_written_to_no_more() -> None:
    told = {**customer(1, PLAIN), "object": "customer"}
    before = {"email": "second@customer1.example", "name": "Earlier"}
    contacts = [record for record in said("customer.updated", told, before) if isinstance(record, Contact)]
    assert contacts == [
        Contact("cus_0001", "billing@customer1.example", role="billing"),
        Contact("cus_0001", "second@customer1.example"),
    ]


def test_a_customer_that_is_deleted_is_written_to_no_more() -> None:
    told = {**customer(1, PLAIN), "object": "customer"}
    assert said("customer.deleted", told) == [Contact("cus_0001", "billing@customer1.example")]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("invoice.payment_failed", {**FAILED, "attempt_count": 2}),
        ("customer.subscription.updated", {"cancel_at_period_end": True}),
        ("customer.subscription.deleted", {"status": "canceled", "ended_at": NOW}),
        ("customer.subscription.trial_will_end", {"status": "trialing", "trial_end": NOW + 3 * 86_400}),
        ("customer.subscription.updated", {"pause_collection": {"behavior": "void"}}),
    ],
)
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"created": NOW - OVERLAP_S}, True),
        ({"created": NOW - OVERLAP_S - 1}, False),
        ({"created": NOW - 86_400}, False),
        ({"created": None}, False),
    ],
)
def test_what_comes_late_says_nothing(kind: str, told: Json, more: Json, *, says: bool) -> None:
    whole = {**invoice(0, told)} if kind.startswith("invoice") else {**subscription(0, PLAIN), **told}
    about = "invoice" if kind.startswith("invoice") else "subscription"
    assert len(said(kind, {**whole, "object": about}, **more)) == says


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("customer.updated", {"id": "cus_1", "created": "today"}),
        ("customer.subscription.updated", {"id": "sub_1", "items": 7}),
        ("invoice.paid", {"id": "in_1", "amount_due": "much"}),
    ],
)
def test_wrong_types_are_refused(kind: str, told: Json) -> None:
    about = {"invoice.paid": "invoice", "customer.updated": "customer"}.get(kind, "subscription")
    with pytest.raises(Rejected) as caught:
        said(kind, {**told, "object": about})
    assert caught.value.reason == "event_unreadable"
