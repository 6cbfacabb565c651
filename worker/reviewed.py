"""Reviewed: what takes a look at every verdict, told as it is asked of a small book, kept of a large one.

The review of a month or a quarter, and revenue at risk by reason.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import msgspec
from msgspec import Struct

from health import standings
from health.figures.days import months_on
from health.figures.money import Exchange
from health.periods import Period, period
from health.review import Review, RiskReason
from health.standings import standing
from store import book, kept, reviews, verdicts
from store.database import Connection
from store.installation import business_day
from store.kept import Kept
from worker.deployment import Deployment
from worker.figured import AT_ONCE
from worker.review import NotYet, digits, review

REVIEW, RISKS = "review", "risks"
BACK = 13
"""Months that may be chosen, this one included."""


class Risks(Struct, frozen=True):
    """Revenue a year that is up at accounts at risk, by the reason that takes most off, in one currency."""

    as_of: date
    currency: str
    reasons: tuple[RiskReason, ...]


def reviewed(deployment: Deployment, name: str) -> Review | None:
    """Return the review of a period; `None` where it is not told yet. Raises `ValueError` and `NotYet`.

    Of a small book it is told as it is asked, and kept until a source or a run brings anything new.
    """
    asked = period(name)
    with deployment.database.read() as connection:
        is_small, state = kept.size(connection) <= AT_ONCE, kept.state(connection)
        there = kept.kept(connection, [REVIEW]).get((REVIEW, name))
    if is_small and (there is None or there.state != state):
        return _tell_review(deployment, asked)
    return None if there is None else msgspec.json.decode(there.body, type=Review)


def risks(deployment: Deployment, owners: Sequence[str] | None) -> Risks | None:
    """Return revenue at risk by reason, of some owners' accounts alone; `None` where it is not told yet."""
    with deployment.database.read() as connection:
        if owners is not None or kept.size(connection) <= AT_ONCE:
            return _risks(connection, owners)
        found = kept.kept(connection, [RISKS]).get((RISKS, ""))
    return None if found is None else msgspec.json.decode(found.body, type=Risks)


def _risks(connection: Connection, owners: Sequence[str] | None) -> Risks:
    day = business_day(connection)
    rates, currency = reviews.rates(connection), reviews.kept_currency(connection)
    exchange = Exchange(rates, digits(rates, currency))
    seen = (
        verdicts.book(connection, "at_risk")
        if owners is None
        else verdicts.current(connection, book.owned(connection, owners))
    )
    stood = (standing(each.key, each.assessment) for each in seen)
    found = standings.risks(stood, lambda minor, code: exchange.minor(minor, code, currency, day))
    return Risks(day, currency, found)


def periods(today: date, back: int = BACK) -> list[str]:
    """Return the names of periods that may be reviewed: months and their quarters, the latest first."""
    months = [months_on(today.replace(day=1), -ago) for ago in range(back)]
    quarters = [f"{month.year}-Q{(month.month + 2) // 3}" for month in months]
    return [*(f"{month:%Y-%m}" for month in months), *dict.fromkeys(quarters)]


def ahead(today: date) -> list[str]:
    """Return the periods whose reviews are kept of a large book: this month and quarter, and those before."""
    several = periods(today, 4)
    return [*several[:2], *several[4:6]]


def keep_review(deployment: Deployment, name: str) -> None:
    """Tell the review of a period and keep it; nothing of one of which no day is over."""
    with suppress(NotYet):
        _tell_review(deployment, period(name))


def _tell_review(deployment: Deployment, asked: Period) -> Review:
    with deployment.database.read() as connection:
        state = kept.state(connection)
        told = review(deployment, connection, asked)
    body = msgspec.json.encode(told).decode()
    with deployment.database.write() as connection:
        kept.keep(connection, [Kept(REVIEW, asked.name, told.as_of, state, body)])
    return told


def keep_risks(deployment: Deployment) -> None:
    """Tell revenue at risk by reason and keep it."""
    with deployment.database.read() as connection:
        state, told = kept.state(connection), _risks(connection, None)
    with deployment.database.write() as connection:
        kept.keep(connection, [Kept(RISKS, "", told.as_of, state, msgspec.json.encode(told).decode())])
