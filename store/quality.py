"""Quality: how many facts of each source cannot be so. They stay."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    exists,
    func,
    literal,
    or_,
    select,
)

from health.quality import Oddity
from store.order import by_bytes
from store.tables import accounts, batches, facts, links, source_accounts

OF_BATCHES = {
    "rows with the id of another on their page": batches.c.repeats,
    "rows that could not be read": batches.c.rejects,
}
"""What is counted as it is pulled: nothing of it is stored."""
RECENT_DAYS = 7
"""People come and go: only lately must those who are active be among those who are listed."""

_DAY_MS = 86_400_000
_usage, _terms, _seats = facts["usage"], facts["subscriptions"], facts["seats"]
_COUNTED = ("active_users", "active_users_30d", "sign_ins", "events", "consumption")
_MONEY = (_terms.c.mrr_minor, _terms.c.renewal_mrr_minor)


def oddities(connection: Connection, today: date) -> list[Oddity]:
    """Return what of each source cannot be so, with how often; ``today`` is the business day."""
    return [
        *(
            Oddity(row.source, kind, row.rows, row.accounts, row.example)
            for kind, found in _found(today)
            for row in connection.execute(_counted(found))
        ),
        *(
            Oddity(row.source, kind, int(row.rows), 0, "")
            for kind, counted in OF_BATCHES.items()
            for row in connection.execute(_lately(counted))
        ),
    ]


def _found(today: date) -> Iterator[tuple[str, Select[Any]]]:
    """Yield each kind with the facts of it, each as its source account and our account."""
    span, people = _spans(), _people()
    used = _owned(_usage)
    spanned = used.join(span, span.c.account == links.c.account)
    yield "use before the first term", _of(_usage, spanned, _usage.c.day < span.c.first)
    ended = (span.c.lasting == 0) & (_usage.c.day >= span.c.last)
    yield "use after the last term", _of(_usage, spanned, ended)
    yield "use in the future", _of(_usage, used, _usage.c.day > today)
    yield "a count of use below 0", _of(_usage, used, or_(*(_usage.c[name] < 0 for name in _COUNTED)))
    counted = used.join(people, people.c.account == links.c.account)
    active = func.coalesce(_usage.c.active_users_30d, _usage.c.active_users)
    lately = _usage.c.day > today - timedelta(days=RECENT_DAYS)
    yield "more active users than people", _of(_usage, counted, lately, active > people.c.people)
    below = or_(_terms.c.seats < 0, _terms.c.growth_seats < 0, *(each < 0 for each in _MONEY))
    yield "seats or revenue below 0", _of(_terms, _owned(_terms), below)
    backwards = _terms.c.term_end < _terms.c.term_start
    yield "a term that ends before it begins", _of(_terms, _owned(_terms), backwards)
    yield "terms that overlap", _of(_terms, _owned(_terms), _overlapping())
    yield "a currency without a rate", _of(_terms, _owned(_terms), _without_rate())


def _lately(counted: Column[int]) -> Select[tuple[str, int]]:
    """Select by source what was counted in the day of pulls up to its last batch, where it is anything.

    A source that is asked every hour brings each row once a day at most; of a file that is given again, what
    was mended since must not be counted any more.
    """
    last = batches.alias("last")
    latest = select(func.max(last.c.pulled_ms)).where(last.c.source == batches.c.source)
    lately = batches.c.pulled_ms > latest.correlate(batches).scalar_subquery() - _DAY_MS
    query = select(batches.c.source, func.sum(counted).label("rows")).where(lately)
    return query.group_by(batches.c.source).having(func.sum(counted) > 0).order_by(batches.c.source)


def _counted(found: Select[Any]) -> Select[Any]:
    each = found.subquery()
    joined = each.join(source_accounts, source_accounts.c.id == each.c.source_account)
    joined = joined.join(accounts, accounts.c.id == each.c.account)
    source = source_accounts.c.source
    tallies = (
        func.count().label("rows"),
        func.count(accounts.c.id.distinct()).label("accounts"),
        func.min(by_bytes(accounts.c.key)).label("example"),
    )
    return select(source, *tallies).select_from(joined).group_by(source).order_by(source)


def _owned(fact: Table) -> Any:  # noqa: ANN401 - a join of two tables
    return fact.join(links, (links.c.source_account == fact.c.source_account) & links.c.to_batch.is_(None))


def _of(fact: Table, joined: Any, *conditions: ColumnElement[bool]) -> Select[Any]:  # noqa: ANN401 - a join
    return select(fact.c.source_account, links.c.account).select_from(joined).where(*conditions)


def _spans() -> Subquery:
    """Return by account when its first term began, when its last one ended, and how many have no end."""
    began = func.coalesce(_terms.c.started_on, _terms.c.term_start)
    lasting = or_(_terms.c.term_end.is_(None), _terms.c.auto_renew.is_(True))
    columns = (
        func.min(began).label("first"),
        func.max(_terms.c.term_end).label("last"),
        func.count().filter(lasting).label("lasting"),
    )
    return select(links.c.account, *columns).select_from(_owned(_terms)).group_by(links.c.account).subquery()


def _people() -> Subquery:
    """Return by account how many users are listed, whatever their products."""
    people = func.count(_seats.c.user_id.distinct()).label("people")
    return select(links.c.account, people).select_from(_owned(_seats)).group_by(links.c.account).subquery()


def _overlapping() -> ColumnElement[bool]:
    """Say of a term that another of its subscription began before it and ends within it or later."""
    other = _terms.alias("other")
    same = (other.c.source == _terms.c.source) & (other.c.subscription_id == _terms.c.subscription_id)
    began = other.c.term_start < _terms.c.term_start
    return exists().where(same, began, other.c.term_end > _terms.c.term_start)


def _without_rate() -> ColumnElement[bool]:
    """Say of a term that nobody states what its currency is worth in the one that most terms have."""
    rates, term = facts["rates"], _terms.alias("term")
    commonest = select(term.c.currency).where(term.c.currency.is_not(None)).group_by(term.c.currency)
    ours = commonest.order_by(func.count().desc(), by_bytes(term.c.currency)).limit(1).scalar_subquery()
    theirs = _terms.c.currency
    either = ((rates.c.base == theirs) & (rates.c.quote == ours)) | (
        (rates.c.quote == theirs) & (rates.c.base == ours)
    )
    return (theirs != ours) & ~exists(select(literal(1)).select_from(rates).where(either).correlate(_terms))
