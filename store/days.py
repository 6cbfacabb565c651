"""Days of use of some accounts, by account: which there are, and what is stated of each."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, func, or_, select

from health.features import SERIES_DAYS
from health.records import Usage
from health.use import VALIDATIONS
from store.asked import Asked
from store.reading import Fact

_OF_USE = ("active_users", "sign_ins", "events", "consumption")
"""What is counted of a day with use; any of them will do."""
ONE_DAY = timedelta(days=1)
Rows = Mapping[int, Sequence[Fact]]
DailyCount = tuple[date, str, float]
"""A day, a metric, and its value."""


class Span(NamedTuple):
    """The first and the last day of any use, and the last day that was stated at all."""

    first: date | None = None
    last: date | None = None
    stated: date | None = None


NEVER = Span()


class Days:
    """The days of use of some accounts, from ``since`` on, by account.

    ``columns`` are the wanted metrics that have a column of their own in a day of use; ``others`` are in its
    map. Days after ``through`` do not count: a single one far ahead would be where a series ends.
    """

    def __init__(
        self,
        asked: Asked,
        ids: Sequence[int],
        metrics: Collection[str],
        through: date = date.max,
        since: date = date.min,
    ) -> None:
        self._asked = asked
        self._ids = ids
        self.through = through
        self.since = since
        self.columns = tuple(name for name in metrics if name in Usage._fields)
        self.others = tuple(name for name in metrics if name not in Usage._fields)
        validated = self._validated()
        self.spans = _wider(self._spans(), validated)
        self.usage = self._usage()
        self.validations = self._validations() if validated else {}

    def _rows(self, kind: str, query: Select[Any], ids: Sequence[int], first: date) -> Sequence[Fact]:
        """Return what a query over the rows of a kind finds of some accounts, from a day on."""
        return self._asked.rows(kind, query, ids, first=max(self.since, first), through=self.through)

    def _spans(self) -> Mapping[int, Span]:
        """Return by account the first and last day of any use, and the last day stated at all."""
        return self._span("usage", _usage_spans(self._of("usage")))

    def _validated(self) -> Mapping[int, Span]:
        """Return the same of validations: use is a licence that was found good."""
        return self._span("validations", _validation_spans(self._of("validations")))

    def _of(self, kind: str) -> Subquery:
        return self._asked.reading.rows(kind)

    def _span(self, kind: str, query: Select[Any]) -> Mapping[int, Span]:
        return {account: Span(*days) for account, *days in self._rows(kind, query, self._ids, self.since)}

    def _usage(self) -> Rows:
        """Return by account its days of use: day, source account, product, the map of others, columns."""
        found: dict[int, list[Fact]] = defaultdict(list)
        columns = ("metrics" if self.others else "day", *self.columns)
        query = _days_of_use(self._of("usage"), columns)
        for ids, first in self._stretches():
            for row in self._rows("usage", query, ids, first):
                found[row[-1]].append(row)
        return found

    def _validations(self) -> Mapping[int, list[DailyCount]]:
        """Return by account, for each day, the licences found good, and the answers of each outcome."""
        found: dict[int, list[DailyCount]] = defaultdict(list)
        query = _days_of_validations(self._of("validations"))
        for ids, first in self._stretches():
            for account, day, outcome, licences, times in self._rows("validations", query, ids, first):
                found[account].append((day, f"validation:{outcome}", float(times)))
                if outcome == "ok":
                    found[account].append((day, VALIDATIONS, float(licences)))
        return found

    def _stretches(self) -> Iterator[tuple[list[int], date]]:
        return stretches({account: span.stated for account, span in self.spans.items()})


def stretches(stated: Mapping[int, date | None]) -> Iterator[tuple[list[int], date]]:
    """Yield accounts whose series end at much the same time, and the first day of them all.

    ``stated`` is where each ends. The longer ago, the coarser: most accounts end with the latest, and few are
    long silent.
    """
    ends = {account: end for account, end in stated.items() if end}
    latest = max(ends.values(), default=date.min)
    alike: dict[int, list[int]] = defaultdict(list)
    for account, end in ends.items():
        alike[(latest - end).days.bit_length()].append(account)
    for ids in alike.values():
        yield ids, series_since(min(ends[account] for account in ids)) + ONE_DAY


def series_since(end: date) -> date:
    """Return the day before the first one of a series that ends on a day."""
    return end - timedelta(days=SERIES_DAYS)


# -- statements, built once --------------------------------------------------------------------------


def _counted(rows: Subquery) -> ColumnElement[bool]:
    """Say of rows that their days count."""
    kind = rows.c.day.type
    return rows.c.day.between(bindparam("first", type_=kind), bindparam("through", type_=kind))


@lru_cache(maxsize=64)
def _usage_spans(rows: Subquery) -> Select[Any]:
    return _spans_where(rows, or_(*(rows.c[name] > 0 for name in _OF_USE)))


@lru_cache(maxsize=64)
def _validation_spans(rows: Subquery) -> Select[Any]:
    return _spans_where(rows, rows.c.outcome == "ok")


def _spans_where(rows: Subquery, used: ColumnElement[bool]) -> Select[Any]:
    """Select the first and the last day that is ``used``, and the last one of all, by account."""
    columns = (func.min(rows.c.day).filter(used), func.max(rows.c.day).filter(used), func.max(rows.c.day))
    return select(rows.c.account, *columns).where(_counted(rows)).group_by(rows.c.account)


@lru_cache(maxsize=64)
def _days_of_use(rows: Subquery, columns: tuple[str, ...]) -> Select[Any]:
    """Select days, what each is stated of, these columns, and the account in the end."""
    wanted = ("day", "source_account", "product", *columns)
    query = select(*(rows.c[name].label(f"c{at}") for at, name in enumerate(wanted)), rows.c.account)
    return query.where(_counted(rows))


@lru_cache(maxsize=64)
def _days_of_validations(rows: Subquery) -> Select[Any]:
    """Select by account, day and outcome how many licences there were, and how many answers."""
    counted = (rows.c.account, rows.c.day, rows.c.outcome)
    query = select(*counted, func.count(rows.c.licence_id.distinct()), func.sum(rows.c.times))
    return query.where(_counted(rows)).group_by(*counted)


# -- spans -------------------------------------------------------------------------------------------


def _wider(first: Mapping[int, Span], second: Mapping[int, Span]) -> Mapping[int, Span]:
    """Return by account the earliest first day and the latest last days of two kinds of use."""
    if not first or not second:
        return first or second
    return {
        account: _span(first.get(account, NEVER), second.get(account, NEVER)) for account in {*first, *second}
    }


def _span(one: Span, other: Span) -> Span:
    starts, ends, stated = ([day for day in pair if day] for pair in zip(one, other, strict=True))
    return Span(min(starts, default=None), max(ends, default=None), max(stated, default=None))
