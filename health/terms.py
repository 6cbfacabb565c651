"""Terms: which are in force, and what changed since the one before."""

from collections.abc import Sequence
from datetime import date

from health.features import Features, Term
from health.nouns import NOT_APPLICABLE, Input
from health.policy import RenewalRules
from health.rules import TermMeasures

BY_CONSUMPTION, HYBRID = "usage", "hybrid"
_BY_USE = (BY_CONSUMPTION, HYBRID)
_ALL = 100.0

UNKNOWN = TermMeasures(*[None] * len(TermMeasures._fields))
"""What is known where no source states subscriptions."""


def in_force(terms: Sequence[Term], as_of: date, rules: RenewalRules) -> list[Term]:
    """Return the terms in force at the start of ``as_of``.

    A term is in force on [term_start, term_end), and for the days of grace after it where it renews by
    itself and no successor is known. Of terms of one subscription that overlap the later one counts.
    """
    found = [
        term
        for term in terms
        if term.term_start <= as_of
        and term.status not in rules.ended
        and ((term.term_end is not None and as_of < term.term_end) or _lasts(term, terms, as_of, rules))
    ]
    return _latest_of_each(found) if len(found) > 1 else found


def _latest_of_each(terms: Sequence[Term]) -> list[Term]:
    """Return of each subscription the term that started last: one told twice, or overlapping, counts once."""
    latest: dict[str, Term] = {}
    for term in terms:
        known = latest.get(term.subscription_id)
        if known is None or term.term_start > known.term_start:
            latest[term.subscription_id] = term
    return list(latest.values())


def _lasts(term: Term, terms: Sequence[Term], as_of: date, rules: RenewalRules) -> bool:
    """Say whether a term that ended within the days of grace, or has no end, is still the last one."""
    if term.term_end is not None:
        graced = (as_of - term.term_end).days < rules.grace_days
        if not graced or not term.auto_renew:
            return False
    return not any(_follows(other, term, as_of) for other in terms)


def _follows(other: Term, term: Term, as_of: date) -> bool:
    same = other.subscription_id == term.subscription_id
    return same and term.term_start < other.term_start <= as_of


def licence_model(current: Sequence[Term]) -> str | None:
    """Return how an account is sold to, as its first term in force has it.

    ``hybrid`` where one of the terms is, or one is by consumption and another is not.
    """
    if len(current) <= 1:
        return current[0].licence_model if current else None
    models = {term.licence_model for term in current}
    mixed = HYBRID in models or (BY_CONSUMPTION in models and len(models) > 1)
    return HYBRID if mixed else current[0].licence_model


def seat_share_pct(current: Sequence[Term]) -> Input:
    """Return the share of the recurring revenue that terms bring which are not sold by consumption.

    Unknown where a term in force has some of both, states no revenue, or states it in another currency.
    """
    if not current:
        return NOT_APPLICABLE
    for term in current:
        if term.licence_model in _BY_USE:
            return _seat_share_pct(current)
    return _ALL


def _seat_share_pct(current: Sequence[Term]) -> Input:
    models = {term.licence_model for term in current}
    if models == {BY_CONSUMPTION}:
        return 0.0
    if HYBRID in models or len({term.currency for term in current}) > 1:
        return None
    stated = [(monthly_minor(term), term.licence_model == BY_CONSUMPTION) for term in current]
    amounts = [minor for minor, _ in stated if minor is not None]
    if len(amounts) < len(stated) or not sum(amounts):
        return None
    return _ALL * sum(minor or 0 for minor, by_use in stated if not by_use) / sum(amounts)


def rolling(term: Term, rules: RenewalRules) -> bool:
    """Say whether the term renews by itself so often that the calendar means nothing."""
    if not term.auto_renew or term.term_end is None:
        return False
    return (term.term_end - term.term_start).days <= rules.rolling_days


def recurring_minor(term: Term, as_of: date) -> int | None:
    """Return a term's recurring revenue a month: 0 while it is a trial, else as `monthly_minor`."""
    return 0 if on_trial(term, as_of) else monthly_minor(term)


def monthly_minor(term: Term) -> int | None:
    """Return a term's price a month; unknown where it states none, or less than none."""
    return term.mrr_minor if term.mrr_minor is None or term.mrr_minor >= 0 else None


