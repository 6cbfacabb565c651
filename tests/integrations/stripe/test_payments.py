"""Invoices as payments: when one has failed, and when money is only under way."""

from datetime import date

import pytest
from msgspec import convert

from integrations.stripe.answers import Invoice
from integrations.stripe.payments import failed, payment
from tests.integrations.stripe.made import NOW, Json, at

FINAL = {"status_transitions": {"finalized_at": at(2026, 6, 1)}}
WHOLE: Json = {
    "id": "in_1",
    "created": at(2026, 5, 31),
    "customer": "cus_1",
    "status": "open",
    "currency": "usd",
    "amount_due": 1_000,
    "attempt_count": 0,
    **FINAL,
}
ONCE = {"attempted": True, "attempt_count": 1}
AGAIN = {"next_payment_attempt": at(2026, 6, 20)}


def invoice(**more: object) -> Invoice:
    return convert({**WHOLE, **more}, Invoice)


def of(standing: object) -> Json:
    """Of a subscription: as it stands, or by its id alone."""
    shown = standing if standing is None or isinstance(standing, str) else {"status": standing[0]}  # type: ignore[index]  # a tuple
    return {"parent": {"subscription_details": {"subscription": shown}}}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, False),
        ({**of(("active",))}, False),
        ({**of(("past_due",))}, True),
        ({**of(("unpaid",))}, False),
        ({**of("sub_1")}, None),
        ({**of(("past_due",)), "due_date": at(2026, 7, 1)}, False),
        ({**of("sub_1"), "due_date": at(2026, 7, 1)}, False),
        ({**ONCE}, True),
        ({**ONCE, **of(("active",))}, False),
        ({**ONCE, **of(("trialing",))}, False),
        ({**ONCE, **of(("active",)), **AGAIN}, True),
        ({**ONCE, **of(("past_due",))}, True),
        ({**ONCE, **of(("incomplete",))}, True),
        ({**ONCE, **of(("unpaid",))}, True),
        ({**ONCE, **of(("brand_new",))}, True),
        ({**ONCE, **of((None,))}, True),
        ({**ONCE, **of("sub_1")}, None),
        ({**ONCE, **of("sub_1"), **AGAIN}, True),
        ({**of("sub_1"), "attempted": True, "attempt_count": 2}, True),
        ({**of(("active",)), "attempted": True, "attempt_count": 2}, True),
        ({"subscription": "sub_1", **ONCE}, None),
        ({"subscription": {"status": "active"}, **ONCE}, False),
        ({"attempted": False, "attempt_count": 1}, False),
    ],
)
def test_an_open_invoice_has_failed(told: Json, expected: bool | None) -> None:
    assert failed(invoice(**told), NOW) is expected
    found = payment(invoice(**told), NOW)
    assert found is not None
    assert found.status == ("failed" if expected else "open")


@pytest.mark.parametrize(
    ("told", "status", "attempts"),
    [
        ({**ONCE, **of(("active",))}, "open", 0),
        ({}, "open", 0),
        ({"attempt_count": None}, "open", None),
        ({**ONCE, **AGAIN}, "failed", 1),
        ({"status": "paid", **ONCE}, "paid", 1),
        ({"status": "void"}, "void", 0),
        ({"status": "uncollectible", "attempt_count": 4}, "uncollectible", 4),
        ({"status": "brand_new"}, "brand_new", 0),
    ],
)
def test_status_and_attempts(told: Json, status: str, attempts: int | None) -> None:
    found = payment(invoice(**told), NOW)
    assert found is not None
    assert (found.status, found.attempts) == (status, attempts)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, date(2026, 6, 1)),
        ({"due_date": at(2026, 7, 1)}, date(2026, 7, 1)),
        ({"status_transitions": None}, date(2026, 5, 31)),
        ({"status_transitions": {"finalized_at": None}}, date(2026, 5, 31)),
    ],
)
def test_when_it_is_due(told: Json, expected: date) -> None:
    found = payment(invoice(**told), NOW)
    assert found is not None
    assert found.due_on == expected


def test_what_was_paid_and_when() -> None:
    paid = {
        "status": "paid",
        "status_transitions": {"finalized_at": at(2026, 6, 1), "paid_at": at(2026, 6, 4)},
    }
    found = payment(invoice(**paid, currency="isk", amount_due=50_000), NOW)
    assert found is not None
    assert (found.paid_on, found.amount_minor, found.currency) == (date(2026, 6, 4), 500, "ISK")


@pytest.mark.parametrize("told", [{"amount_due": None}, {"currency": "zzz"}, {"currency": None}])
def test_an_amount_that_is_not_told_is_unknown(told: Json) -> None:
    found = payment(invoice(**told), NOW)
    assert found is not None
    assert found.amount_minor is None


@pytest.mark.parametrize(
    "told",
    [
        {"customer": None},
        {"status": None},
        {"status": "draft"},
        {"created": None, "due_date": None, "status_transitions": None},
    ],
)
def test_without_owner_state_or_day_it_is_no_record(told: Json) -> None:
    assert payment(invoice(), NOW) is not None
    assert payment(invoice(**told), NOW) is None
