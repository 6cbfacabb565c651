"""The Stripe source: customers, their subscriptions and invoices.

The first pull lists all of them. Later ones read the events since the one before and ask again for what they
are about, and once a day list what is due soon. Where Stripe keeps the events no longer, all is listed again.
"""

from collections.abc import Callable, Iterator
from functools import partial
from time import time
from typing import TypeVar

from integrations.budget import Budget
from integrations.http import Query
from integrations.roles import Clock, Cursor, Page
from integrations.skew import earliest
from integrations.stripe.answers import Listing, Reply
from integrations.stripe.client import MORE_TYPES, StripeClient
from integrations.stripe.paging import pages
from integrations.stripe.place import Place
from integrations.stripe.reading import Read, Reading
from integrations.stripe.settings import StripeSettings
from integrations.vitals import Vitals

R = TypeVar("R", bound=Reply)

DUE_SOON_S = 120 * 86_400
"""As far ahead as the earliest renewal window opens."""


class StripeSource:
    """Reads one Stripe account with a key that may read."""

    def __init__(
        self, settings: StripeSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet. ``clock`` gives seconds since 1970."""
        self._stripe = StripeClient(settings, budget)
        self._account_id_key = settings.account_id_key
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Stripe."""
        return self._stripe.vitals

    def close(self) -> None:
        """Close the connections."""
        self._stripe.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless the key may read all that a pull asks for."""
        self._stripe.may_read()

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield a page of records for each page of Stripe's.

        None is complete: a listing shows present terms alone, and of what is deleted it does not tell.
        Raises `RetryLater`, `Rejected` or `Misconfigured`.
        """
        now_s = self._clock()
        reading = Reading(self._stripe, self._account_id_key, now_s)
        place = Place.of(cursor, now_s)
        while place.step != "rest":
            yield from self._step(place, reading)
            place = self._following(place)

    def _following(self, place: Place) -> Place:
        now_s = self._clock()
        return place.next_step(behind_s=round(now_s - earliest(now_s, self.vitals)))

    def _step(self, place: Place, reading: Reading) -> Iterator[Page]:
        stripe = self._stripe
        match place.step:
            case "customers":
                yield from self._read(place, stripe.customers, reading.customers)
            case "subscriptions":
                yield from self._read(place, stripe.subscriptions, reading.subscriptions)
            case "invoices":
                yield from self._read(place, stripe.invoices, reading.invoices)
            case "events":
                yield from self._read(place, partial(stripe.events, since_s=place.since_s), reading.events)
            case "plans":
                asked = partial(stripe.events, since_s=place.since_s, types=MORE_TYPES)
                yield from self._read(place, asked, reading.events)
            case _:
                until_s = place.began_s + DUE_SOON_S
                yield from self._read(place, partial(stripe.due, until_s=until_s), reading.subscriptions)

    def _read(
        self,
        place: Place,
        ask: Callable[[Query], Listing[R]],
        records: Callable[[tuple[R, ...]], Read],
    ) -> Iterator[Page]:
        """Yield the pages of a listing from a place on; behind the last one the next listing begins."""
        for page in pages(ask, place.after, place.after_s):
            read = records(page.data)
            if page.has_more:
                place = place.past(page.data[-1].id, page.data[-1].created or 0)
            cursor = (place if page.has_more else self._following(place)).cursor()
            yield Page(records=read.records, cursor=cursor, rejects=read.rejects)