def started_on(features: Features, as_of: date) -> date | None:
    """Return the earliest of the first term and the first use; when neither is known, the creation.

    What lies after ``as_of`` does not count.
    """
    earliest = features.first_used_on
    if earliest is not None and earliest > as_of:
        earliest = None
    for term in features.terms:
        if term.term_start <= as_of and (earliest is None or term.term_start < earliest):
            earliest = term.term_start
    return earliest or features.created_on


def term_measures(
    terms: Sequence[Term], current: Sequence[Term], started: date | None, as_of: date, rules: RenewalRules
) -> TermMeasures:
    """Return what the terms say; ``current`` are those in force."""
    renewed = _renewed(terms, current)
    mrr_change, seats_change = _changes(renewed)
    trial, cancelling = False, False
    for term in current:
        trial = trial or on_trial(term, as_of)
        cancelling = cancelling or term.cancel_at_period_end
    return TermMeasures(
        _days_to_renewal(current, as_of, rules),
        float((as_of - _told_from(renewed, current, seats_change)).days) if current else NOT_APPLICABLE,
        mrr_change,
        seats_change,
        _change([(term.mrr_minor, term.renewal_mrr_minor) for term in current]),
        None if started is None else float((as_of - started).days),
        float(trial),
        float(cancelling),
        seat_share_pct(current),
        NOT_APPLICABLE,  # of the fleet's pulse: `health.cohorts`
    )


def _days_to_renewal(current: Sequence[Term], as_of: date, rules: RenewalRules) -> Input:
    nearest: date | None = None
    for term in current:
        end = term.term_end
        if end and end >= as_of and (nearest is None or end < nearest) and not rolling(term, rules):
            nearest = end
    return float((nearest - as_of).days) if nearest else NOT_APPLICABLE


def _renewed(terms: Sequence[Term], current: Sequence[Term]) -> Sequence[tuple[Term, Term]]:
    """Return the terms in force that follow another of their subscription, each after the one before it."""
    if len(terms) == len(current):
        return ()
    return [(before, term) for term in current if (before := _before(term, terms)) is not None]


def _told_from(renewed: Sequence[tuple[Term, Term]], current: Sequence[Term], seats_change: Input) -> date:
    """Return the start of the youngest term that renews another; where seats changed, of one that did so too.

    A subscription that just renewed as it was says nothing of when another lost its seats.
    """
    if not isinstance(seats_change, float) or len(renewed) == 1:
        return max([term.term_start for _, term in renewed] or [term.term_start for term in current])
    alike = [
        term.term_start
        for before, term in renewed
        if before.seats is not None and term.seats is not None
        if (term.seats - before.seats) * seats_change > 0
    ]
    return max(alike or [term.term_start for _, term in renewed])


def _changes(renewed: Sequence[tuple[Term, Term]]) -> tuple[Input, Input]:
    """Return the changes of revenue and seats against the terms before those in force.

    Revenue of two currencies is not compared: without a rate nobody knows how it changed.
    """
    if not renewed:
        return NOT_APPLICABLE, NOT_APPLICABLE
    return (
        _change([(old.mrr_minor, new.mrr_minor) for old, new in renewed if old.currency == new.currency]),
        _change([(before.seats, term.seats) for before, term in renewed]),
    )


def _before(term: Term, terms: Sequence[Term]) -> Term | None:
    earlier = [
        other
        for other in terms
        if other.subscription_id == term.subscription_id and other.term_start < term.term_start
    ]
    return max(earlier, key=lambda other: other.term_start, default=None)


def _change(pairs: Sequence[tuple[int | None, int | None]]) -> Input:
    """Return the change of the sum in per cent, over pairs of which both sides are known.

    An amount below 0 is none that anybody agreed on.
    """
    before = after = 0
    for old, new in pairs:
        if old is not None and new is not None and old >= 0 <= new:
            before += old
            after += new
    return 100.0 * after / before - 100.0 if before else NOT_APPLICABLE


def on_trial(term: Term, as_of: date) -> bool:
    """Say whether nothing is paid for a term yet: its price is what it would bring."""
    return term.status == "trialing" or (term.trial_end is not None and term.trial_end > as_of)
