"""The three queries in HogQL that the source sends. The stand-in knows them word by word.

A page goes on after the key of the row before it, in the order of the key: PostHog refuses OFFSET to
personal API keys. Days are those of the project's time zone, which PostHog applies to every timestamp.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from integrations.posthog.measures import Values, measures, not_ignored
from integrations.posthog.settings import PostHogSettings

SNAPSHOT_DAYS = 30
"""Days over which distinct users are counted, the day itself included."""
_BEFORE = timedelta(days=SNAPSHOT_DAYS - 1)
_DAY = timedelta(days=1)
DETAILS = ("role", "email")
"""What is read of a user beside when they were seen, each only if its setting names a property."""

Key = tuple[str, str]
"""The first two columns of a row, by which rows are ordered."""


class Query(NamedTuple):
    """A query with its values, the columns it answers with, the key its rows come after, and its LIMIT."""

    text: str
    values: Mapping[str, str]
    columns: tuple[str, ...]
    after: Key
    rows: int

    @property
    def keyed(self) -> bool:
        """Whether it is a listing, whose first two columns are a key."""
        return len(self.columns) > 1


class Template(NamedTuple):
    """A query as the settings make it; only the values below change from page to page."""

    text: str
    values: Mapping[str, str]
    columns: tuple[str, ...]
    rows: int

    def query(self, after: Key = ("", ""), **values: str) -> Query:
        """The query for the rows after a key."""
        return Query(self.text, {**values, **self.values}, self.columns, after, self.rows)


class Queries:
    """The queries about one project."""

    def __init__(self, settings: PostHogSettings) -> None:
        """Write their texts."""
        self._last_day = _last_day(settings)
        self._usage, self.metrics = _usage(settings)
        self._seats = _seats(settings)
        self.details = tuple(name for name in DETAILS if getattr(settings, name))

    def last_day(self, since: date, now: datetime) -> Query:
        """The last day that was over at ``now`` on which anyone used the product, or nothing."""
        at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._last_day.query(since=_midnight(since), now=at)

    def usage(self, first: date, last: date, account: str) -> Query:
        """Accounts' days from ``first`` to ``last``; of the first day, accounts after ``account``."""
        return self._usage.query(
            (first.isoformat(), account),
            since=_midnight(first - _BEFORE),
            until=_midnight(last + _DAY),
            last=last.isoformat(),
            day=first.isoformat(),
            account=account,
        )

    def seats(self, since: date, last: date, after: Key) -> Query:
        """Users seen on the days from ``since`` to ``last``, after an account's user."""
        account, who = after
        return self._seats.query(
            after, since=_midnight(since), until=_midnight(last + _DAY), account=account, who=who
        )


def _last_day(settings: PostHogSettings) -> Template:
    values = Values()
    text = f"""
SELECT toString(max(toDate(timestamp))) AS last_day
FROM events
WHERE timestamp >= toDateTime({{since}}) AND timestamp < toStartOfDay(toDateTime({{now}}))
  AND {_used(settings, values)}
LIMIT 1
"""  # noqa: S608 - values go beside the text, see measures.py
    return Template(text, values.named, ("last_day",), 1)


def _usage(settings: PostHogSettings) -> tuple[Template, tuple[str, ...]]:
    """The query, and the names of the metrics that its columns after the fourth are.

    From the inside out: a person's events of a day; that person on each of the 30 days whose snapshot
    counts them; what an account's persons did on each day.
    """
    values = Values()
    counted = measures(settings, values)
    inner = ", ".join(f"{measure.expression} AS n{at}" for at, measure in enumerate(counted))
    names = ", ".join(f"n{at}" for at in range(len(counted)))
    outer = ", ".join(f"sumIf(n{at}, age = 0) AS m{at}" for at in range(len(counted)))
    text = f"""
SELECT day, account,
  uniqExactIf(who, age = 0) AS active_users, uniqExact(who) AS active_users_30d,
  {outer}
FROM (
  SELECT account, who, {names}, age, toString(addDays(seen_on, age)) AS day
  FROM (
    SELECT account, who, seen_on, {names}, arrayJoin(range({SNAPSHOT_DAYS})) AS age
    FROM (
      SELECT {_account(settings)} AS account, person_id AS who, toDate(timestamp) AS seen_on,
        {inner}
      FROM events
      WHERE {_period(settings, values)}
      GROUP BY account, who, seen_on
    )
  )
)
WHERE day <= {{last}} AND (day > {{day}} OR (day = {{day}} AND account > {{account}}))
GROUP BY day, account
ORDER BY day, account
LIMIT {settings.page_rows}
"""  # noqa: S608 - values go beside the text, see measures.py
    counts = (f"m{at}" for at in range(len(counted)))
    columns = ("day", "account", "active_users", "active_users_30d", *counts)
    return Template(text, values.named, columns, settings.page_rows), tuple(m.name for m in counted)


def _seats(settings: PostHogSettings) -> Template:
    """What is told of a user is what their latest event in the period tells."""
    values = Values()
    account = _account(settings)
    details = {name: getattr(settings, name) for name in DETAILS if getattr(settings, name)}
    told = "".join(
        f", argMax(toString(person.properties.{of}), timestamp) AS {name}" for name, of in details.items()
    )
    text = f"""
SELECT {account} AS account, toString(person_id) AS who,
  toString(toDate(argMax(person.created_at, timestamp))) AS first_day,
  toUnixTimestamp64Milli(max(timestamp)) AS last_ms{told}
FROM events
WHERE {_period(settings, values)}
  AND ({account} > {{account}} OR ({account} = {{account}} AND toString(person_id) > {{who}}))
GROUP BY account, who
ORDER BY account, who
LIMIT {settings.page_rows}
"""  # noqa: S608 - values go beside the text, see measures.py
    columns = ("account", "who", "first_day", "last_ms", *details)
    return Template(text, values.named, columns, settings.page_rows)


def _period(settings: PostHogSettings, values: Values) -> str:
    between = "timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})"
    return f"{between} AND {_used(settings, values)}"


def _used(settings: PostHogSettings, values: Values) -> str:
    """The condition that an event is some account's use of the product."""
    return f"notEmpty({_account(settings)}){not_ignored(settings.ignored_events, values)}"


def _account(settings: PostHogSettings) -> str:
    """An account as text, whatever type PostHog has found for the property that holds it."""
    field = settings.account
    return field if field.startswith("$group_") else f"toString({field})"


def _midnight(day: date) -> str:
    """The start of a day; PostHog takes it as the project's time."""
    return f"{day.isoformat()} 00:00:00"
