"""Contract: what an account's subscriptions say that a model may learn from, beside the measures of terms."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from health.features import Term
from health.nouns import NOT_APPLICABLE, Input


class Contract(NamedTuple):
    """The terms of an account, those in force on a day, and how far ahead of it is looked.

    ``started`` is the day of its first term or use.
    """

    terms: Sequence[Term]
    current: Sequence[Term]
    started: date | None
    as_of: date
    horizon_days: int


Amount = Callable[[Term], int | None]


def _ends(term: Term, of: Contract) -> Iterator[int]:
    """Yield in how many days a term ends, and those after it, each as long, while within the horizon."""
    if term.term_end is None:
        return
    length = max(1, (term.term_end - term.term_start).days)
    ahead = (term.term_end - of.as_of).days % length if term.term_end < of.as_of else _until(term, of)
    while ahead < of.horizon_days:
        yield ahead
        if not term.auto_renew:
            return
        ahead += length


def _until(term: Term, of: Contract) -> int:
    return (term.term_end - of.as_of).days if term.term_end else 0


def _renewals_due(of: Contract) -> Input:
    """Return how often the term in force, or the one that comes round oftenest, ends within the horizon."""
    return float(max(sum(1 for _ in _ends(term, of)) for term in of.current))


def _renewal_due(of: Contract) -> Input:
    return float(any(True for term in of.current for _ in _ends(term, of)))


def _due_term_days(of: Contract) -> Input:
    """Return the length of the longest term that ends within the horizon; 0 where none does.

    What is decided at the end of a year is another question than what is decided every month.
    """
    due = (term for term in of.current if any(True for _ in _ends(term, of)))
    return float(max(((term.term_end - term.term_start).days for term in due if term.term_end), default=0))


def _days_to_end(of: Contract) -> Input:
    ahead = [max(0, _until(term, of)) for term in of.current if term.term_end]
    return float(min(ahead)) if ahead else NOT_APPLICABLE


def _term_days(of: Contract) -> Input:
    lengths = [(term.term_end - term.term_start).days for term in of.current if term.term_end]
    return float(max(lengths)) if lengths else NOT_APPLICABLE


def _tenure_days(of: Contract) -> Input:
    return None if of.started is None else float(max(0, (of.as_of - of.started).days))


def _terms_before(of: Contract) -> Input:
    own = {term.subscription_id for term in of.current}
    ended = (
        term.term_end is not None and term.term_end <= of.as_of
        for term in of.terms
        if term.subscription_id in own
    )
    return float(sum(ended))


def _seats(term: Term) -> int | None:
    return term.seats


def _mrr_minor(term: Term) -> int | None:
    return term.mrr_minor


def _total(terms: Iterable[Term], amount: Amount) -> float | None:
    """Return the sum of what is stated, unless nothing is. Nobody agreed on an amount below 0."""
    stated = [value for term in terms if (value := amount(term)) is not None and value >= 0]
    return float(sum(stated)) if stated else None


def _sum(amount: Amount) -> Callable[[Contract], Input]:
    return lambda of: _total(of.current, amount)


def _seat_price_minor(of: Contract) -> Input:
    seats, mrr = _total(of.current, _seats), _total(of.current, _mrr_minor)
    return mrr / seats if seats and mrr is not None else None


def _history(of: Contract, term: Term) -> list[Term]:
    """Return the terms of a term's subscription up to the day, the oldest first."""
    own = (each for each in of.terms if each.subscription_id == term.subscription_id)
    return sorted((each for each in own if each.term_start <= of.as_of), key=lambda each: each.term_start)


def _growth(amount: Amount) -> Callable[[Contract], Input]:
    """Return an amount ÷ that of the first terms of the same subscriptions."""

    def found(of: Contract) -> Input:
        before = _total([_history(of, term)[0] for term in of.current], amount)
        after = _total(of.current, amount)
        return after / before if before and after else None

    return found


def _changes(amount: Amount) -> Callable[[Contract], Input]:
    """Return how often an amount went up or down from term to term."""

    def found(of: Contract) -> Input:
        steps = 0
        for term in of.current:
            told = [value for each in _history(of, term) if (value := amount(each)) is not None]
            steps += sum(one != other for one, other in pairwise(told))
        return float(steps)

    return found


def _discount(of: Contract) -> Input:
    return max((term.discount for term in of.current if term.discount is not None), default=None)


def _auto_renew(of: Contract) -> Input:
    return float(all(term.auto_renew for term in of.current))


CONTRACT: Mapping[str, Callable[[Contract], Input]] = {
    "renewals_due": _renewals_due,
    "renewal_due": _renewal_due,
    "due_term_days": _due_term_days,
    "days_to_end": _days_to_end,
    "term_days": _term_days,
    "tenure_days": _tenure_days,
    "terms_before": _terms_before,
    "seat_count": _sum(_seats),
    "mrr_minor": _sum(_mrr_minor),
    "seat_price_minor": _seat_price_minor,
    "seats_since_first": _growth(_seats),
    "mrr_since_first": _growth(_mrr_minor),
    "seat_changes": _changes(_seats),
    "mrr_changes": _changes(_mrr_minor),
    "discount": _discount,
    "auto_renew": _auto_renew,
}
"""By the name of a driver. Amounts are per month; ``…_since_first`` is ÷ that of the first term."""


def _first(field: Callable[[Term], str]) -> Callable[[Contract], str]:
    return lambda of: next((text for term in of.current if (text := field(term))), "")


TEXTS: Mapping[str, Callable[[Contract], str]] = {
    "plan": _first(lambda term: term.plan),
    "billing_period": _first(lambda term: term.billing_period),
    "licence_model": _first(lambda term: term.licence_model),
}
"""Texts of the term in force by which accounts are told apart."""
