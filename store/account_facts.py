"""The facts of some accounts, by account: one query per kind, whatever sources they came from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from health.features import SERIES_DAYS
from health.use import VALIDATIONS
from store.tables import accounts, facts, links, source_accounts

CHAMPION = "champion"
"""The role of a seat or a contact that speaks well of us."""
Rows = Mapping[int, Sequence[Row[Any]]]
Span = tuple[date | None, date | None, date | None]
"""The first and the last day of use, and the last day that was stated at all."""
DailyCount = tuple[date, str, float]
"""A day, a metric, and its value."""
_NEVER: Span = (None, None, None)


class AccountFacts:
    """The facts of some accounts, by account, one query per kind."""

    def __init__(self, connection: Connection, ids: Sequence[int]) -> None:
        self._connection = connection
        self._ids = ids
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
        self.contacts = self._of("contacts", facts["contacts"].c.role == CHAMPION)
        self.spans = _wider(self._spans(), self._validated())
        self.usage = self._usage()
        self.validations = self._validations()

    def _sources(self) -> Mapping[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        query = select(links.c.account, source_accounts.c.source).join(
            source_accounts, source_accounts.c.id == links.c.source_account
        )
        query = query.where(links.c.account.in_(self._ids), links.c.to_batch.is_(None))
        for row in self._connection.execute(query):
            found[row.account].add(row.source)
        return found

    def _of(self, kind: str, *conditions: Any) -> Rows:  # noqa: ANN401 - SQL expressions
        fact = facts[kind]
        query = select(links.c.account, *fact.columns).join(
            links, (links.c.source_account == fact.c.source_account) & links.c.to_batch.is_(None)
        )
        query = query.where(links.c.account.in_(self._ids), *conditions)
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in self._connection.execute(query).all():
            found[row.account].append(row)
        return found

    def _spans(self) -> Mapping[int, Span]:
        """Return by account the first and last day of any use, and the last day stated at all."""
        usage = facts["usage"]
        used = func.coalesce(usage.c.active_users, 0) + func.coalesce(usage.c.sign_ins, 0)
        used += func.coalesce(usage.c.events, 0) + func.coalesce(usage.c.consumption, 0)
        last_used = func.max(usage.c.day).filter(used > 0)
        first_used = func.min(usage.c.day).filter(used > 0)
        query = select(links.c.account, first_used, last_used, func.max(usage.c.day)).join(
            links, (links.c.source_account == usage.c.source_account) & links.c.to_batch.is_(None)
        )
        query = query.where(links.c.account.in_(self._ids)).group_by(links.c.account)
        return {row[0]: (row[1], row[2], row[3]) for row in self._connection.execute(query)}

    def _validated(self) -> Mapping[int, Span]:
        """Return the same of validations: use is a licence that was found good."""
        fact = facts["validations"]
        good = fact.c.outcome == "ok"
        columns = (func.min(fact.c.day).filter(good), func.max(fact.c.day).filter(good), func.max(fact.c.day))
        query = select(links.c.account, *columns).join(
            links, (links.c.source_account == fact.c.source_account) & links.c.to_batch.is_(None)
        )
        query = query.where(links.c.account.in_(self._ids)).group_by(links.c.account)
        return {row[0]: (row[1], row[2], row[3]) for row in self._connection.execute(query)}

    def _validations(self) -> Mapping[int, list[DailyCount]]:
        """Return by account, for each day, the licences found good, and the answers of each outcome."""
        fact = facts["validations"]
        since = self._since()
        if since is None:
            return {}
        counted = (links.c.account, fact.c.day, fact.c.outcome)
        query = select(*counted, func.count(fact.c.licence_id.distinct()), func.sum(fact.c.times)).join(
            links, (links.c.source_account == fact.c.source_account) & links.c.to_batch.is_(None)
        )
        query = query.where(links.c.account.in_(self._ids), fact.c.day > since).group_by(*counted)
        found: dict[int, list[DailyCount]] = defaultdict(list)
        for account, day, outcome, licences, times in self._connection.execute(query):
            found[account].append((day, f"validation:{outcome}", float(times)))
            if outcome == "ok":
                found[account].append((day, VALIDATIONS, float(licences)))
        return found

    def _since(self) -> date | None:
        """Return the day before the first one of the series."""
        ends = [span[2] for span in self.spans.values() if span[2]]
        return max(ends) - timedelta(days=SERIES_DAYS) if ends else None

    def _usage(self) -> Rows:
        since = self._since()
        return {} if since is None else self._of("usage", facts["usage"].c.day > since)


def _wider(first: Mapping[int, Span], second: Mapping[int, Span]) -> Mapping[int, Span]:
    """Return by account the earliest first day and the latest last days of two kinds of use."""
    return {
        account: _span(first.get(account, _NEVER), second.get(account, _NEVER))
        for account in {*first, *second}
    }


def _span(one: Span, other: Span) -> Span:
    starts, ends, stated = ([day for day in pair if day] for pair in zip(one, other, strict=True))
    return min(starts, default=None), max(ends, default=None), max(stated, default=None)
