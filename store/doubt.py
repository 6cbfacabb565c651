"""Doubt: a page that changes everything at once is more likely a fault of the data than the truth.

Units change, a field moves, another company's key is set: each row looks as it should, and all of them
together cannot be. Such a page is not stored; what was known stays until a person says that it is true.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from health.records import Shape
from store.installation import business_day
from store.lookup import one_each
from store.matches import match_rates
from store.reading import DAILY
from store.tables import facts

ROWS_MIN, STRANGERS_MIN = 10, 5
"""Fewer rows than this, or fewer new accounts or strangers, make no pattern."""
TIMES = 5
"""A number that became so many times larger or smaller is another number, or another unit."""
SHARE = 0.5
"""Of a page's known rows: where so many change like this, all of them are doubted."""
LINKED_MIN = 0.6
"""Of a source's accounts: where more than the rest are nobody of ours at once, they are another company's."""

STATED: Mapping[str, tuple[str, ...]] = {
    "subscriptions": ("seats", "mrr_minor"),
    "limits": ("allowed",),
    "usage": ("active_users", "active_users_30d", "sign_ins", "events", "consumption"),
}
"""The numbers that are watched, by kind of fact."""


class Implausible(Exception):  # noqa: N818 - named by what a page is
    """A page is not to be believed. ``what`` is the field, ``many`` of ``known`` rows changed."""

    def __init__(self, what: str, many: int, known: int) -> None:
        """Keep the figures for whoever tells of it."""
        super().__init__(f"{what}: {many} of {known}")
        self.what = what
        self.many = many
        self.known = known


@dataclass(frozen=True, slots=True)
class Page:
    """A staged page beside the facts of the same keys, as ``joined`` tells."""

    source: str
    shape: Shape
    stage: Table
    joined: ColumnElement[bool]
    through: date | None
    """The last day that counted as complete: a later one is still growing."""


def check(connection: Connection, page: Page) -> None:
    """Raise `Implausible` for a page whose numbers, or terms, changed all together."""
    if names := STATED.get(page.shape.name):
        _check_numbers(connection, page, names)
    if page.shape.name == "subscriptions":
        _check_terms(connection, page)


def _check_numbers(connection: Connection, page: Page, names: Sequence[str]) -> None:
    stored, beside = one_each(connection.dialect.name, facts[page.shape.name], page.joined)
    columns = [figure for name in names for figure in _figures(page, stored.c[name], page.stage.c[name])]
    query = select(*columns).select_from(page.stage.join(stored, beside))
    if page.shape.name in DAILY:
        query = query.where(page.stage.c.day <= (page.through or date.min))
    found = connection.execute(query).one()
    for at, name in enumerate(names):
        each = _Change(*found[at * len(_Change._fields) : (at + 1) * len(_Change._fields)])
        if each.known >= ROWS_MIN and each.most >= SHARE * each.known:
            raise Implausible(f"{page.shape.name}.{name}", each.most, each.known)


def _figures(page: Page, was: ColumnElement[Any], now: ColumnElement[Any]) -> Iterator[ColumnElement[Any]]:
    """Yield what `_Change` holds of a column."""
    far = or_(now >= TIMES * was, now * TIMES <= was)
    if page.shape.name not in DAILY:  # of a day some source may tell less, once nobody asks for it any more
        far = or_(far, now.is_(None))
    known = was > 0
    yield func.count().filter(known)
    yield func.count().filter(known, far)
    yield func.count().filter(known, was != now)
    for column in (now, was):
        yield func.min(column).filter(known)
        yield func.max(column).filter(known)


class _Change(NamedTuple):
    """Of the rows of which a number was known: how many jumped, changed, and from where to where all lie."""

    known: int
    jumped: int
    changed: int
    low: float | None
    high: float | None
    was_low: float | None
    was_high: float | None

    @property
    def most(self) -> int:
        """How many rows tell of a fault: those that jumped, or all that changed to one and the same."""
        flat = self.low and self.low == self.high and (self.was_high or 0) >= 2 * (self.was_low or 0)
        return max(self.jumped, self.changed) if flat else self.jumped


def _check_terms(connection: Connection, page: Page) -> None:
    """Raise `Implausible` where the terms of known subscriptions moved, and did not follow one another."""
    stage, fact = page.stage, facts[page.shape.name]
    same = and_(fact.c.source == stage.c.source, fact.c.subscription_id == stage.c.subscription_id)
    stays = and_(
        fact.c.term_start == stage.c.term_start, fact.c.term_end.is_not_distinct_from(stage.c.term_end)
    )
    follows = and_(stage.c.term_start >= fact.c.term_end, stage.c.term_start <= business_day(connection))
    fits = exists().where(same, or_(stays, follows)).correlate(stage)
    query = select(func.count(), func.count().filter(~fits))
    query = query.select_from(stage).where(exists().where(same).correlate(stage))
    known, moved = connection.execute(query).one()
    if known >= ROWS_MIN and moved >= SHARE * known:
        raise Implausible("subscriptions.term_start", moved, known)


def check_accounts(connection: Connection, source: str, new: int, *, founding: bool) -> None:
    """Raise `Implausible` where the accounts that are new in a pull are more likely another company's.

    So it is where by them a source becomes mostly nobody of ours, or, where its accounts become ours, if they
    are more than half as many as there were. Call it once they are linked as far as they can be.
    """
    if new < (ROWS_MIN if founding else STRANGERS_MIN):
        return
    linked, total = match_rates(connection).get(source, (0, 0))
    before = total - new
    tips = linked < LINKED_MIN * total and linked >= LINKED_MIN * before
    if before >= ROWS_MIN and (new > SHARE * before if founding else tips):
        raise Implausible("accounts", new, before)
