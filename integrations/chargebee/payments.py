"""An invoice as our record of a payment."""

from collections.abc import Mapping

from health.records import Payment
from integrations.chargebee.answers import Invoice
from integrations.chargebee.money import minor_units
from integrations.money import currency
from integrations.said import day, text

PENDING = "pending"
"""An invoice that is not closed yet."""
PAYMENT_DUE = "payment_due"
OPEN, FAILED, VOID = "open", "failed", "void"
STATUSES: Mapping[str, str] = {"posted": OPEN, PAYMENT_DUE: OPEN, "not_paid": FAILED, "voided": VOID}
"""Ours for Chargebee's (apidocs.chargebee.com/docs/api/invoices/invoice-object); any other stays as it is."""
IN_DUNNING = frozenset({"in_progress", "exhausted"})


def payment(invoice: Invoice) -> Payment | None:
    """Return the payment, or `None` while pending, and where owner, state or day are not told."""
    due_s = invoice.date if invoice.due_date is None else invoice.due_date
    if invoice.customer_id is None or invoice.status is None or due_s is None or invoice.status == PENDING:
        return None
    code = currency(invoice.currency_code)
    attempts = invoice.dunning_attempts
    return Payment(
        invoice_id=invoice.id,
        account_id=invoice.customer_id,
        due_on=day(due_s),
        status=_status(invoice, invoice.status),
        paid_on=None if invoice.paid_at is None else day(invoice.paid_at),
        amount_minor=minor_units(invoice.total, code),
        currency=code,
        attempts=None if attempts is None else len(attempts),
    )


def _status(invoice: Invoice, status: str) -> str:
    """Return how it stands. What is due has failed once it is dunned for: a first attempt came to naught."""
    if invoice.deleted:
        return VOID
    if status == PAYMENT_DUE and invoice.dunning_status in IN_DUNNING:
        return FAILED
    return STATUSES.get(status) or text(status) or OPEN
