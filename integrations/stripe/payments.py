"""An invoice as our record of a payment."""

from health.records import Payment
from integrations.money import currency
from integrations.said import day, text
from integrations.stripe.answers import Invoice, Standing
from integrations.stripe.money import minor_units

DRAFT, OPEN, FAILED = "draft", "open", "failed"
PAST_DUE = "past_due"
WELL = frozenset({"active", "trialing"})
"""How a subscription stands whose payments go through."""


def payment(invoice: Invoice, now_s: float) -> Payment | None:
    """Return the payment, or `None` for a draft and where whose it is, its state or its day is not told."""
    due = due_s(invoice)
    if invoice.customer is None or invoice.status is None or due is None or invoice.status == DRAFT:
        return None
    status, attempts = _outcome(invoice.status, invoice, now_s)
    paid_s = invoice.status_transitions.paid_at if invoice.status_transitions else None
    code = currency(invoice.currency)
    return Payment(
        invoice_id=invoice.id,
        account_id=invoice.customer,
        due_on=day(due),
        status=status,
        paid_on=None if paid_s is None else day(paid_s),
        amount_minor=_amount(invoice, code),
        currency=code,
        attempts=attempts,
    )


def due_s(invoice: Invoice) -> int | None:
    """Return when it is due; one that is charged by itself is due as it becomes final."""
    final = invoice.status_transitions.finalized_at if invoice.status_transitions else None
    return next((at for at in (invoice.due_date, final, invoice.created) if at is not None), None)


def failed(invoice: Invoice, now_s: float) -> bool | None:
    """Say whether an open invoice could not be collected; `None` where its subscription would tell.

    It could not where it was tried, or where it is due and its subscription is past due. A bank may take
    days to send money: while the only attempt so far is followed by no other and the subscription stands
    well, it is under way.
    """
    behind = _behind(invoice)
    standing = behind.status if isinstance(behind, Standing) else None
    if invoice.attempted and invoice.attempt_count:
        if invoice.attempt_count > 1 or invoice.next_payment_attempt is not None:
            return True
        return None if isinstance(behind, str) else standing not in WELL
    due = due_s(invoice)
    if due is None or due > now_s:
        return False
    return None if isinstance(behind, str) else standing == PAST_DUE


def _behind(invoice: Invoice) -> str | Standing | None:
    """Return the subscription behind an invoice of any version; its id where no more is shown."""
    details = invoice.parent.subscription_details if invoice.parent else None
    return (details.subscription if details else None) or invoice.subscription


def _outcome(status: str, invoice: Invoice, now_s: float) -> tuple[str, int | None]:
    """Return status and attempts, of which one that is under way is none yet."""
    attempts = invoice.attempt_count
    if status != OPEN:
        return text(status) or OPEN, attempts
    if failed(invoice, now_s):
        return FAILED, attempts
    return OPEN, None if attempts is None else max(0, attempts - 1)


def _amount(invoice: Invoice, code: str | None) -> int | None:
    if code is None or invoice.amount_due is None:
        return None
    return minor_units(invoice.amount_due, code)
