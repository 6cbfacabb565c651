"""The Intercom source: companies, conversations, and how customers rated these."""

from collections import Counter
from collections.abc import Generator, Iterator
from time import time

from msgspec.structs import replace

from integrations.budget import Budget
from integrations.errors import Rejected, RetryLater
from integrations.intercom import records
from integrations.intercom.answers import Companies, Conversations
from integrations.intercom.client import MOST_COMPANIES, IntercomClient
from integrations.intercom.place import Place
from integrations.intercom.settings import IntercomSettings
from integrations.roles import Clock, Cursor, Page
from integrations.skew import earliest, latest
from integrations.vitals import Vitals

DAY_S, HOUR_S = 86_400, 3_600
LOST = frozenset({"status_400", "status_404", "status_410", "status_422"})
"""How Intercom may refuse a cursor it no longer knows: its pages do not say which it is."""


class IntercomSource:
    """Lists companies a few times a day, and reads the conversations that changed.

    ``left_out`` counts what the last pull read and has no place for, by what it is. These are no rejects:
    nothing is wrong with them.
    """

    def __init__(
        self, settings: IntercomSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet. ``clock`` gives the instant of the company's day."""
        self._intercom = IntercomClient(settings, budget)
        self._settings = settings
        self._clock = clock
        self._topics = tuple(filter(None, settings.topic.removeprefix("tags:").split(",")))
        self.left_out: Counter[str] = Counter()

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Intercom."""
        return self._intercom.vitals

    def close(self) -> None:
        """Close the connections."""
        self._intercom.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless Intercom knows us."""
        self._intercom.me()

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed since ``cursor``; for none, all companies and the conversations of the history.

        Raises:
            RetryLater: Intercom cannot answer now, or answers what contradicts itself.
            Misconfigured: a person must act.
            Rejected: Intercom answers with a status that nobody expects.
        """
        self.left_out.clear()
        if self.vitals.clock_skew_s is None:
            self._intercom.me()  # whose answer tells what time it is there
        now_s = self._clock()
        early_s, late_s = int(earliest(now_s, self.vitals)), int(latest(now_s, self.vitals))
        place = Place.of(cursor).listing(early_s, self._settings.companies_every_h * HOUR_S)
        place = yield from self._companies(place)
        yield from self._conversations(place.searching(early_s, late_s))

    def _companies(self, place: Place) -> Generator[Page, None, Place]:
        while place.is_listing:
            answer = self._intercom.companies(place.companies_page)
            place = self._after_companies(place, answer)
            found = [each for one in answer.data for each in records.company(one, self._settings.company_id)]
            yield Page(found, place.cursor)
        return place

    def _after_companies(self, place: Place, answer: Companies) -> Place:
        """The place behind a page. Raises `RetryLater` for a page that cannot follow it."""
        if answer.pages.page != place.companies_page:
            raise repeated()
        if answer.total_count and not answer.data:
            raise contradiction()
        last = min(answer.pages.total_pages, MOST_COMPANIES // self._intercom.companies_at_once)
        if place.companies_page < last:
            return replace(place, companies_page=place.companies_page + 1)
        self.left_out["companies beyond 10,000"] += max(answer.total_count - MOST_COMPANIES, 0)
        return place.listed()

    def _conversations(self, place: Place) -> Iterator[Page]:
        seen = {"", place.after}
        while place.until_s:
            place, answer = self._searched(place)
            if answer.total_count and not answer.conversations:
                raise contradiction()
            if answer.after and answer.after in seen:
                raise repeated()
            seen.add(answer.after)
            place = replace(place, after=answer.after) if answer.after else place.searched()
            yield self._page(answer, place)

    def _searched(self, place: Place) -> tuple[Place, Conversations]:
        """Search from a place on, and from the window's beginning if Intercom no longer knows the cursor."""
        settings = self._settings
        from_s = place.searched_from(settings.overlap_s, settings.history_days * DAY_S)
        try:
            return place, self._intercom.conversations(from_s, place.until_s, place.after)
        except Rejected as error:
            if not place.after or error.reason not in LOST:
                raise
        return replace(place, after=""), self._intercom.conversations(from_s, place.until_s, "")

    def _page(self, answer: Conversations, place: Place) -> Page:
        readable = list(filter(records.is_readable, answer.conversations))
        found = [each for one in readable for each in records.conversation(one, self._topics)]
        self.left_out["conversations without a company"] += sum(
            not (each.company and each.company.id) for each in readable
        )
        return Page(found, place.cursor, rejects=len(answer.conversations) - len(readable))


def contradiction() -> RetryLater:
    """A page says that there is something, and shows nothing."""
    return RetryLater("unexpected_answer", "intercom: a page contradicts itself")


def repeated() -> RetryLater:
    """A page that was read is shown again."""
    return RetryLater("repeated_page", "intercom: a page leads to itself")
