"""One pull's reading: rows become records, and what a row does not tell is looked up once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from msgspec.structs import replace

from health.records import Record
from integrations.stripe.accounts import account, contact, former, identifiers
from integrations.stripe.answers import Customer, Invoice, Items, Subscription
from integrations.stripe.catalogue import Catalogue, PriceIn, Wanted, wanted
from integrations.stripe.changes import Changes, changes
from integrations.stripe.client import StripeClient
from integrations.stripe.events import Event
from integrations.stripe.paging import pages
from integrations.stripe.payments import DRAFT, payment
from integrations.stripe.periods import period
from integrations.stripe.schedules import planned, planned_prices
from integrations.stripe.terms import term


@dataclass(frozen=True, slots=True)
class Read:
    """Records, those of one kind together, and how many rows could not be read."""

    records: Sequence[Record]
    rejects: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Remembers what it looked up and asked for again, as long as the pull lasts.

    ``emails`` are those of the customers that were asked for again, ``again`` the other objects.
    """

    stripe: StripeClient
    account_id_key: str
    now_s: float
    catalogue: Catalogue = field(default_factory=Catalogue)
    emails: dict[str, str | None] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)

    def customers(self, rows: Sequence[Customer]) -> Read:
        """Return accounts, their identifiers and whom their invoices are sent to."""
        whole = {row.id: found for row in rows if (found := account(row)) is not None}
        kept = [row for row in rows if row.id in whole]
        named = chain.from_iterable(identifiers(row, self.account_id_key) for row in kept)
        contacts = filter(None, map(contact, kept))
        lost = sum(not row.deleted for row in rows) - len(kept)
        return Read([*whole.values(), *named, *contacts], lost)

    def subscriptions(self, rows: Iterable[Subscription]) -> Read:
        """Return the present terms."""
        found = [self._term(self._whole(row)) for row in rows]
        return Read([known for known in found if known is not None], found.count(None))

    def invoices(self, rows: Iterable[Invoice]) -> Read:
        """Return payments; a draft is none yet."""
        found = [payment(row, self.now_s) for row in rows if row.status != DRAFT]
        return Read([known for known in found if known is not None], found.count(None))

    def events(self, rows: Iterable[Event]) -> Read:
        """Return what the events are about as it is now. What is gone meanwhile is left as it was."""
        about = changes(rows)
        terms = chain(self._changed(about.subscriptions), self._discounted(about.bearers))
        read = (
            self.customers(list(self._customers(about.addresses))),
            Read(list(self._former(about))),
            self.subscriptions(terms),
            self.invoices(filter(None, map(self.stripe.invoice, self._new(about.invoices)))),
        )
        records = list(chain.from_iterable(part.records for part in read))
        return Read(records, len(about.unread) + sum(part.rejects for part in read))

    def _term(self, subscription: Subscription) -> Record | None:
        for name in wanted(subscription):
            self._look_up(name)
        self._look_ahead(subscription)
        return term(subscription, self.catalogue, self.now_s)

    def _look_ahead(self, subscription: Subscription) -> None:
        """Look up what the subscription will cost at its renewal, where a schedule plans for it."""
        due = period(subscription)
        if due is None or subscription.schedule is None:
            return
        for price in planned_prices(subscription, due[1], self.now_s):
            self._look_up(price)
        for name in wanted(planned(subscription, self.catalogue, due[1], self.now_s)):
            self._look_up(name)

    def _look_up(self, name: Wanted) -> None:
        prices, coupons = self.catalogue.prices, self.catalogue.coupons
        if isinstance(name, PriceIn):
            if name not in prices:
                prices[name] = self.stripe.price(name)
        elif name not in coupons:
            coupons[name] = self.stripe.coupon(name)

    def _whole(self, subscription: Subscription) -> Subscription:
        """Return the subscription with all its items, where it shows only some of them."""
        if not subscription.items.has_more:
            return subscription
        listed = pages(partial(self.stripe.items, subscription_id=subscription.id))
        return replace(subscription, items=Items(tuple(chain.from_iterable(page.data for page in listed))))

    def _customers(self, ids: Iterable[str]) -> Iterator[Customer]:
        for name in ids:
            if name in self.emails:
                continue
            found = self.stripe.customer(name)
            self.emails[name] = None if found is None or found.deleted else found.email
            if found is not None:
                yield found

    def _former(self, about: Changes) -> Iterator[Record]:
        """Yield the addresses that customers had, to be read after `_customers`.

        Not of one that came and went since the pull before: it was never known here.
        """
        for name, named in about.addresses.items():
            email = self.emails[name]
            if email is not None or name not in about.new:
                yield from (former(name, address) for address in sorted(named - {email or ""}))

    def _changed(self, ids: Iterable[str]) -> Iterator[Subscription]:
        return filter(None, map(self.stripe.subscription, self._new(ids)))

    def _discounted(self, customers: Iterable[str]) -> Iterator[Subscription]:
        for name in self._new(customers):
            for page in pages(partial(self.stripe.of_customer, customer_id=name)):
                yield from page.data

    def _new(self, ids: Iterable[str]) -> Iterator[str]:
        """Yield the ids that this pull has not asked for again yet."""
        for name in ids:
            if name not in self.again:
                self.again.add(name)
                yield name
