"""The Zendesk source: organizations, tickets and satisfaction ratings."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from time import time
from typing import TypeVar

from msgspec.structs import replace

from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Clock, Cursor, Page
from integrations.vitals import Vitals
from integrations.zendesk import organizations, ratings, tickets
from integrations.zendesk.access import AS_CLIENT, AS_PERSON
from integrations.zendesk.answers import Organization, Ratings, Tickets
from integrations.zendesk.client import NO_ADMIN, ZendeskClient
from integrations.zendesk.errors import LOST
from integrations.zendesk.place import Place
from integrations.zendesk.settings import ZendeskSettings

T = TypeVar("T")

PAGE = 2_000
"""The most records of a page."""
DAY_S = 86_400


class ZendeskSource:
    """Reads what changed: organizations by time, tickets by cursor, and ratings a few times a day.

    ``left_out`` counts what the last pull read and has no place for, by what it is. These are no rejects:
    nothing is wrong with them.
    """

    def __init__(
        self, settings: ZendeskSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet. ``clock`` gives the instant of the company's day."""
        self._zendesk = ZendeskClient(settings, budget)
        self._settings = settings
        self._clock = clock
        self._history_s = settings.history_days * DAY_S
        self.left_out: Counter[str] = Counter()

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Zendesk."""
        return self._zendesk.vitals

    def close(self) -> None:
        """Close the connections."""
        self._zendesk.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless we are an admin."""
        me = self._zendesk.me()
        if me.id is None:
            remedy = AS_CLIENT if self._settings.is_client else AS_PERSON
            raise Misconfigured("unauthorized", f"zendesk does not know us: {remedy}")
        if me.role != "admin":
            raise Misconfigured("not_admin", NO_ADMIN)

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed since ``cursor``; for none, all organizations and the tickets of the history.

        Raises:
            RetryLater: Zendesk cannot answer now, or answers what contradicts itself.
            Misconfigured: a person must act.
            Rejected: Zendesk answers with a status that nobody expects.
        """
        self.left_out.clear()
        stored = cursor
        for page in self._pages(Place.of(cursor)):
            if page.cursor != stored or [*page.records]:
                stored = page.cursor
                yield page

    def _pages(self, place: Place) -> Iterator[Page]:
        place = yield from self._organizations(place)
        place = yield from self._tickets(place)
        if self._settings.csat != "off":
            place = yield from self._ratings(place.rating(int(self._clock())))
        yield Page((), place.cursor)

    def _organizations(self, place: Place) -> Generator[Page, None, Place]:
        while True:
            answer = self._zendesk.organizations(place.organizations_s)
            after = organizations.after(place, answer)
            fresh = organizations.fresh(place, answer)
            if fresh:
                yield from self._organization_pages(fresh, place, after)
            place = after
            if answer.end_of_stream:
                return place

    def _organization_pages(
        self, fresh: Sequence[Organization], place: Place, after: Place
    ) -> Iterator[Page]:
        """Pages of the records of one answer: only the last of them moves the place."""
        readable = list(filter(organizations.is_readable, fresh))
        self.left_out["deleted organizations"] += sum(each.deleted_at is not None for each in readable)
        found = list(organizations.records(readable, self._settings.external_id))
        parts = [found[at : at + PAGE] for at in range(0, len(found), PAGE)] or [[]]
        yield from (Page(part, place.cursor) for part in parts[:-1])
        yield Page(parts[-1], after.cursor, rejects=len(fresh) - len(readable))

    def _tickets(self, place: Place) -> Generator[Page, None, Place]:
        seen: set[str] = set()
        while True:
            place, answer = _asked(place, replace(place, tickets_cursor=""), self._some_tickets)
            seen.add(place.tickets_cursor)
            after = tickets.after(place, answer, seen)
            if answer.tickets:
                yield self._ticket_page(answer, after)
            place = after
            if answer.end_of_stream:
                return place

    def _some_tickets(self, place: Place) -> Tickets:
        return self._zendesk.tickets(place.tickets_from(int(self._clock()) - self._history_s))

    def _ticket_page(self, answer: Tickets, after: Place) -> Page:
        readable = list(filter(tickets.is_readable, answer.tickets))
        found = [tickets.record(each, self._settings.topic) for each in readable]
        owned = [record for record in found if record is not None]
        self.left_out["tickets without an organization"] += len(readable) - len(owned)
        return Page(owned, after.cursor, rejects=len(answer.tickets) - len(readable))

    def _ratings(self, place: Place) -> Generator[Page, None, Place]:
        seen: set[str] = set()
        while place.is_rating:
            place, answer = _asked(place, replace(place, ratings_cursor=""), self._some_ratings)
            seen.add(place.ratings_cursor)
            after = ratings.after(place, answer, seen)
            if answer.satisfaction_ratings:
                yield self._rating_page(answer, after)
            place = after
        return place

    def _some_ratings(self, place: Place) -> Ratings:
        return self._zendesk.ratings(place.ratings_from(self._history_s), place.ratings_cursor)

    def _rating_page(self, answer: Ratings, after: Place) -> Page:
        readable = list(filter(ratings.is_readable, answer.satisfaction_ratings))
        ids = sorted({each.ticket_id for each in readable if each.ticket_id})
        owned = ratings.owners(ids, self._zendesk.many(ids)) if ids else {}
        found = ratings.records(readable, owned)
        self.left_out["ratings without an organization"] += len(readable) - len(found)
        return Page(found, after.cursor, rejects=len(answer.satisfaction_ratings) - len(readable))


def _asked(place: Place, lost: Place, ask: Callable[[Place], T]) -> tuple[Place, T]:
    """Ask, and once more at ``lost``, the place without its cursor, if Zendesk no longer knows that."""
    try:
        return place, ask(place)
    except Rejected as error:
        if lost == place or error.reason not in LOST:
            raise
    return lost, ask(lost)
