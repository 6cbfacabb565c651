"""The Keygen source: licences, quotas, and validations by day and outcome.

Keygen lists neither licences nor machines by what changed, so every pull reads all of them; machines
first, so that a licence comes with its activation. Then it reads the days of the event log that have ended
since the last pull, each of them whole: a day's rows replace those that were stored of it, and a day that
was cut off is begun again.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from time import time

from health.records import ActivationStep, Record
from integrations.budget import Budget
from integrations.keygen.answers import Licence
from integrations.keygen.catalogue import Catalogue
from integrations.keygen.client import KeygenClient
from integrations.keygen.licences import Names, Owned, owned, record
from integrations.keygen.place import Place, utc
from integrations.keygen.quotas import Quotas
from integrations.keygen.settings import KeygenSettings
from integrations.keygen.validations import ACTIVATE, Day
from integrations.roles import Clock, Cursor, Page
from integrations.skew import earliest, latest
from integrations.vitals import Vitals

PAGE = 2_000
"""Records of a page at most."""
PATIENCE_S = 300.0
"""What a pull may wait in all, once it has begun: the listings that it goes by are in no cursor."""


@dataclass(slots=True)
class _Book:
    """What one pull knows of licences: those with a customer, and what these may use.

    ``spoilt``: a licence did not say how it stands, so that the listing is not whole and sums may lack it.
    """

    catalogue: Catalogue
    quotas: Quotas
    licences: dict[str, Owned] = field(default_factory=dict)
    spoilt: bool = False


class KeygenSource:
    """One Keygen account."""

    def __init__(
        self, settings: KeygenSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._client = KeygenClient(settings, budget)
        self._names = Names.of(settings)
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Keygen."""
        return self._client.vitals

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def check(self) -> None:
        """Read a row of everything. Raises `Misconfigured` with the setting or the missing permission."""
        self._client.check(event_log=self._settings.event_log_days > 0)

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield all licences and limits, then validations of the days that have ended since ``cursor``."""
        place, now = Place.of(cursor), self._clock()
        book = _Book(Catalogue(), Quotas(self._settings))
        rejects = self._read_catalogue(book.catalogue)
        yield from self._licences(book, place, rejects)
        limits = book.quotas.limits(utc(now).date())
        if limits and not book.spoilt:
            yield from _limits(limits, place)
        ended, kept = utc(earliest(now, self.vitals)), utc(latest(now, self.vitals))
        for day in place.due(ended, kept, self._settings.event_log_days):
            after = place.after(day)
            yield from self._validations(book, day, place, after)
            place = after

    def _read_catalogue(self, catalogue: Catalogue) -> int:
        """Read what licences are read against, and return how many machines could not be read."""
        self._client.patience_s = 0.0
        for products in self._client.products():
            catalogue.add_products(products.data)
            self._client.patience_s = PATIENCE_S
        for policies in self._client.policies():
            catalogue.add_policies(policies.data)
        return sum(catalogue.add_machines(machines.data) for machines in self._client.machines())

    def _licences(self, book: _Book, place: Place, rejects: int) -> Iterator[Page]:
        for listed in self._client.licences():
            records = [list(self._told(book, licence)) for licence in listed.data]
            there = bool(listed.data)  # nobody vouches for nothing
            yield Page(
                records=[found for told in records for found in told],
                cursor=place.cursor(),
                complete=there and listed.links.next is None and not book.spoilt,
                rejects=rejects + sum(not told for told in records),
                listing="licences" if there else "",
            )
            rejects = 0

    def _told(self, book: _Book, licence: Licence) -> Iterator[Record]:
        """What a licence tells: nothing, if not whose it is and how it stands."""
        book.spoilt = book.spoilt or licence.attributes.status is None or licence.attributes.created is None
        owner = owned(licence, self._names.account_id(licence), book.catalogue)
        if owner is None:
            return
        book.licences[licence.id] = owner
        book.quotas.add(owner.account_id, licence)
        yield record(licence, owner, book.catalogue)
        yield from self._names.identifiers(licence, owner.account_id)
        if owner.activated_ms is not None:
            yield ActivationStep(owner.account_id, ACTIVATE, owner.activated_ms, "done")

    def _validations(self, book: _Book, day: date, place: Place, after: Place) -> Iterator[Page]:
        counted = Day(day, after.since, book.licences, self._settings.machines_are)
        rejects = 0
        with closing(self._client.validations(day)) as pages:
            for listed in pages:
                rejects += counted.add(listed.data)
                if counted.ended_by(listed.data):
                    break
        *others, last = _parts(list(counted.records()))
        for part in others:
            yield Page(part, place.cursor())
        yield Page(last, after.cursor(), rejects=rejects)


def _limits(limits: Sequence[Record], place: Place) -> Iterator[Page]:
    """Yield every limit there is."""
    *others, last = _parts(limits)
    for part in others:
        yield Page(part, place.cursor(), listing="limits")
    yield Page(last, place.cursor(), complete=True, listing="limits")


def _parts(records: Sequence[Record]) -> Sequence[Sequence[Record]]:
    """Cut records into pages; an empty one if there are none."""
    return [records[at : at + PAGE] for at in range(0, len(records), PAGE)] or [()]
