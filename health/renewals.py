"""Renewals: the anchor, its windows, and the revenue that is up."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from health.features import Term
from health.policy import Points, RenewalRules
from health.terms import recurring_minor, rolling

_MONTHS = 12
_LONGEST_CLOSURE = 14  # days without a working day; no calendar has more
_UNEVEN_DAYS = 2  # three months may be 89 days, and six 181


class Anchor(NamedTuple):
    """The earliest date still ahead on which someone must act, and the term it belongs to.

    ``kind`` is ``notice``, ``review`` or ``term_end``.
    """

    on: date
    kind: str
    term: Term


def anchors(current: Sequence[Term], as_of: date) -> list[Anchor]:
    """Return the anchor of each term in force that has a date ahead, the earliest first.

    On an auto-renewing term a notice deadline that passed counts as renewed: the next term's is meant.
    """
    found = [at for term in current if (at := _anchor(_settled(term, as_of), as_of)) is not None]
    return found if len(found) <= 1 else sorted(found, key=lambda at: at.on)


def term_key(term: Term) -> str:
    """Return what identifies a term: the subscription's id and the day the term starts."""
    return f"{term.subscription_id}@{term.term_start.isoformat()}"


def _settled(term: Term, as_of: date) -> Term:
    """Return the term, or the one after it when it can no longer be kept from renewing."""
    if term.term_end is None or not term.auto_renew or term.cancel_at_period_end:
        return term
    notice_on = _notice_on(term)
    missed = notice_on is not None and notice_on < as_of
    return _next(term) if missed or term.term_end <= as_of else term


def _next(term: Term) -> Term:
    end = term.term_end
    if end is None:
        return term
    return replace(term, term_start=end, term_end=_same_again(term.term_start, end), review_on=None)


def _same_again(start: date, end: date) -> date:
    """Return the end of a term as long as [start, end) that follows it; whole months stay whole."""
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    if months <= 0 or end.day != min(start.day, monthrange(end.year, end.month)[1]):
        return end + (end - start)
    year, month = divmod(end.month - 1 + months, _MONTHS)
    last = monthrange(end.year + year, month + 1)[1]
    return date(end.year + year, month + 1, min(start.day, last))


def _notice_on(term: Term) -> date | None:
    if term.term_end is None or term.notice_days is None:
        return None
    return term.term_end - timedelta(days=term.notice_days)


def _anchor(term: Term, as_of: date) -> Anchor | None:
    found = None
    for kind, on in (("notice", _notice_on(term)), ("review", term.review_on), ("term_end", term.term_end)):
        if on is not None and on >= as_of and (found is None or on < found.on):
            found = Anchor(on, kind, term)
    return found


def windows(term: Term, rules: RenewalRules) -> tuple[int, ...]:
    """Return the windows a term has: none if it just rolls on, else those up to its share of the term."""
    if term.term_end is None or rolling(term, rules):
        return ()
    length = (term.term_end - term.term_start).days + _UNEVEN_DAYS
    return tuple([days for days in rules.windows if rules.term_parts * days <= length])


def window(found: Anchor, as_of: date, rules: RenewalRules, is_workday: Callable[[date], bool]) -> int | None:
    """Return the nearest window that is open, in days, or `None`.

    A window opens that many days before the anchor; when that is no working day, on the one before it.
    """
    ahead = (found.on - as_of).days
    if ahead > max(rules.windows) + _LONGEST_CLOSURE:
        return None
    open_ones = [
        days
        for days in windows(found.term, rules)
        if ahead <= days or _moved_to(as_of, ahead - days, is_workday)
    ]
    return min(open_ones, default=None)


def _moved_to(as_of: date, days: int, is_workday: Callable[[date], bool]) -> bool:
    """Say whether a window that opens ``days`` after ``as_of`` is moved to it, or to before it."""
    if days > _LONGEST_CLOSURE:
        return False
    return not any(is_workday(as_of + timedelta(days=day)) for day in range(1, days + 1))


def revenue_at_risk_minor(found: Sequence[Anchor], first: Anchor, as_of: date) -> int:
    """Return recurring revenue up at the first anchor, per year: all terms of its currency and date.

    A trial brings none.
    """
    on, currency = first.on, first.term.currency
    return _MONTHS * sum(
        [recurring_minor(at.term, as_of) or 0 for at in found if at.on == on and at.term.currency == currency]
    )


def downsizing_risk_minor(terms: Sequence[Term], active_users: float, currency: str, as_of: date) -> int:
    """Return (purchased minus active seats) times price per seat and year; 0 when every seat is used.

    Of what is paid in ``currency``: each term takes its part of the seats that nobody uses.
    """
    seats = mrr = 0
    for term in terms:
        minor = recurring_minor(term, as_of)
        if term.seats is not None and term.seats > 0 and minor is not None:
            seats += term.seats
            mrr += minor if term.currency == currency else 0
    return round(_MONTHS * mrr * (seats - active_users) / seats) if seats > active_users else 0


@lru_cache(maxsize=1024)
def nearness(days: int | None, curve: Points) -> float:
    """Return what nearness of the anchor is worth, 0 to 1; without an anchor, as much as the farthest."""
    if days is None or days >= curve[-1][0]:
        return curve[-1][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if days <= x1:
            return y0 + (max(days, x0) - x0) * (y1 - y0) / (x1 - x0)
    return curve[-1][1]
