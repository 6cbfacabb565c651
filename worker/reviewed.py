"""Reviewed: the review of a period, and revenue at risk by reason.

A review is told as it is asked of a small book, and kept of a large one; revenue at risk is what the rows of
the list add up to.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import msgspec
from msgspec import Struct

from health.figures.days import months_on
from health.figures.money import Exchange
from health.periods import Period, period
from health.review import Review, RiskReason
from store import book, kept, reviews
from store.book import AtRisk
from store.installation import business_day
from store.kept import Kept
from worker.deployment import Deployment
from worker.figured import AT_ONCE
from worker.review import NotYet, digits, review

REVIEW = "review"
BACK = 13
"""Months that may be chosen, this one included."""


class Risks(Struct, frozen=True):
    """Revenue a year that is up at accounts at risk, by the main reason of each, in one currency."""

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


def risks(deployment: Deployment, owners: Sequence[str] | None) -> Risks:
    """Return revenue at risk by reason, the largest first; of some owners' accounts alone."""
    with deployment.database.read() as connection:
        day, found = business_day(connection), book.at_risk(connection, owners)
        rates, currency = reviews.rates(connection), reviews.kept_currency(connection)
    exchange = Exchange(rates, digits(rates, currency))
    by_reason: dict[str, list[AtRisk]] = defaultdict(list)
    for each in found:
        by_reason[each.reason].append(each)
    told = []
    for reason, own in by_reason.items():
        amounts = [exchange.minor(each.at_risk_minor, each.currency, currency, day) for each in own]
        known = [minor for minor in amounts if minor is not None]
        told.append(RiskReason(reason, sum(each.accounts for each in own), sum(known) if known else None))
    return Risks(day, currency, tuple(sorted(told, key=lambda each: (-(each.minor or 0), each.reason))))


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
