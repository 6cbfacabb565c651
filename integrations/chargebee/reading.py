"""One pull's reading: rows become records, and what a price is is looked up once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from health.records import Record
from integrations.chargebee.accounts import account, contact, identifiers
from integrations.chargebee.answers import (
    CustomerEntry,
    InvoiceEntry,
    ItemPrice,
    Subscription,
    SubscriptionEntry,
)
from integrations.chargebee.client import ChargebeeClient
from integrations.chargebee.payments import PENDING, payment
from integrations.chargebee.terms import term, wanted


@dataclass(frozen=True, slots=True)
class Read:
    """Records, those of one kind together, and how many rows could not be read."""

    records: Sequence[Record]
    rejects: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Remembers the prices that it looked up, as long as the pull lasts."""

    chargebee: ChargebeeClient
    account_id_key: str
    prices: dict[str, ItemPrice | None] = field(default_factory=dict)

    def customers(self, entries: Iterable[CustomerEntry]) -> Read:
        """Return accounts, their identifiers and whom their invoices are sent to; nothing of deleted ones."""
        rows = [entry.customer for entry in entries if not entry.customer.deleted]
        whole = {row.id: found for row in rows if (found := account(row)) is not None}
        kept = [row for row in rows if row.id in whole]
        named = chain.from_iterable(identifiers(row, self.account_id_key) for row in kept)
        contacts = filter(None, map(contact, kept))
        return Read([*whole.values(), *named, *contacts], len(rows) - len(kept))

    def subscriptions(self, entries: Iterable[SubscriptionEntry]) -> Read:
        """Return the present terms."""
        found = [self._term(entry.subscription) for entry in entries]
        return Read([known for known in found if known is not None], found.count(None))

    def invoices(self, entries: Iterable[InvoiceEntry]) -> Read:
        """Return payments; one that is pending is none yet."""
        found = [payment(entry.invoice) for entry in entries if entry.invoice.status != PENDING]
        return Read([known for known in found if known is not None], found.count(None))

    def _term(self, subscription: Subscription) -> Record | None:
        for price_id in wanted(subscription):
            if price_id not in self.prices:
                self.prices[price_id] = self.chargebee.item_price(price_id)
        return term(subscription, self.prices)
