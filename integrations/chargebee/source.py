"""The Chargebee source: customers, their subscriptions and invoices.

The first pull lists all of them, later ones what changed since the one before, deleted ones too. Customers
are listed whole once a day: nothing else tells that an address is nobody's any more.
"""

from collections.abc import Callable, Iterator
from time import time

from integrations.budget import Budget
from integrations.chargebee.answers import Entry, Listing
from integrations.chargebee.client import ChargebeeClient, Part
from integrations.chargebee.place import Place
from integrations.chargebee.reading import Read, Reading
from integrations.chargebee.settings import ChargebeeSettings
from integrations.errors import Rejected, RetryLater
from integrations.roles import Clock, Cursor, Page
from integrations.skew import earliest
from integrations.vitals import Vitals

CONTACTS = "contacts"
LOST = "status_400"
"""How Chargebee refuses an offset that it has not given out, or knows no longer."""


class ChargebeeSource:
    """Reads one Chargebee site with a key that may only read."""

    def __init__(
        self, settings: ChargebeeSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet. ``clock`` gives seconds since 1970."""
        self._chargebee = ChargebeeClient(settings, budget)
        self._account_id_key = settings.account_id_key
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Chargebee."""
        return self._chargebee.vitals

    def close(self) -> None:
        """Close the connections."""
        self._chargebee.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless the key may read all that a pull asks for."""
        self._chargebee.may_read()

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield a page of records for each page of Chargebee's.

        A whole listing of customers is one of contacts. Raises `RetryLater`, `Rejected` or `Misconfigured`.
        """
        now_s = self._clock()
        reading = Reading(self._chargebee, self._account_id_key)
        place = Place.of(cursor, now_s)
        while place.step != "rest":
            yield from self._step(place, reading)
            place = self._following(place)

    def _following(self, place: Place) -> Place:
        now_s = self._clock()
        return place.next_step(behind_s=round(now_s - earliest(now_s, self.vitals)))

    def _step(self, place: Place, reading: Reading) -> Iterator[Page]:
        match place.step:
            case "customers":
                yield from self._read(place, self._chargebee.customers, reading.customers)
            case "subscriptions":
                yield from self._read(place, self._chargebee.subscriptions, reading.subscriptions)
            case _:
                yield from self._read(place, self._chargebee.invoices, reading.invoices)

    def _read(
        self,
        place: Place,
        ask: Callable[[Part], Listing[Entry]],
        records: Callable[[tuple[Entry, ...]], Read],
    ) -> Iterator[Page]:
        """Yield the pages of a listing from a place on; behind the last one the next listing begins."""
        whole = place.step == "customers" and not place.after_s and not place.offset
        lost = 0
        for page in _pages(ask, place):
            read = records(page.list)
            lost += read.rejects
            last = page.next_offset is None
            onward = self._following(place) if page.next_offset is None else place.at(page.next_offset)
            yield Page(
                records=read.records,
                cursor=onward.cursor(),
                complete=whole and last and not lost,
                rejects=read.rejects,
                listing=CONTACTS if whole else "",
            )


def _pages(ask: Callable[[Part], Listing[Entry]], place: Place) -> Iterator[Listing[Entry]]:
    """Yield the pages of a listing from an offset on, or from its start where that offset is taken no more.

    Raises:
        RetryLater: ``repeated_page``, or ``unexpected_answer`` for an empty page that is not the last one.
    """
    page, met = _first(ask, place), {place.offset}
    while True:
        if page.next_offset in met:
            raise RetryLater("repeated_page", "chargebee: the same page came again")
        if page.next_offset is not None and not page.list:
            raise RetryLater("unexpected_answer", "chargebee: a page that is not the last one is empty")
        yield page
        if page.next_offset is None:
            return
        met.add(page.next_offset)
        page = ask(Part(place.after_s, page.next_offset))


def _first(ask: Callable[[Part], Listing[Entry]], place: Place) -> Listing[Entry]:
    try:
        return ask(Part(place.after_s, place.offset))
    except Rejected as error:
        if not place.offset or error.reason != LOST:
            raise
    return ask(Part(place.after_s))
