"""Accounts with their owners, the people there, contracts and closed renewals, as records.

A round lists everything by rising ids, or asks for what changed since the round before by the instant of
the change, and by ids among what changed in one moment. What a transaction saved late bears the time at
which it began: so each round looks back a while.
"""

from collections.abc import Iterator, Sequence
from time import time

from health.records import Record
from integrations.budget import Budget
from integrations.errors import RetryLater
from integrations.roles import Clock, Cursor, Page
from integrations.salesforce import place as places
from integrations.salesforce.answers import Row, Rows
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.place import HOUR_MS, Place
from integrations.salesforce.records import Listing, listings, said
from integrations.salesforce.settings import SalesforceSettings
from integrations.salesforce.soql import changes, everything
from integrations.skew import earliest
from integrations.vitals import Vitals

DELETED = "IsDeleted"


class SalesforceSource:
    """Pulls what the app's user may read."""

    def __init__(
        self, settings: SalesforceSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._salesforce = SalesforceClient(settings, budget)
        self._clock = clock
        self._listings = listings(settings)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Salesforce."""
        return self._salesforce.vitals

    def close(self) -> None:
        """Close the connections."""
        self._salesforce.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless all that is pulled can be read."""
        for kind, listing in self._listings.items():
            self._salesforce.queried(everything(kind, listing.fields, listing.where, "") + " LIMIT 1")

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield pages from the cursor on, accounts before contacts.

        A listing of everything is vouched for as complete if it began in this pull and brought anything.
        """
        place = self._opened(cursor)
        while place.listing:
            listing = self._listings[place.listing]
            exhaustive = place.full and not place.after
            for rows in self._pages(place):
                _check(place, rows.records)
                vouched = listing.kind if exhaustive and rows.records else ""
                place = self._after(place, rows)
                yield Page(
                    self._records(listing, rows.records),
                    place.cursor,
                    complete=bool(vouched) and rows.done,
                    listing=vouched,
                )

    def _opened(self, cursor: Cursor | None) -> Place:
        """Where to go on. A round begins by the earlier clock, so Salesforce's must be known first."""
        self._salesforce.sign_in()
        return places.opened(
            cursor,
            round(earliest(self._clock(), self.vitals) * 1000),
            round(self._settings.full_every_h * HOUR_MS),
            round(self._settings.overlap_s * 1000),
            tuple(self._listings),
        )

    def _pages(self, place: Place) -> Iterator[Rows]:
        """The rest of a listing, behind a place."""
        listing = self._listings[place.listing]
        if place.full:
            return self._salesforce.pages(
                everything(place.listing, listing.fields, listing.where, place.after)
            )
        begins = (place.begins, place.after)
        asked = changes(place.listing, (*listing.fields, DELETED), listing.where, begins)
        return self._salesforce.pages(asked, deleted=True)

    def _records(self, listing: Listing, rows: Sequence[Row]) -> list[Record]:
        return [record for row in rows if not _deleted(row) for record in listing.records(row)]

    def _after(self, place: Place, rows: Rows) -> Place:
        deleted = any(map(_deleted, rows.records))
        if rows.done:
            return place.following(tuple(self._listings), deleted=deleted)
        last = rows.records[-1]
        return place.behind("" if place.full else _stamp(last), said(last, "Id"), deleted=deleted)


def _check(place: Place, rows: Sequence[Row]) -> None:
    """Raise `RetryLater` for rows that are of another type, nameless, out of order, or not behind the place.

    Of ids only one is compared, and as equal: how Salesforce orders them is its own matter.
    """
    stamp = place.begins
    for row in rows:
        attributes = row.get("attributes")
        if not isinstance(attributes, dict) or attributes.get("type") != place.listing:
            raise RetryLater("unexpected_answer", "salesforce: a row of another type than was asked for")
        if not isinstance(row.get("Id"), str) or (not place.full and _stamp(row) < stamp):
            raise RetryLater("unexpected_answer", "salesforce: rows are not what was asked for")
        stamp = _stamp(row)
    if place.after and any(row["Id"] == place.after for row in rows):
        raise RetryLater("repeated_page", "salesforce: the same page came again")


def _stamp(row: Row) -> str:
    """When a row was last changed, as a query takes it: Salesforce writes the zone in another way."""
    found = said(row, "SystemModstamp")
    return f"{found[:-5]}Z" if found.endswith("+0000") else found


def _deleted(row: Row) -> bool:
    return row.get(DELETED) is True
