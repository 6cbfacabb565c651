"""Revenue: what recurs, what is up, and what stays from one day to another. Minor units, by currency."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from health.figures.money import Amounts, Decimals, Exchange
from health.figures.share import Share, portion
from health.figures.standing import by_account, standing, term_of
from health.policy import RenewalRules
from health.records import Rate, Subscription
from health.renewals import anchors, downsizing_risk_minor, revenue_at_risk_minor
from health.terms import recurring_minor


class Retention(NamedTuple):
    """What became of the recurring revenue of the accounts there were on the opening day.

    All in minor units of ``currency`` a month, at the rates of the opening day; ``fx_minor`` is what the same
    closing revenue gains or loses by the rates of the closing day, and is in neither share. ``gross`` is
    what is left of the opening without what churned and contracted, ``net`` adds what was expanded.
    ``unrated`` are currencies without a rate: the accounts that pay in them are in no figure.
    """

    currency: str
    opening_minor: int
    churned_minor: int
    contracted_minor: int
    expanded_minor: int
    fx_minor: int
    gross: Share
    net: Share
    unrated: tuple[str, ...]


class Change(NamedTuple):
    """One account's revenue on two days, at the rates of the first, and the effect of later rates."""

    opening: int
    closing: int
    fx: int


def mrr(
    subscriptions: Iterable[Subscription], as_of: date, rules: RenewalRules, stated_on: date | None = None
) -> Amounts:
    """Return monthly recurring revenue by currency; trials and terms that state none add nothing."""
    found: dict[str, int] = defaultdict(int)
    for term in standing(subscriptions, as_of, rules, stated_on):
        if minor := recurring_minor(term_of(term), as_of):
            found[term.currency or ""] += minor
    return dict(sorted(found.items()))


def revenue_at_risk(
    subscriptions: Iterable[Subscription], as_of: date, rules: RenewalRules, stated_on: date | None = None
) -> Amounts:
    """Return by currency the revenue per year that is up at each account's next anchor.

    The anchor is the earliest date ahead on which someone must act (docs/metrics.md, "Renewals").
    """
    found: dict[str, int] = defaultdict(int)
    for terms in by_account(standing(subscriptions, as_of, rules, stated_on)).values():
        ahead = anchors([term_of(term) for term in terms], as_of)
        if ahead:
            found[ahead[0].term.currency] += revenue_at_risk_minor(ahead, ahead[0], as_of)
    return dict(sorted(found.items()))


def downsizing_risk(
    subscriptions: Iterable[Subscription], active_users: Mapping[str, float], as_of: date, rules: RenewalRules
) -> Amounts:
    """Return by currency the revenue per year of seats that nobody uses, at their price.

    Accounts whose active users are not known are left out. An account that pays in two currencies is told in
    that of its larger part.
    """
    found: dict[str, int] = defaultdict(int)
    for account, terms in by_account(standing(subscriptions, as_of, rules)).items():
        largest = max(terms, key=lambda term: term.mrr_minor or 0)
        code, known = largest.currency or "", [term_of(term) for term in terms]
        if account in active_users:
            found[code] += downsizing_risk_minor(known, active_users[account], code, as_of)
    return dict(sorted(found.items()))


def retention(
    subscriptions: Sequence[Subscription],
    *,
    opening_on: date,
    closing_on: date,
    currency: str,
    rates: Sequence[Rate],
    rules: RenewalRules,
    decimals: Decimals | None = None,
    stated_on: date | None = None,
) -> Retention:
    """Return how much of the revenue of one day is there on a later one; accounts won between do not count.

    Statuses are those of ``stated_on``, by default the closing day: of days before it the dates alone tell.
    """
    exchange = Exchange(rates, decimals)
    changes: list[Change] = []
    unrated: set[str] = set()
    for terms in by_account(subscriptions).values():
        before = mrr(terms, opening_on, rules, stated_on=stated_on or closing_on)
        after = mrr(terms, closing_on, rules, stated_on)
        missing = _missing({*before, *after}, exchange, currency, (opening_on, closing_on))
        if before and missing:
            unrated |= missing
        elif before:
            changes.append(_change(before, after, exchange, currency, (opening_on, closing_on)))
    return _retention(currency, changes, tuple(sorted(unrated)))


def _missing(codes: set[str], exchange: Exchange, currency: str, days: tuple[date, date]) -> set[str]:
    return {code for code in codes for day in days if exchange.rate(code, currency, day) is None}


def _change(
    before: Amounts, after: Amounts, exchange: Exchange, currency: str, days: tuple[date, date]
) -> Change:
    opening_on, closing_on = days
    opening = _in_one(before, exchange, currency, opening_on)
    closing = _in_one(after, exchange, currency, opening_on)
    return Change(opening, closing, _in_one(after, exchange, currency, closing_on) - closing)


def _in_one(amounts: Amounts, exchange: Exchange, currency: str, day: date) -> int:
    return sum(exchange.minor(minor, code, currency, day) or 0 for code, minor in amounts.items())


def _retention(currency: str, changes: Sequence[Change], unrated: tuple[str, ...]) -> Retention:
    opening = sum(each.opening for each in changes)
    churned = sum(each.opening for each in changes if not each.closing)
    contracted = sum(each.opening - each.closing for each in changes if 0 < each.closing < each.opening)
    expanded = sum(each.closing - each.opening for each in changes if each.closing > each.opening)
    return Retention(
        currency,
        opening,
        churned,
        contracted,
        expanded,
        sum(each.fx for each in changes),
        portion(opening - churned - contracted, opening),
        portion(opening - churned - contracted + expanded, opening),
        unrated,
    )
