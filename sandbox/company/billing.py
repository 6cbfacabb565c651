"""Invoices: one at the start of each term, charged to a card on the day it is due."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from sandbox.company.cast import FAILED_PAYMENT
from sandbox.company.clock import FIRST_DAY, LAST_DAY
from sandbox.company.history import Term


class Payment(NamedTuple):
    """A row of the import format's payments, as it will be in the end."""

    invoice_id: str
    account_id: str
    due_on: date
    paid_on: date | None
    status: str
    amount: int
    currency: str
    attempts: int

    def seen(self, at: datetime) -> "Payment | None":
        """Return what the ledger says of it at an instant. A day's charges are booked on the next."""
        if self.due_on > at.date():
            return None
        if self.due_on < at.date():
            return self
        return self._replace(paid_on=None, status="open", attempts=0)


def payments(terms: Iterable[Term]) -> Iterator[Payment]:
    """Yield the invoices of the last 26 weeks, and of every term in force before."""
    for term in terms:
        if term.term_start >= FIRST_DAY or term.term_end > LAST_DAY:
            fails = term.account_id == FAILED_PAYMENT and term.term_start == LAST_DAY
            yield Payment(
                f"in-{term.account_id}-{term.term_start:%y%m%d}",
                term.account_id,
                term.term_start,
                None if fails else term.term_start,
                "failed" if fails else "paid",
                term.mrr * term.months,
                term.currency,
                1 if fails else 0,
            )
