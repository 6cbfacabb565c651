"""The book: every account as lists show it, sorted and searched by columns of its own.

A row says what the account's last verdict says, and is written in the same unit of work.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    false,
    func,
    or_,
    select,
    true,
)

from health.alerts import ALERTED, OPEN
from store import places
from store.among import among
from store.bulk import load
from store.places import BadPlace
from store.tables import accounts, book, flags


class Entry(NamedTuple):
    """A row of the book, in the order of its table."""

    account: int
    as_of: date
    csm_email: str
    sales_email: str
    band: str
    band_before: str
    points: int
    moved: int
    priority: int
    mrr_minor: int | None
    at_risk_minor: int | None
    currency: str
    anchor_on: date | None
    utilisation_pct: int | None
    grows: bool
    plan: str
    customer_type: str
    main_reason: str


def keep(connection: Connection, entries: Sequence[Entry]) -> None:
    """Store what a chunk found in place of what stood there.

    What an entry says of the verdict before is of a day before: of later ones on the same day it stays.
    """
    if not entries:
        return
    its = among(book.c.account, [each.account for each in entries])
    columns = (book.c.account, book.c.band_before, book.c.points, book.c.moved)
    today = select(*columns).where(its, book.c.as_of == entries[0].as_of)
    stood = {row.account: row for row in connection.execute(today)}
    connection.execute(delete(book).where(its))
    rows = [_of_the_day(each, stood.get(each.account)) for each in entries]
    load(connection, book, book.columns.values(), rows)


def _of_the_day(entry: Entry, stood: Row[*tuple[Any, ...]] | None) -> Entry:
    if stood is None:
        return entry
    began = stood.points - stood.moved
    moved = entry.points - began if stood.band_before else 0
    return entry._replace(band_before=stood.band_before, moved=moved)


# -- lists -------------------------------------------------------------------------------------------

SORTS: Mapping[str, ColumnElement[Any]] = {
    "priority": book.c.priority,
    "name": accounts.c.name,
    "health": book.c.points,
    "moved": book.c.moved,
    "mrr": book.c.mrr_minor,
    "revenue_at_risk": book.c.at_risk_minor,
    "anchor": book.c.anchor_on,
    "utilisation": book.c.utilisation_pct,
}
"""What the book may be sorted by; equals follow in the order of their ids."""
EXACT = ("band", "plan", "customer_type", "currency", "csm_email", "sales_email", "main_reason")


class Wanted(NamedTuple):
    """What is asked of the book.

    ``only`` are exact values by column (`EXACT`); ``search`` is part of a key or a name. With
    ``owners`` it is of accounts that customer success or sales look after under one of these addresses.
    ``scored`` is the lowest point of a step of scores (`scores`). ``alerted`` are those of which somebody is
    to hear: an alert is open, and nobody has silenced it. ``after`` is where the page before ended
    (`Found.after`).
    """

    only: Mapping[str, str] = MappingProxyType({})
    search: str = ""
    owners: Collection[str] | None = None
    anchored: tuple[date | None, date | None] = (None, None)
    changed: bool = False
    scored: int | None = None
    alerted: bool = False
    grows: bool = False
    sort: str = "priority"
    descending: bool = True
    after: str = ""
    limit: int = 100


class Place(NamedTuple):
    """An account of a list: its id, key and name, and its row of the book."""

    account: int
    key: str
    name: str
    entry: Entry


class Found(NamedTuple):
    """A page of a list; ``after`` asks for the next one, and is empty on the last."""

    places: list[Place]
    after: str


def page(connection: Connection, wanted: Wanted) -> Found:
    """Return a page of the book. Raises `BadPlace`."""
    column = SORTS[wanted.sort]
    query = select(accounts.c.key, accounts.c.name, book, column.label("at"))
    query = _some(query, wanted).where(_beyond(column, wanted)).limit(wanted.limit + 1)
    follows, ordered = (
        (book.c.account.desc(), column.desc()) if wanted.descending else (book.c.account.asc(), column.asc())
    )
    order = (*((column.is_(None),) if _may_be_empty(column) else ()), ordered, follows)
    rows = connection.execute(query.order_by(*order)).all()
    shown = rows[: wanted.limit]
    after = _place_of(shown[-1]) if len(rows) > wanted.limit else ""
    return Found([_placed(row) for row in shown], after)


def count(connection: Connection, wanted: Wanted) -> int:
    """Return how many accounts a list has in all."""
    return int(connection.execute(_some(select(func.count()), wanted)).scalar_one())


def place(connection: Connection, key: str) -> Place | None:
    """Return an account of the book by its key."""
    query = select(accounts.c.key, accounts.c.name, book).join(accounts, accounts.c.id == book.c.account)
    row = connection.execute(query.where(accounts.c.key == key)).one_or_none()
    return None if row is None else _placed(row)


def bands(connection: Connection, owners: Collection[str] | None) -> dict[str, int]:
    """Return how many accounts there are by band."""
    query = _some(select(book.c.band, func.count().label("n")), Wanted(owners=owners)).group_by(book.c.band)
    return {row.band: row.n for row in connection.execute(query)}


SPLITS = ("plan", "customer_type")
"""What the book can be split by."""
SCORE_STEP = 5
"""Points of a score that are counted together."""
FULL = 100 * 100
"""Hundredths of a point of the best score."""


def scores(connection: Connection, owners: Collection[str] | None) -> dict[int, int]:
    """Return how many accounts have a score of so many points or `SCORE_STEP` more; 100 is in the last.

    An account whose band is unknown has none.
    """
    step = _step().label("step")
    query = _some(select(step, func.count().label("n")), Wanted(owners=owners))
    found = connection.execute(query.where(book.c.band != "unknown").group_by(step))
    return {int(row.step): row.n for row in found}


def _step() -> ColumnElement[Any]:
    points = case((book.c.points < FULL, book.c.points), else_=FULL - 1)
    return points // (SCORE_STEP * 100) * SCORE_STEP


class Stand(NamedTuple):
    """How many accounts of a part of the book are in a band."""

    part: str
    band: str
    accounts: int


def stands(connection: Connection, by: str, owners: Collection[str] | None) -> list[Stand]:
    """Return how accounts stand, by one of `SPLITS`."""
    columns = (book.c[by], book.c.band)
    query = _some(select(*columns, func.count()), Wanted(owners=owners)).group_by(*columns).order_by(*columns)
    return [Stand._make(row) for row in connection.execute(query)]


class Ahead(NamedTuple):
    """Accounts of which somebody must act on a day, in a currency; ``unpaid`` of them owe us money."""

    on: date
    currency: str
    accounts: int
    at_risk_minor: int
    unpaid: int


def ahead(
    connection: Connection, first: date, last: date, unpaid: Collection[str], owners: Collection[str] | None
) -> list[Ahead]:
    """Return by day and currency what is ahead; ``unpaid`` are reasons of flags that say money is owed."""
    owing = select(flags.c.account).where(among(flags.c.reason, unpaid), among(flags.c.state, OPEN))
    number = func.sum(case((book.c.account.in_(owing), 1), else_=0))
    columns = (book.c.anchor_on, book.c.currency)
    query = select(*columns, func.count(), func.coalesce(func.sum(book.c.at_risk_minor), 0), number)
    found = connection.execute(_some(query, Wanted(owners=owners, anchored=(first, last))).group_by(*columns))
    return [Ahead(on, currency, count, int(minor), int(owe)) for on, currency, count, minor, owe in found]


class AtRisk(NamedTuple):
    """Accounts at risk for one main reason, and what of theirs is up for renewal, in a currency."""

    reason: str
    currency: str
    accounts: int
    at_risk_minor: int


def at_risk(connection: Connection, owners: Collection[str] | None) -> list[AtRisk]:
    """Return the accounts at risk by their main reason and currency."""
    columns = (book.c.main_reason, book.c.currency)
    query = select(*columns, func.count(), func.coalesce(func.sum(book.c.at_risk_minor), 0))
    wanted = Wanted(only={"band": "at_risk"}, owners=owners)
    found = connection.execute(_some(query, wanted).group_by(*columns).order_by(*columns))
    return [AtRisk(reason, currency, count, int(minor)) for reason, currency, count, minor in found]


def owned(connection: Connection, owners: Collection[str]) -> list[int]:
    """Return the accounts of some owners, by their ids."""
    query = select(book.c.account).where(_owned(owners)).order_by(book.c.account)
    return list(connection.execute(query).scalars())


def values(connection: Connection, column: str, owners: Collection[str] | None = None) -> list[str]:
    """Return what one of the `EXACT` columns says of the accounts of some owners, where it says anything."""
    one = book.c[column]
    query = select(one).distinct().where(one != "").order_by(one)
    return list(connection.execute(query if owners is None else query.where(_owned(owners))).scalars())


def _some(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.select_from(book).join(accounts, accounts.c.id == book.c.account)
    for name in EXACT:
        if value := wanted.only.get(name):
            query = query.where(book.c[name] == value)
    if wanted.owners is not None:
        query = query.where(_owned(wanted.owners))
    if wanted.search:
        query = query.where(_named(wanted.search))
    first, last = wanted.anchored
    if first:
        query = query.where(book.c.anchor_on >= first)
    if last:
        query = query.where(book.c.anchor_on <= last)
    if wanted.scored is not None:
        query = query.where(_step() == wanted.scored, book.c.band != "unknown")
    if wanted.alerted:
        told = select(flags.c.account).where(flags.c.account == book.c.account, among(flags.c.state, ALERTED))
        query = query.where(told.exists())
    if wanted.changed:
        query = query.where(book.c.band != book.c.band_before, book.c.band_before != "")
    return query.where(book.c.grows) if wanted.grows else query


def _owned(owners: Collection[str]) -> ColumnElement[bool]:
    if not owners:
        return false()
    return or_(among(book.c.csm_email, owners), among(book.c.sales_email, owners))


def _named(search: str) -> ColumnElement[bool]:
    lowered = search.lower()
    return or_(
        func.lower(accounts.c.name).contains(lowered, autoescape=True),
        func.lower(accounts.c.key).contains(lowered, autoescape=True),
    )


def _beyond(column: ColumnElement[Any], wanted: Wanted) -> ColumnElement[bool]:
    """Say of a row that it follows where the page before ended; what is empty follows everything."""
    if not wanted.after:
        return true()
    value, account = _read(wanted.after, column)
    further = book.c.account < account if wanted.descending else book.c.account > account
    if value is None:
        return and_(column.is_(None), further)
    beyond = column < value if wanted.descending else column > value
    rest = column.is_(None) if _may_be_empty(column) else false()
    return or_(beyond, and_(column == value, further), rest)


def _may_be_empty(column: ColumnElement[Any]) -> bool:
    return bool(getattr(column, "nullable", False))


def _place_of(row: Row[Any]) -> str:
    return places.written([row.at, row.account])


def _read(after: str, column: ColumnElement[Any]) -> tuple[Any, int]:
    """Return the value and the account where a page ended. Raises `BadPlace`."""
    value, account = places.read(after, (column.type.python_type, int))
    if account is None or (value is None and not _may_be_empty(column)):
        raise BadPlace
    return value, account


def _placed(row: Row[Any]) -> Place:
    entry = Entry(*(getattr(row, column.name) for column in book.columns))
    return Place(row.account, row.key, row.name or row.key, entry)
