"""JSON APIs as a source: for each import file an endpoint, whose rows are read by the rules of that file.

An endpoint with ``since`` is asked for what changed, by a watermark that its rows bear; it moves on once the
listing is read to its end, so that the order of rows does not matter, and looks back a while the next time.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from time import time
from typing import Any
from zoneinfo import ZoneInfo

from integrations.api.client import EndpointClient
from integrations.api.endpoints import Asked, asked
from integrations.api.paging import unexpected
from integrations.api.place import Place
from integrations.api.settings import HttpSettings
from integrations.budget import Budget
from integrations.errors import Misconfigured
from integrations.roles import Clock, Cursor, Page
from integrations.rows.cells import Unreadable, instant_ms
from integrations.rows.columns import columns
from integrations.rows.mapped import ABSENT, found, row, text
from integrations.rows.read import check_header
from integrations.rows.reading import Reading, Step, Unfinished, telling
from integrations.rows.table import Row, checked_header
from integrations.skew import earliest, latest
from integrations.vitals import Vitals


class HttpSource:
    """Asks the endpoints that a file names."""

    def __init__(self, settings: HttpSettings, *, budget: Budget | None = None, clock: Clock = time) -> None:
        """Open no connection yet. Raises `Misconfigured` for what is wrong with the file or a secret."""
        self._clients = [EndpointClient(one, settings, budget) for one in asked(settings.endpoints)]
        self._last = self._clients[0]
        self._zone = ZoneInfo(settings.timezone)
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of its server."""
        return self._last.vitals

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            client.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless every endpoint answers with rows."""
        for client in self._clients:
            one, self._last = client.asked, client
            check_header(one.file, _header(one), one.shape)
            answer = client.begin(Place().since(one))
            if not isinstance(found(answer, one.endpoint.rows), list):
                raise Misconfigured("path_missing", f"http: {one.file}: `rows` leads to no list there")

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what each endpoint lists, accounts first."""
        place = Place.of(cursor)
        for client in self._clients:
            for page in self._pages(client, place):
                place = Place.of(page.cursor)
                yield page

    def sample(self) -> Iterator[Page]:
        """Yield how each endpoint's listing begins."""
        for client in self._clients:
            yield telling(self._pages(client, Place()))

    def _pages(self, client: EndpointClient, place: Place) -> Iterator[Page]:
        one, self._last = client.asked, client
        reading = Reading(one.file, _header(one), one.shape)
        listing = one.shape.name if one.endpoint.complete else ""
        reached = Reached(one)
        for reply in client.pages(place.since(one)):
            check_paths(one, reply.rows)
            rows = self._over(one, reply.rows, reached)
            yield from reading.pages(reading.take(rows), Step(place.cursor, place.cursor), listing)
        step = Step(place.cursor, place.after(one, reached.at(self._now())).cursor)
        yield from reading.pages(reading.rest(), step, listing, ended=True)

    def _over(self, one: Asked, items: Sequence[Any], reached: "Reached") -> list[Row]:
        """Return the rows of the days that are over, and note how far the watermark may go."""
        now_s = earliest(self._clock(), self.vitals)
        unfinished = Unfinished(_header(one), one.shape, datetime.fromtimestamp(now_s, self._zone).date())
        rows = []
        for item in items:
            cells = row(one.endpoint.columns, item)
            waits = unfinished.is_of(cells)
            reached.note(item, waits=waits)
            if not waits:
                rows.append(cells)
        return rows

    def _now(self) -> datetime:
        return datetime.fromtimestamp(latest(self._clock(), self.vitals), UTC)


class Reached:
    """How far the watermark of one listing may move: to the latest row, but not past one that waits."""

    def __init__(self, one: Asked) -> None:
        """Nothing is seen yet."""
        self._since = one.endpoint.since
        self._latest: datetime | None = None
        self._waiting: datetime | None = None

    def note(self, item: Any, *, waits: bool) -> None:  # noqa: ANN401 - any JSON
        """Take a row's watermark, if it has one that can be read."""
        if self._since is None:
            return
        try:
            at_ms = instant_ms(text(self._since.watermark, item).strip())
        except Unreadable:
            return
        at = datetime.fromtimestamp(at_ms / 1_000, UTC)
        if waits:
            self._waiting = min(self._waiting or at, at)
        else:
            self._latest = max(self._latest or at, at)

    def at(self, now: datetime) -> datetime | None:
        """Return it: never after ``now``, whatever a row says."""
        if self._latest is None:
            return None
        return min(each for each in (self._latest, self._waiting, now) if each)


def check_paths(one: Asked, items: Sequence[Any]) -> None:
    """Raise `RetryLater` where no row of a page has a column that each must have: it is another answer."""
    needed = {column.name for column in columns(one.shape) if column.required}
    for name, column in one.endpoint.columns.items():
        there = not column.path or any(found(item, column.path) is not ABSENT for item in items)
        if items and name in needed and not there:
            raise unexpected(one, f"no row has what {name} is made of")


def _header(one: Asked) -> tuple[str, ...]:
    return checked_header(one.file, list(one.endpoint.columns))
