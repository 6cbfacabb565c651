"""The facts of some accounts, by account: one query per kind, whatever sources they came from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Subquery, func, or_, select

from health.features import SERIES_DAYS
from health.records import SHAPES, Usage
from health.use import VALIDATIONS
from store.reading import Fact, Reading
from store.tables import accounts, stored_key

CHAMPION = "champion"
"""The role of a seat or a contact that speaks well of us."""
_OF_USE = ("active_users", "sign_ins", "events", "consumption")
"""What is counted of a day with use; any of them will do."""
Rows = Mapping[int, Sequence[Fact]]
DailyCount = tuple[date, str, float]
"""A day, a metric, and its value."""


class Span(NamedTuple):
    """The first and the last day of any use, and the last day that was stated at all."""

    first: date | None = None
    last: date | None = None
    stated: date | None = None


class AccountFacts:
    """The facts of some accounts, by account, one query per kind.

    ``unknown`` are measures that nobody can tell of an account, whatever its other facts say. ``columns``
    are the wanted metrics that have a column of their own in a day of use; ``others`` are in its map.
    Days of use after ``through`` do not count: a single one far ahead would be where a series ends.
    """

    def __init__(
        self,
        connection: Connection,
        ids: Sequence[int],
        metrics: Collection[str],
        reading: Reading,
        through: date = date.max,
    ) -> None:
        self._connection = connection
        self.through = through
        self.columns = tuple(name for name in metrics if name in Usage._fields)
        self.others = tuple(name for name in metrics if name not in Usage._fields)
        self._ids = ids
        self._reading = reading
        self.unknown: dict[int, set[str]] = defaultdict(set)
        query = select(accounts.c.id, accounts.c.key).where(accounts.c.id.in_(ids)).order_by(accounts.c.id)
        self.accounts = connection.execute(query).all()
        self.sources = self._sources()
        self.profiles = self._of("accounts")
        self.terms = self._of("subscriptions")
        self.seats = self._of("seats")
        self.tickets = self._of("tickets")
        self.payments = self._of("payments")
        self.limits = self._of("limits")
        self.events = self._of("events")
        self.surveys = self._of("surveys")
        self.licences = self._of("licences")
        self.contacts = self._of("contacts", role=CHAMPION)
        self.spans = _wider(self._spans(), self._validated())
        self.usage = self._usage()
        self.validations = self._validations()

    def _sources(self) -> Mapping[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        held = self._reading.links(self._ids)
        for row in self._connection.execute(select(held.c.account, held.c.source)):
            found[row.account].add(row.source)
        return found

    def _of(self, kind: str, **only: str) -> Rows:
        """Return the facts of a kind by account, in the order of their keys."""
        rows = self._reading.rows(kind, self._ids)
        query = select(rows).order_by(*(rows.c[name] for name in stored_key(SHAPES[kind])))
        query = query.where(*(rows.c[name] == value for name, value in only.items()))
        return self._told(kind, self._connection.execute(query).all())

    def _told(self, kind: str, rows: Sequence[Row[Any]]) -> Rows:
        found: dict[int, list[Fact]] = defaultdict(list)
        for row, told in zip(rows, self._reading.told(kind, rows), strict=True):
            if told.fact is not None:
                found[row.account].append(told.fact)
            if told.unknown:
                self.unknown[row.account].update(told.unknown)
        return found

    def _spans(self) -> Mapping[int, Span]:
        """Return by account the first and last day of any use, and the last day stated at all."""
        rows = self._reading.rows("usage", self._ids)
        return self._span(rows, or_(*(rows.c[name] > 0 for name in _OF_USE)))

    def _validated(self) -> Mapping[int, Span]:
        """Return the same of validations: use is a licence that was found good."""
        rows = self._reading.rows("validations", self._ids)
        return self._span(rows, rows.c.outcome == "ok")

    def _span(self, rows: Subquery, used: Any) -> Mapping[int, Span]:  # noqa: ANN401 - an SQL expression
        columns = (func.min(rows.c.day).filter(used), func.max(rows.c.day).filter(used), func.max(rows.c.day))
        query = select(rows.c.account, *columns).where(rows.c.day <= self.through).group_by(rows.c.account)
        return {account: Span(*days) for account, *days in self._connection.execute(query)}

    def _usage(self) -> Rows:
        """Return by account its days of use: day, source account, product, the map of others, columns."""
        found: dict[int, list[Fact]] = defaultdict(list)
        others = "metrics" if self.others else "day"
        for ids, since in self._stretches():
            rows = self._reading.rows("usage", ids)
            wanted = ("day", "source_account", "product", others, *self.columns)
            query = select(*(rows.c[name].label(f"c{at}") for at, name in enumerate(wanted)), rows.c.account)
            query = query.where(rows.c.day > since, rows.c.day <= self.through)
            for row in self._connection.execute(query).all():
                found[row[-1]].append(row)
        return found

    def _validations(self) -> Mapping[int, list[DailyCount]]:
        """Return by account, for each day, the licences found good, and the answers of each outcome."""
        found: dict[int, list[DailyCount]] = defaultdict(list)
        for ids, since in self._stretches():
            rows = self._reading.rows("validations", ids)
            counted = (rows.c.account, rows.c.day, rows.c.outcome)
            query = select(*counted, func.count(rows.c.licence_id.distinct()), func.sum(rows.c.times))
            query = query.where(rows.c.day > since, rows.c.day <= self.through).group_by(*counted)
            for account, day, outcome, licences, times in self._connection.execute(query):
                found[account].append((day, f"validation:{outcome}", float(times)))
                if outcome == "ok":
                    found[account].append((day, VALIDATIONS, float(licences)))
        return found

    def _stretches(self) -> Iterator[tuple[list[int], date]]:
        """Yield accounts whose series end at much the same time, and the day before the first of them.

        The longer ago, the coarser: most accounts end with the latest, and few are long silent.
        """
        ends = {account: span.stated for account, span in self.spans.items() if span.stated}
        latest = max(ends.values(), default=date.min)
        alike: dict[int, list[int]] = defaultdict(list)
        for account, end in ends.items():
            alike[(latest - end).days.bit_length()].append(account)
        for ids in alike.values():
            yield ids, series_since(min(ends[account] for account in ids))


def series_since(end: date) -> date:
    """Return the day before the first one of a series that ends on a day."""
    return end - timedelta(days=SERIES_DAYS)


def _wider(first: Mapping[int, Span], second: Mapping[int, Span]) -> Mapping[int, Span]:
    """Return by account the earliest first day and the latest last days of two kinds of use."""
    return {
        account: _span(first.get(account, _NEVER), second.get(account, _NEVER))
        for account in {*first, *second}
    }


_NEVER = Span()


def _span(one: Span, other: Span) -> Span:
    starts, ends, stated = ([day for day in pair if day] for pair in zip(one, other, strict=True))
    return Span(min(starts, default=None), max(ends, default=None), max(stated, default=None))
