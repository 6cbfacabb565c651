"""Keygen's API: the listings we read, and how they are paged. Reference: keygen.sh/docs/api.

Pages follow the id of their last row. Keygen answers a row that is gone meanwhile with an empty page and
no word of it, so what was promised and did not come is an error here, never the end of a listing.

Keygen numbers pages too, 100 at most, and those need not wait for each other. Only the event log of days
that have ended is read so: elsewhere a row that goes would pull another over the edge of a page, unseen.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, timedelta
from time import sleep
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from integrations.ahead import ahead
from integrations.budget import Budget
from integrations.errors import Misconfigured, RetryLater
from integrations.http import Http, Query
from integrations.keygen.answers import Event, Licence, Listing, Machine, Policy, Product, R, Resource
from integrations.keygen.refusals import NO_ACCOUNT, REMEDY, explained
from integrations.keygen.settings import KeygenSettings
from integrations.session import Credentials
from integrations.vitals import Vitals

NO_LOG = (
    "keygen refuses the event log: give the token the permission event-log.read, of a role that may use it; "
    "without an event log (Keygen CE) set SEATSIGNAL_KEYGEN_EVENT_LOG_DAYS=0"
)
LIMITED = frozenset({"budget", "rate_limited"})
MOST_NUMBERED = 100
"""Keygen numbers no more pages of a listing than that."""
MEDIA_TYPE = "application/vnd.api+json"
SUCCEEDED = "license.validation.succeeded"
FAILED = "license.validation.failed"


class _Place(NamedTuple):
    """A listing's path, the permission that it takes, and how Keygen may say that it is not for us."""

    path: str
    permission: str
    refused_by: tuple[str, ...] = ("forbidden",)


PRODUCTS = _Place("products", "product.read")
POLICIES = _Place("policies", "policy.read")
MACHINES = _Place("machines", "machine.read")
LICENCES = _Place("licenses", "license.read")
EVENTS = _Place("event-logs", "event-log.read", ("forbidden", NO_ACCOUNT.reason))
"""An edition without event logs knows no such path: it says what it says of an account that is none."""


