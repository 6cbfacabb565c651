"""Terms: which are in force, and what changed since the one before."""

from collections.abc import Sequence
from datetime import date, timedelta

from health.features import Features, Term
from health.nouns import NOT_APPLICABLE, Input
from health.policy import RenewalRules
from health.rules import TermMeasures

UNKNOWN = TermMeasures(*[None] * len(TermMeasures._fields))
"""What is known where no source states subscriptions."""


def in_force(terms: Sequence[Term], as_of: date, rules: RenewalRules) -> list[Term]:
    """Return the terms in force at the start of ``as_of``.

    A term is in force on [term_start, term_end), and for the days of grace after it where it renews by
    itself and no successor is known.
    """
    graced = as_of - timedelta(days=rules.grace_days)
    return [
        term
        for term in terms
        if (term.term_end is None or term.term_end > graced)
        and term.term_start <= as_of
        and term.status not in rules.ended
        and _lasts(term, terms, as_of)
    ]


def _lasts(term: Term, terms: Sequence[Term], as_of: date) -> bool:
    """Say whether a term that ended within the days of grace, or has no end, is still the last one."""
    if term.term_end is not None and as_of < term.term_end:
        return True
    open_ended = term.term_end is None or term.auto_renew
    return open_ended and not any(_follows(other, term, as_of) for other in terms)


def _follows(other: Term, term: Term, as_of: date) -> bool:
    same = other.subscription_id == term.subscription_id
    return same and term.term_start < other.term_start <= as_of


def rolling(term: Term, rules: RenewalRules) -> bool:
    """Say whether the term renews by itself so often that the calendar means nothing."""
    if not term.auto_renew or term.term_end is None:
        return False
    return (term.term_end - term.term_start).days <= rules.rolling_days


def started_on(features: Features) -> date | None:
    """Return the earliest of the first term and the first use; when neither is known, the creation."""
    days = [term.term_start for term in features.terms]
    if features.first_used_on is not None:
        days.append(features.first_used_on)
    return min(days) if days else features.created_on


def term_measures(
    terms: Sequence[Term], current: Sequence[Term], started: date | None, as_of: date, rules: RenewalRules
) -> TermMeasures:
    """Return what the terms say; ``current`` are those in force."""
    pairs = [(_before(term, terms), term) for term in current] if len(terms) > len(current) else []
    followed = [(before, term) for before, term in pairs if before is not None]
    ends = [term.term_end for term in current if term.term_end and not rolling(term, rules)]
    ahead = [(end - as_of).days for end in ends if end >= as_of]
    starts = [term.term_start for term in current]
    return TermMeasures(
        days_to_renewal=float(min(ahead)) if ahead else NOT_APPLICABLE,
        days_into_term=float((as_of - max(starts)).days) if starts else NOT_APPLICABLE,
        mrr_change_pct=_change([(before.mrr_minor, term.mrr_minor) for before, term in followed]),
        seats_change_pct=_change([(before.seats, term.seats) for before, term in followed]),
        price_change_pct=_change([(term.mrr_minor, term.renewal_mrr_minor) for term in current]),
        account_age_days=None if started is None else float((as_of - started).days),
        in_trial=float(any(_on_trial(term, as_of) for term in current)),
        cancelling=float(any(term.cancel_at_period_end for term in current)),
    )


def _before(term: Term, terms: Sequence[Term]) -> Term | None:
    earlier = [
        other
        for other in terms
        if other.subscription_id == term.subscription_id and other.term_start < term.term_start
    ]
    return max(earlier, key=lambda other: other.term_start, default=None)


def _change(pairs: Sequence[tuple[int | None, int | None]]) -> Input:
    """Return the change of the sum in per cent, over pairs of which both sides are known."""
    both = [(old, new) for old, new in pairs if old is not None and new is not None]
    old = sum(old for old, _ in both)
    return 100.0 * sum(new for _, new in both) / old - 100.0 if old else NOT_APPLICABLE


def _on_trial(term: Term, as_of: date) -> bool:
    return term.status == "trialing" or (term.trial_end is not None and term.trial_end > as_of)
