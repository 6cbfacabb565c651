"""PostHog as a source: use per account and day, and when each user was last seen.

Only days that are over are read. The last of them is the last day on which anyone used the product: a day
without any event may as well be one of which PostHog received nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from time import time

from msgspec import ValidationError, convert

from health.records import Identifier, Record
from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.posthog import records
from integrations.posthog.answers import Row, unexpected
from integrations.posthog.client import PostHogClient, Rows
from integrations.posthog.place import Place, place
from integrations.posthog.queries import Queries
from integrations.posthog.settings import PostHogSettings
from integrations.roles import Clock, Cursor, Page
from integrations.skew import earliest
from integrations.vitals import Vitals

PAGE = 1_000
"""Rows on a page: with an identifier each, still no more than a page may hold."""
_DAY = timedelta(days=1)
_NO_ACCOUNTS = "posthog: lately no event named an account; SEATSIGNAL_POSTHOG_ACCOUNT says where to look"


class PostHogSource:
    """One project. Accounts are known by their group key, or by the property that is set instead."""

    def __init__(
        self, settings: PostHogSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._client = PostHogClient(settings, budget)
        self._queries = Queries(settings)
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of PostHog."""
        return self._client.vitals

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless the key may ask and accounts are found."""
        try:
            found = self._last_day()
        except Rejected as error:
            if error.reason != "status_404":
                raise
        else:
            if found is None:
                raise Misconfigured("no_accounts", _NO_ACCOUNTS)
            return
        raise Misconfigured("no_such_project", "posthog: SEATSIGNAL_POSTHOG_PROJECT_ID names no project")

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield the days that are new or may have changed, then the users who were seen on them."""
        last = self._last_day()
        if last is None:
            return
        here = place(cursor, last, self._settings)
        if here.since > last:
            return
        if here.at == "seats":  # of a pull that was cut off; by now its users may be gone
            yield from self._seats(here, expected=False)
            return
        yield from self._usage(here, last)
        yield from self._seats(Place("seats", last, here.since), expected=True)

    def _last_day(self) -> date | None:
        """The last day with use that is over by our clock and by PostHog's, as far as its answers tell it."""
        asked_s = earliest(self._clock(), self.vitals)
        found = self._last_day_at(asked_s)
        told_s = earliest(self._clock(), self.vitals)
        return self._last_day_at(told_s) if told_s < asked_s else found

    def _last_day_at(self, now_s: float) -> date | None:
        now = datetime.fromtimestamp(now_s, UTC)
        since = now.date() - timedelta(days=self._settings.first_days)
        answer = self._client.rows(self._queries.last_day(since, now))
        try:
            [(found,)] = convert(answer.rows, list[tuple[date | None]])
        except (ValidationError, ValueError):
            raise unexpected("no last day") from None
        return found if found and found >= since - _DAY else None  # of no events the last day is in 1970

    def _usage(self, here: Place, last: date) -> Iterator[Page]:
        named: set[str] = set()
        while here.at == "usage" and here.day <= last:
            until = min(last, here.day + timedelta(days=self._settings.days_per_query - 1))
            answer = self._client.rows(self._queries.usage(here.day, until, here.account))
            end = _onward(here, answer, until, last)
            yield from _pages(answer, lambda rows: self._days(rows, named), here, end)
            here = end

    def _seats(self, here: Place, *, expected: bool) -> Iterator[Page]:
        while here.at == "seats":
            answer = self._client.rows(self._queries.seats(here.since, here.day, (here.account, here.who)))
            if expected and not answer.rows and not here.account:
                raise unexpected("use, and nobody whose it is")
            end = here.after(answer.keys[-1]) if answer.more else Place("end", here.day, here.since)
            yield from _pages(answer, self._users, here, end)
            here = end

    def _days(self, rows: Iterable[Row], named: set[str]) -> Iterator[Record | None]:
        for row in rows:
            found = records.usage(row, self._queries.metrics)
            yield found
            if found and self._settings.account_is_our_id and found.account_id not in named:
                named.add(found.account_id)
                yield Identifier(found.account_id, "our_id", found.account_id)

    def _users(self, rows: Iterable[Row]) -> Iterator[Record | None]:
        return (records.seat(row, self._queries.details) for row in rows)


def _onward(here: Place, answer: Rows, until: date, last: date) -> Place:
    """Where a page of usage leads. The last day was chosen because it has use: it must come."""
    if answer.more:
        return here.after(answer.keys[-1])
    if until < last:
        return Place("usage", until + _DAY, here.since)
    reached = here.after(answer.keys[-1]) if answer.keys else here
    if reached.day != last or not reached.account:
        raise unexpected("a last day with use, and no use on it")
    return Place("seats", last, here.since)


def _pages(
    answer: Rows, read: Callable[[Sequence[Row]], Iterator[Record | None]], here: Place, end: Place
) -> Iterator[Page]:
    """Yield an answer's rows as pages. An answer without rows is one too: the cursor moves on."""
    for start in range(0, max(1, len(answer.rows)), PAGE):
        found = list(read(answer.rows[start : start + PAGE]))
        left = answer.keys[start + PAGE :]
        cursor = (here.after(answer.keys[start + PAGE - 1]) if left else end).cursor
        kept = [record for record in found if record is not None]
        yield Page(kept, cursor, rejects=len(found) - len(kept))