class KeygenClient:
    """One account, as the bearer of the token that is set. Every listing comes newest first.

    ``patience_s`` are the seconds that may be spent in waits that Keygen or the budget ask for: none, until
    somebody has begun what would have to begin anew.
    """

    def __init__(self, settings: KeygenSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        credentials = Credentials(_headers(settings), REMEDY)
        self._http = Http(
            "keygen",
            settings.base_url,
            credentials,
            budget=budget,
            explain=explained,
            read_s=settings.timeout_s,
        )
        self._root = f"v1/accounts/{settings.account}"
        self._page_size = settings.page_size
        self.patience_s = 0.0

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Keygen."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def check(self, *, event_log: bool) -> None:
        """Read a row of every listing. Raises `Misconfigured` with the setting or the permission."""
        wanted = (PRODUCTS, POLICIES, MACHINES, LICENCES, *((EVENTS,) if event_log else ()))
        for place in wanted:
            self._page(place, Listing[Resource], {"page[cursor]": "", "page[size]": 1})

    def products(self) -> Iterator[Listing[Product]]:
        """Every product."""
        return self._pages(PRODUCTS, Listing[Product])

    def policies(self) -> Iterator[Listing[Policy]]:
        """Every policy."""
        return self._pages(POLICIES, Listing[Policy])

    def machines(self) -> Iterator[Listing[Machine]]:
        """Every machine that is there now."""
        return self._pages(MACHINES, Listing[Machine])

    def licences(self) -> Iterator[Listing[Licence]]:
        """Every licence that is there now."""
        return self._pages(LICENCES, Listing[Licence])

    def validations(self, day: date) -> Generator[Listing[Event], None, None]:
        """Validations of a UTC day, then those of the day before: no range shorter than two days is taken.

        Both must have ended. Close it where it is left early: pages are asked for ahead.
        """
        query = {
            "date[start]": (day - timedelta(days=1)).isoformat(),
            "date[end]": day.isoformat(),
            "events[]": (SUCCEEDED, FAILED),
        }
        return self._numbered(EVENTS, Listing[Event], query)

    def _numbered(
        self, place: _Place, shape: type[Listing[R]], query: Query
    ) -> Generator[Listing[R], None, None]:
        """Pages by their numbers, and by cursor what no number leads to.

        A listing that is not counted has a next page after a full one, be it an empty one: whether it is
        the end the cursor tells.
        """
        last, seen = "", {""}
        with closing(self._by_number(place, shape, query)) as answers:
            for answer in answers:
                if answer.links.next is not None and len(answer.data) < self._page_size:
                    raise _unexpected(place)
                if last and not answer.data:
                    break
                yield answer
                if answer.links.next is None:
                    return
                last = _onward(place, answer, seen)
        yield from self._pages(place, shape, query, last)

    def _by_number(
        self, place: _Place, shape: type[Listing[R]], query: Query
    ) -> Generator[Listing[R], None, None]:
        def ask(number: int) -> Listing[R]:
            return self._page(place, shape, {**query, **self._sized("page[number]", str(number))})

        number = 1
        while number <= MOST_NUMBERED:
            with closing(ahead(ask, range(number, MOST_NUMBERED + 1))) as answers, self._patience():
                for answer in answers:
                    number += 1
                    yield answer

    def _pages(
        self, place: _Place, shape: type[Listing[R]], query: Query | None = None, start: str = ""
    ) -> Iterator[Listing[R]]:
        """Pages by cursor, behind the row ``start``."""
        after, seen = start, {start}
        while True:
            answer = self._awaited(place, shape, {**(query or {}), **self._sized("page[cursor]", after)})
            if not answer.data and (after != start or answer.links.next is not None):
                raise _unexpected(place)
            yield answer
            if answer.links.next is None:
                return
            after = _onward(place, answer, seen)

    def _sized(self, name: str, value: str) -> Query:
        return {name: value, "page[size]": self._page_size}

    def _awaited(self, place: _Place, shape: type[Listing[R]], asked: Query) -> Listing[R]:
        while True:
            with self._patience():
                return self._page(place, shape, asked)

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """Wait where Keygen or the budget asks for that; raise what they said once patience is at its end."""
        try:
            yield
        except RetryLater as error:
            if error.reason not in LIMITED or not 0 < error.after_s <= self.patience_s:
                raise
            self.patience_s -= error.after_s
            sleep(error.after_s)

    def _page(self, place: _Place, shape: type[Listing[R]], asked: Query) -> Listing[R]:
        """The page that is asked for, at once or not at all. Several threads may ask."""
        try:
            answer = self._http.get(f"{self._root}/{place.path}", shape, asked)
        except Misconfigured as error:
            if error.reason not in place.refused_by:
                raise
        else:
            if _answers(answer.links.this, asked):
                return answer
            raise RetryLater("repeated_page", f"keygen: another page of {place.path} came than was asked for")
        raise _forbidden(place)


def _unexpected(place: _Place) -> RetryLater:
    return RetryLater("unexpected_answer", f"keygen: no rows of {place.path} where more were promised")


def _onward(place: _Place, answer: Listing[R], seen: set[str]) -> str:
    """The row that the next page is behind; raises `RetryLater` if a page ended with it before."""
    last = answer.data[-1].id
    if last in seen:
        raise RetryLater("repeated_page", f"keygen: a page of {place.path} came twice")
    seen.add(last)
    return last


def _headers(settings: KeygenSettings) -> Mapping[str, str]:
    headers = {
        "Authorization": f"Bearer {settings.token.get_secret_value()}",
        "Accept": MEDIA_TYPE,
        "Keygen-Version": settings.version,
    }
    return {**headers, "Keygen-Environment": settings.environment} if settings.environment else headers


def _answers(address: str | None, asked: Query) -> bool:
    """Whether a page is the one that was asked for, by the address that it gives itself, if any."""
    if address is None:
        return True
    named = parse_qs(urlsplit(address).query, keep_blank_values=True)
    singles = {name: [value] for name, value in asked.items() if isinstance(value, str)}
    return all(named.get(name) == value for name, value in singles.items())


def _forbidden(place: _Place) -> Misconfigured:
    if place is EVENTS:
        return Misconfigured("no_event_log", NO_LOG)
    return Misconfigured(
        "forbidden",
        f"keygen refuses {place.path}: the token of SEATSIGNAL_KEYGEN_TOKEN needs the permission "
        f"{place.permission}, and your Keygen account an active subscription",
    )
