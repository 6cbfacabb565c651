"""Licences in force: how many, of which plan, and how that changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from health.figures.days import months_on
from health.figures.segments import UNKNOWN
from health.figures.standing import standing, standing_licences
from health.nouns import NOT_APPLICABLE, Input
from health.policy import RenewalRules
from health.records import Licence, Subscription
from health.terms import BY_CONSUMPTION

_YEAR = 12


class LicenceTrend(NamedTuple):
    """Licences in force now, a month and a year ago, and the change since in per cent.

    A change is not applicable where there were none. What was in force is unknown (`None`), and the change
    with it, where an account had a subscription whose terms of then nobody states.
    """

    now: int
    month_ago: int | None
    year_ago: int | None
    month_change_pct: Input
    year_change_pct: Input


def active_licences(
    subscriptions: Sequence[Subscription],
    licences: Sequence[Licence],
    as_of: date,
    rules: RenewalRules,
    stated_on: date | None = None,
) -> Mapping[str, int]:
    """Return the licences in force at the start of a day, by account.

    They are the licence records of an account that has any; else the seats of its terms in force. A term that
    states no seats is one licence, and one sold by consumption is none. ``stated_on`` as for `standing`.
    """
    found = Counter(each.account_id for each in standing_licences(licences, as_of, rules, stated_on))
    recorded = {each.account_id for each in licences}
    for term in standing(subscriptions, as_of, rules, stated_on):
        if term.account_id not in recorded:
            found[term.account_id] += _licences_of(term)
    return +found


def _licences_of(term: Subscription) -> int:
    if term.licence_model == BY_CONSUMPTION:
        return 0
    return 1 if term.seats is None else max(0, term.seats)


def active_licences_by_plan(
    subscriptions: Sequence[Subscription],
    licences: Sequence[Licence],
    as_of: date,
    rules: RenewalRules,
    stated_on: date | None = None,
) -> Mapping[str, int]:
    """Return the licences in force by plan, which is that of the licence or term and not of the account."""
    found = Counter(each.plan or UNKNOWN for each in standing_licences(licences, as_of, rules, stated_on))
    recorded = {each.account_id for each in licences}
    for term in standing(subscriptions, as_of, rules, stated_on):
        if term.account_id not in recorded:
            found[term.plan or UNKNOWN] += _licences_of(term)
    return dict(sorted((+found).items()))


def licence_trend(
    subscriptions: Sequence[Subscription], licences: Sequence[Licence], as_of: date, rules: RenewalRules
) -> LicenceTrend:
    """Return how the licences in force changed over a month and a year.

    Statuses are those of ``as_of``: of the days before the dates alone tell.
    """

    def counted(day: date) -> int:
        return sum(active_licences(subscriptions, licences, day, rules, as_of).values())

    recorded = {each.account_id for each in licences}
    told = [term for term in subscriptions if term.account_id not in recorded]
    days = (months_on(as_of, -1), months_on(as_of, -_YEAR))
    now, (month, year) = counted(as_of), (None if untold(told, day) else counted(day) for day in days)
    return LicenceTrend(now, month, year, _since(month, now), _since(year, now))


def untold(subscriptions: Iterable[Subscription], day: date) -> int:
    """Return how many subscriptions had begun by a day on which nobody states their terms."""
    began: dict[tuple[str, str], list[Subscription]] = defaultdict(list)
    for term in subscriptions:
        began[term.account_id, term.subscription_id].append(term)
    spans = (
        (min(term.started_on or term.term_start for term in terms), min(term.term_start for term in terms))
        for terms in began.values()
    )
    return sum(since <= day < first for since, first in spans)


def _since(before: int | None, after: int) -> Input:
    return None if before is None else change_pct(before, after)


def change_pct(before: float, after: float) -> Input:
    """Return the change in per cent; not applicable from nothing."""
    return 100.0 * after / before - 100.0 if before > 0 else NOT_APPLICABLE
