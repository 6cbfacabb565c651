"""Zendesk's Support API: the endpoints we ask.

Pages: developer.zendesk.com/api-reference/ticketing, *Incremental Exports* and *Satisfaction Ratings*.
"""

from collections.abc import Iterable
from typing import TypeVar

from integrations.budget import Budget, Unlimited
from integrations.errors import Misconfigured, RetryLater
from integrations.http import Query
from integrations.vitals import Vitals
from integrations.zendesk.access import API, Access
from integrations.zendesk.answers import Many, Now, Organizations, Ratings, Ticket, Tickets, User
from integrations.zendesk.settings import ZendeskSettings
from integrations.zendesk.tickets import is_readable

T = TypeVar("T")

LISTED_AT_ONCE = 100
"""What Zendesk lists at most of anything that is no export."""
NO_ADMIN = (
    "zendesk lets only admins read this: make SEATSIGNAL_ZENDESK_CLIENT_ID a client that an admin made, "
    "or SEATSIGNAL_ZENDESK_EMAIL an admin's address"
)
NO_RATINGS = "zendesk shows no satisfaction ratings: set SEATSIGNAL_ZENDESK_CSAT=off if your plan has none"


class ZendeskClient:
    """One Zendesk account, as one of its admins. The budget is that of exports: they alone are scarce."""

    def __init__(self, settings: ZendeskSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        self._access = Access(settings)
        self._budget: Budget = budget or Unlimited()
        self._page_size = settings.page_size

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Zendesk."""
        return self._access.vitals

    def close(self) -> None:
        """Close the connections."""
        self._access.close()

    def me(self) -> User:
        """Who we are; the first thing to ask, for it tells whether anyone is there at all."""
        return self._access.me()

    def organizations(self, start_s: int) -> Organizations:
        """Organizations that changed at or after that second."""
        return self._export(
            "incremental/organizations", Organizations, {"start_time": start_s, "per_page": self._page_size}
        )

    def tickets(self, place: str | int) -> Tickets:
        """Tickets after a cursor, or those that changed at or after a second."""
        name = "cursor" if isinstance(place, str) else "start_time"
        asked = {name: place, "per_page": self._page_size, "include": "metric_sets"}
        return self._export("incremental/tickets/cursor", Tickets, asked)

    def ratings(self, start_s: int, after: str) -> Ratings:
        """Ratings that customers gave at or after that second, from a cursor on."""
        size = min(self._page_size, LISTED_AT_ONCE)
        asked: Query = {"score": "received", "start_time": start_s, "page[size]": size}
        try:
            return self._get(
                "satisfaction_ratings", Ratings, {**asked, "page[after]": after} if after else asked
            )
        except Misconfigured as error:
            if error.reason != "forbidden":
                raise
            failure = Misconfigured("no_ratings", NO_RATINGS)
        raise failure

    def many(self, ids: Iterable[int]) -> Many:
        """The tickets with those ids, a hundred at most."""
        return self._get("tickets/show_many", Many, {"ids": ",".join(map(str, ids))})

    def now(self, ids: Iterable[int]) -> tuple[Ticket, ...]:
        """The tickets with those ids as they are now, a hundred at most; what is unreadable is left out."""
        asked: Query = {"ids": ",".join(map(str, ids)), "include": "metric_sets"}
        return tuple(filter(is_readable, self._get("tickets/show_many", Now, asked).tickets))

    def _export(self, path: str, answer: type[T], query: Query) -> T:
        wait_s = self._budget.take(1)
        if wait_s > 0:
            raise RetryLater("budget", "zendesk: budget", wait_s)
        try:
            return self._get(path, answer, query)
        except Misconfigured as error:
            if error.reason != "forbidden":
                raise
            failure = Misconfigured("not_admin", NO_ADMIN)
        raise failure

    def _get(self, path: str, answer: type[T], query: Query | None = None) -> T:
        return self._access.http().get(f"{API}/{path}", answer, query)
