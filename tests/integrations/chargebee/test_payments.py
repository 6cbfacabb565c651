"""Invoices as payments, beyond those of the site."""

from datetime import date

import pytest
from msgspec import convert

from integrations.chargebee.answers import Invoice
from integrations.chargebee.payments import payment
from tests.integrations.chargebee.made import Json, at
from tests.integrations.chargebee.site import INVOICES, invoice, invoice_record

WHOLE = invoice(0, {"status": "paid"})


@pytest.mark.parametrize(("told", "expected"), [each for each in INVOICES if each[1]])
def test_an_invoice_is_a_payment(told: Json, expected: Json) -> None:
    assert payment(convert(invoice(0, told), Invoice)) == invoice_record(0, told, expected)


@pytest.mark.parametrize(
    "more", [{"customer_id": None}, {"status": None}, {"status": "pending"}, {"date": None}]
)
def test_while_pending_and_without_owner_state_or_day_it_is_no_record(more: Json) -> None:
    assert payment(convert(WHOLE, Invoice)) is not None
    assert payment(convert(WHOLE | more, Invoice)) is None


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"status": "payment_due", "dunning_status": "stopped"}, "open"),
        ({"status": "payment_due", "dunning_status": "exhausted"}, "failed"),
        ({"status": "posted", "dunning_status": "in_progress"}, "open"),
        ({"status": "brand_new"}, "brand_new"),
        ({"status": "\0"}, "open"),
    ],
)
def test_how_it_stands(more: Json, status: str) -> None:
    found = payment(convert(WHOLE | more, Invoice))
    assert found is not None
    assert found.status == status


def test_days_and_amounts() -> None:
    more = {"due_date": at(2026, 7, 1), "paid_at": at(2026, 7, 3), "currency_code": "ISK", "total": 500}
    found = payment(convert(WHOLE | more, Invoice))
    assert found is not None
    assert (found.due_on, found.paid_on) == (date(2026, 7, 1), date(2026, 7, 3))
    assert (found.amount_minor, found.currency) == (500, "ISK")
