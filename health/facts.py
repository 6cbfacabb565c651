"""Facts: the figures of an assessment that notices quote, plain values only."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from health.calendars import Workdays
from health.chance import wilson
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
from health.terms import in_force, recurring_minor, rolling

Fact = str | int | float | bool | None
_MONTHS = 12
_FEW_SEATS = 50


class Book(NamedTuple):
    """What an account's subscriptions come to on a day.

    ``first`` is the earliest of the anchors ahead, ``days`` until then, ``window`` the nearest of its
    windows that is open, ``up_minor`` the revenue per year that is up then. ``mrr_minor`` is of the terms
    in force, trials apart, that share ``currency``, which is that of the anchor's term, else of any in force.
    ``priced`` says whether each of these states what it costs: else both are less than the truth. ``as_of``
    is the day.
    """

    current: Sequence[Term]
    first: Anchor | None
    days: int | None
    window: int | None
    currency: str
    mrr_minor: int
    up_minor: int
    priced: bool
    as_of: date


def book(features: Features, as_of: date, rules: RenewalRules, workdays: Workdays) -> Book:
    """Return the book of an account."""
    current = in_force(features.terms, as_of, rules)
    if not current:
        return Book((), None, None, None, "", 0, 0, priced=True, as_of=as_of)
    ahead = anchors(current, as_of)
    currency = (ahead[0].term if ahead else current[0]).currency
    stated = [recurring_minor(term, as_of) for term in current if term.currency == currency]
    priced, mrr = None not in stated, sum(filter(None, stated))
    if not ahead:
        return Book(current, None, None, None, currency, mrr, 0, priced, as_of)
    first = ahead[0]

    def is_workday(day: date) -> bool:
        return workdays.is_workday(day, features.country, features.region)

    open_days = window(first, as_of, rules, is_workday)
    up = revenue_at_risk_minor(ahead, first, as_of)
    return Book(current, first, (first.on - as_of).days, open_days, currency, mrr, up, priced, as_of)


def figures(
    features: Features, account: Book, found: Measures, score: Score, policy: Policy, *, grown: bool
) -> dict[str, Fact]:
    """Return what notices quote; `None` where unknown or not applicable, seats and use rounded.

    Money is in minor units of ``currency``: risks per year, the uplift per month of ``suggested_seats``,
    which are seats beyond those there are.
    """
    licence, use, _, _, _, traits, _ = found
    first, seats = account.first, licence.seats
    more = _more(suggested_seats(found, policy.expansion), seats) if grown else None
    return {
        "name": features.name,
        "csm_email": features.csm_email,
        "health": score.points // 100,
        "utilisation_pct": _shown(licence.utilisation_pct),
        "committed_utilisation_pct": _shown(licence.committed_utilisation_pct),
        "active_definition": traits.active_definition,
        "active_wording": traits.active_wording,
        "seats": _shown(seats),
        "growth_seats": _shown(licence.growth_seats),
        "nearest_limit": traits.nearest_limit,
        "nearest_used": _shown(found.capacity.nearest_used),
        "nearest_allowed": _shown(found.capacity.nearest_allowed),
        "assigned_seats": _shown(licence.assigned_seats),
        "active_users": _shown(licence.active_users),
        "idle_days": _shown(use.idle_days),
        "trend_pct": _shown(use.trend_pct),
        "days_until_full": _shown(found.capacity.days_until_full),
        "mrr_minor": account.mrr_minor if account.priced else None,
        "currency": account.currency,
        "revenue_at_risk_minor": account.up_minor if account.priced else None,
        "downsizing_risk_minor": _downsizing(account, licence.active_users),
        "priority": priority(account, score, policy.renewals),
        "expansion": grown,
        "suggested_seats": more,
        "uplift_minor": uplift_minor(more, account.current, account.currency, account.as_of),
        "renewal_on": first.term.term_end.isoformat() if first and first.term.term_end else None,
        "anchor_on": first.on.isoformat() if first else None,
        "anchor_kind": first.kind if first else None,
        "days_to_anchor": account.days,
        "window": account.window,
        "auto_renew": first.term.auto_renew if first else None,
    }


@lru_cache(maxsize=4096)  # few seats have few users: most accounts ask what another asked
def between(active: Input, seats: Input) -> tuple[int, int] | None:
    """Return what utilisation is likely between, in per cent, where it is of so few seats that chance tells.

    It is shown beside the figure and gates nothing.
    """
    if not isinstance(active, float) or not isinstance(seats, float) or not 0 < seats < _FEW_SEATS:
        return None
    low, high = wilson(active, seats)
    return round(100 * low), round(100 * high)


def priority(account: Book, score: Score, rules: RenewalRules) -> int:
    """Return urgency times revenue, in major units: it only ranks."""
    revenue = account.up_minor or _MONTHS * account.mrr_minor
    return round(urgency(account, score, rules) * revenue / 100)


def urgency(account: Book, score: Score, rules: RenewalRules) -> float:
    """Return risk times nearness of the anchor, 0 to 1. A subscription that just rolls on is never near."""
    rolls = account.first is not None and rolling(account.first.term, rules)
    near = rules.rolling_nearness if rolls else nearness(account.days, rules.nearness)
    return (10_000 - score.points) / 10_000 * near


def _downsizing(account: Book, active: Input) -> int | None:
    if not isinstance(active, float):
        return None
    return downsizing_risk_minor(account.current, active, account.currency, account.as_of)


def _more(suggested: int | None, seats: Input) -> int | None:
    return suggested - round(seats) if suggested is not None and isinstance(seats, float) else None


def _shown(value: Input) -> int | None:
    return round(value) if isinstance(value, float) else None
