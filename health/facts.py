"""Facts: the figures of an assessment that notices quote, plain values only."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from health.calendars import Workdays
from health.expansion import suggested_seats, uplift_minor
from health.features import Features, Term
from health.nouns import Input, Score
from health.policy import Policy, RenewalRules
from health.renewals import (
    Anchor,
    anchors,
    downsizing_risk_minor,
    nearness,
    revenue_at_risk_minor,
    window,
)
from health.rules import Measures
from health.terms import rolling

Fact = str | int | float | bool | None
_MONTHS = 12


class Book(NamedTuple):
    """What an account's subscriptions come to on a day.

    ``first`` is the earliest of the anchors ``ahead``, ``days`` until then. ``mrr_minor`` is of the terms
    in force that share ``currency``, which is that of the anchor's term, else of any in force.
    """

    current: Sequence[Term]
    ahead: Sequence[Anchor]
    first: Anchor | None
    days: int | None
    currency: str
    mrr_minor: int


def book(current: Sequence[Term], as_of: date) -> Book:
    """Return the book of an account, from its terms in force."""
    ahead = anchors(current, as_of)
    first = ahead[0] if ahead else None
    lead = first.term if first else next(iter(current), None)
    currency = lead.currency if lead else ""
    mrr = sum([term.mrr_minor or 0 for term in current if term.currency == currency])
    return Book(current, ahead, first, (first.on - as_of).days if first else None, currency, mrr)


def seat_facts(found: Measures) -> dict[str, Fact]:
    """Return seats and use as shown: rounded, and `None` where unknown or not applicable."""
    licence = found.licence
    return {
        "utilisation_pct": _shown(licence.utilisation_pct),
        "committed_utilisation_pct": _shown(licence.committed_utilisation_pct),
        "active_definition": found.traits.active_definition,
        "active_wording": found.traits.active_wording,
        "seats": _shown(licence.seats),
        "growth_seats": _shown(licence.growth_seats),
        "assigned_seats": _shown(licence.assigned_seats),
        "active_users": _shown(licence.active_users),
        "idle_days": _shown(found.use.idle_days),
        "trend_pct": _shown(found.use.trend_pct),
        "days_until_full": _shown(found.capacity.days_until_full),
    }


def money_facts(account: Book, found: Measures, score: Score, policy: Policy) -> dict[str, Fact]:
    """Return what is at stake, in minor units of ``currency``; revenue and risks are per year.

    ``priority`` is risk times nearness of the anchor times revenue, in major units: it only ranks
    lists. A subscription that just rolls on is never near.
    """
    rules = policy.renewals
    first = account.first
    mrr = account.mrr_minor
    at_risk = revenue_at_risk_minor(account.ahead, first) if first else 0
    active = found.licence.active_users
    rolls = first is not None and rolling(first.term, rules)
    near = rules.rolling_nearness if rolls else nearness(account.days, rules.nearness)
    risk = (10_000 - score.points) / 10_000
    return {
        "mrr_minor": mrr,
        "currency": account.currency,
        "revenue_at_risk_minor": at_risk,
        "downsizing_risk_minor": (
            downsizing_risk_minor(account.current, active) if isinstance(active, float) else None
        ),
        "priority": round(risk * near * (at_risk or _MONTHS * mrr) / 100),
    }


def growth_facts(account: Book, found: Measures, policy: Policy, *, grown: bool) -> dict[str, Fact]:
    """Return whether there is room to grow, the seats suggested in all, and their price per month."""
    suggested = suggested_seats(found, policy.expansion) if grown else None
    return {
        "expansion": grown,
        "suggested_seats": suggested,
        "uplift_minor": uplift_minor(found.licence.seats, suggested, account.mrr_minor),
    }


def renewal_facts(
    account: Book, features: Features, as_of: date, rules: RenewalRules, workdays: Workdays
) -> dict[str, Fact]:
    """Return the anchor, how far it is, and the window that is open."""
    first = account.first
    if first is None:
        names = ("renewal_on", "anchor_on", "anchor_kind", "days_to_anchor", "window", "auto_renew")
        return dict.fromkeys(names)

    def is_workday(day: date) -> bool:
        return workdays.is_workday(day, features.country, features.region)

    return {
        "renewal_on": first.term.term_end.isoformat() if first.term.term_end else None,
        "anchor_on": first.on.isoformat(),
        "anchor_kind": first.kind,
        "days_to_anchor": account.days,
        "window": window(first, as_of, rules, is_workday),
        "auto_renew": first.term.auto_renew,
    }


def _shown(value: Input) -> int | None:
    return round(value) if isinstance(value, float) else None
