"""The facts of some accounts, by account: one query per kind, whatever sources they came from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, Subquery, bindparam, select

from health.records import SHAPES
from store.among import among
from store.asked import Asked
from store.order import in_order
from store.people import Tokens
from store.reading import Fact
from store.tables import accounts, stored_key

CHAMPION = "champion"
"""The role of a seat or a contact that speaks well of us."""
Rows = Mapping[int, Sequence[Fact]]


class AccountFacts:
    """The facts of some accounts, by account, one query per kind.

    Days of use are apart (`store.days`). ``unknown`` are measures that nobody can tell of an account,
    whatever its other facts say.
    """

    def __init__(self, asked: Asked, ids: Sequence[int]) -> None:
        self._asked = asked
        self._ids = ids
        self.unknown: dict[int, set[str]] = defaultdict(set)
        query = select(accounts.c.id, accounts.c.key).where(among(accounts.c.id, ids)).order_by(accounts.c.id)
        self.accounts = asked.connection.execute(query).all()
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

    def _sources(self) -> Mapping[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for row in self._asked.found(_linked(self._asked.reading.links()), self._ids):
            found[row.account].add(row.source)
        return found

    def _of(self, kind: str, **only: str) -> Rows:
        """Return the facts of a kind by account, in the order of their keys."""
        query = _ordered(kind, self._asked.reading.rows(kind), tuple(only))
        return self._told(kind, self._asked.rows(kind, query, self._ids, **only))

    def _told(self, kind: str, rows: Sequence[Row[Any]]) -> Rows:
        found: dict[int, list[Fact]] = defaultdict(list)
        for row, told in zip(rows, self._asked.reading.told(kind, rows), strict=True):
            if told.fact is not None:
                found[row.account].append(told.fact)
            if told.unknown:
                self.unknown[row.account].update(told.unknown)
        return found

    def champions_named(self, account: int) -> set[str]:
        """Return the tokens of the users who are champions by the role of their seat, or of their contact."""
        tokens = Tokens(self._asked.connection)
        named = {tokens[seat.user_id] for seat in self.seats.get(account, ()) if seat.role == CHAMPION}
        return named | {contact.subject for contact in self.contacts.get(account, ())}


@lru_cache(maxsize=64)
def _linked(links: Subquery) -> Select[Any]:
    return select(links.c.account, links.c.source)


@lru_cache(maxsize=256)
def _ordered(kind: str, rows: Subquery, given: tuple[str, ...]) -> Select[Any]:
    """Select rows of a kind in the order of their keys, where the columns named are as given."""
    query = select(rows).order_by(*in_order(rows.c[name] for name in stored_key(SHAPES[kind])))
    return query.where(*(rows.c[name] == bindparam(name) for name in given))
