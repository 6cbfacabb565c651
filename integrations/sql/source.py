"""A database as a source: for each import file a query, whose rows are read by the rules of that file.

A query with ``:since`` is asked for what changed, ordered by its watermark, which moves on with every page.
It compares by ``>=`` and looks back a while, so that rows of the very instant at which a page or a pull ended
are read again; storing a row twice changes nothing. All other queries are read whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from time import time
from zoneinfo import ZoneInfo

from health.records import Account
from integrations.budget import Budget
from integrations.roles import Clock, Cursor, Page
from integrations.rows.read import check_header
from integrations.rows.reading import Reading, Step, Unfinished, telling
from integrations.rows.table import Row
from integrations.sql.columns import Columns, bound, has_money
from integrations.sql.database import Database, Found
from integrations.sql.place import Place, Value, not_after
from integrations.sql.queries import Asked, asked
from integrations.sql.settings import SqlSettings
from integrations.vitals import Vitals


class SqlSource:
    """Asks one database what a file of queries says."""

    def __init__(self, settings: SqlSettings, *, budget: Budget | None = None, clock: Clock = time) -> None:
        """Open no connection yet. A database counts no calls, so ``budget`` is not asked."""
        del budget
        self._queries = asked(settings.queries)
        self._database = Database(settings)
        self._zone = ZoneInfo(settings.timezone)
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """A database tells nothing of itself."""
        return Vitals()

    def close(self) -> None:
        """Nothing stays open between pulls."""
        self._database.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless every query can be asked and its columns read."""
        for one in self._queries:
            check_header(one.file, self._columns(one).header, one.shape)

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what each query finds, accounts first."""
        place = Place.of(cursor)
        currencies = self._currencies()
        for one in self._queries:
            for page in self._pages(one, place, currencies):
                place = Place.of(page.cursor)
                yield page

    def sample(self) -> Iterator[Page]:
        """Yield how each query's rows begin."""
        currencies = self._currencies()
        for one in self._queries:
            with closing(self._pages(one, Place(), currencies)) as pages:
                yield telling(pages)

    def _columns(self, one: Asked) -> Columns:
        return bound(one, self._database.columns(one.file, one.query.statement, one.query.since))

    def _pages(self, one: Asked, place: Place, currencies: Mapping[str, str]) -> Found[Page]:
        found = self._columns(one)
        reading = Reading(one.file, found.header, one.shape, currencies)
        listing = one.shape.name if one.query.complete else ""
        with closing(self._chunks(one, found, place.since(one))) as chunks:
            for rows, reached in chunks:
                onward = place if reached is None else place.after(one, reached)
                yield from reading.pages(reading.take(rows), Step(place.cursor, onward.cursor), listing)
                place = onward
        step = Step(place.cursor, place.cursor)
        yield from reading.pages(reading.rest(), step, listing, ended=True)

    def _chunks(self, one: Asked, found: Columns, since: Value | None) -> Found[tuple[Sequence[Row], object]]:
        """Yield some rows, and the watermark that is reached with them: never beyond a day under way."""
        unfinished = Unfinished(found.header, one.shape, self._now().date())
        held: object = None
        chunks = self._database.rows(one.file, one.query.statement, since, found.order)
        with closing(chunks):
            for chunk in chunks:
                rows = [(found.row(each), found.mark(each)) for each in chunk]
                waiting = (mark for row, mark in rows if unfinished.is_of(row))
                held = held if held is not None else next(waiting, None)
                reached = rows[-1][1] if held is None else held
                yield [row for row, _ in rows if not unfinished.is_of(row)], not_after(reached, self._now())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), self._zone)

    def _currencies(self) -> Mapping[str, str]:
        """Return the accounts' currencies, where a query has money and says of none in which it is."""
        accounts = next((one for one in self._queries if one.shape.record is Account), None)
        if accounts is None or not any(map(self._lacks_currency, self._queries)):
            return {}
        found = self._columns(accounts)
        reading = Reading(accounts.file, found.header, accounts.shape)
        with closing(self._chunks(accounts, found, accounts.query.since)) as chunks:
            return {
                record.account_id: record.currency
                for rows, _ in chunks
                for record in reading.take(rows)
                if isinstance(record, Account) and record.currency
            }

    def _lacks_currency(self, one: Asked) -> bool:
        return has_money(one.shape) and "currency" not in self._columns(one).header
