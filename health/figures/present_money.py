"""What an account pays and uses of it, in parts that are added up over the book. Minor units, by currency."""

from collections.abc import Mapping

from health.figures.book import NO_CURRENCY, YEAR_DAYS, Known, Moment, Present
from health.figures.consumption import BY_SEAT, against_commitment, blend, pace
from health.figures.consumption import Part as OfPlan
from health.figures.money import Amounts, converted
from health.figures.parts import Parts
from health.figures.present_seats import users_now
from health.figures.revenue import downsizing_risk, mrr, retention, revenue_at_risk
from health.figures.share import Share, share
from health.figures.standing import standing
from health.nouns import Input
from health.records import Subscription


def _by_currency(amounts: Amounts) -> Parts:
    return {code or NO_CURRENCY: minor for code, minor in amounts.items()}


def _mrr(known: Known, at: Moment) -> Parts:
    return _by_currency(mrr(known.subscriptions, at.as_of, at.rules))


def _mrr_converted(known: Known, at: Moment) -> Parts:
    amounts = mrr(known.subscriptions, at.as_of, at.rules)
    found = converted(amounts, at.currency, at.as_of, at.rates, at.decimals)
    left = {f"without a rate: {code or NO_CURRENCY}": amounts[code] for code in found.unrated}
    return {at.currency: found.minor, **left} if len(left) < len(amounts) else left


def _revenue_at_risk(known: Known, at: Moment) -> Parts:
    return _by_currency(revenue_at_risk(known.subscriptions, at.as_of, at.rules))


def _retained(known: Known, at: Moment) -> Mapping[str, tuple[Share, Share]]:
    """Return gross and net retention over a year, by currency: rates change neither of them."""
    opening_on = at.last(YEAR_DAYS).first
    codes = {term.currency or "" for term in standing(known.subscriptions, opening_on, at.rules, at.as_of)}
    found = {
        code: retention(
            [term for term in known.subscriptions if (term.currency or "") == code],
            opening_on=opening_on,
            closing_on=at.as_of,
            currency=code,
            rates=(),
            rules=at.rules,
        )
        for code in codes
    }
    return {code or NO_CURRENCY: (each.gross, each.net) for code, each in found.items()}


def _gross(known: Known, at: Moment) -> Parts:
    return {code: gross for code, (gross, _) in _retained(known, at).items()}


def _net(known: Known, at: Moment) -> Parts:
    return {code: net for code, (_, net) in _retained(known, at).items()}


def _fx_effect(known: Known, at: Moment) -> Parts:
    """Of accounts whose revenue of a year ago and of today can be put into the one currency."""
    found = retention(
        known.subscriptions,
        opening_on=at.last(YEAR_DAYS).first,
        closing_on=at.as_of,
        currency=at.currency,
        rates=at.rates,
        rules=at.rules,
        decimals=at.decimals,
    )
    return {at.currency: found.fx_minor} if found.opening_minor else {}


def _downsizing_risk(known: Known, at: Moment) -> Parts:
    users = users_now(known, at)
    active = {} if users is None else {known.account: users}
    return _by_currency(downsizing_risk(known.subscriptions, active, at.as_of, at.rules))


def _by_use(known: Known, at: Moment) -> list[Subscription]:
    terms = standing(known.subscriptions, at.as_of, at.rules)
    return [term for term in terms if term.licence_model not in {None, BY_SEAT}]


def _pace(known: Known, at: Moment) -> Parts:
    """By the first term that is not by the seat: what an account consumes is not stated by the term."""
    term = next(iter(_by_use(known, at)), None)
    found = term and pace(term, known.usage, at.as_of)
    return {"": found} if isinstance(found, Share) else {}


def _against_commitment(known: Known, at: Moment) -> Parts:
    term = next(iter(_by_use(known, at)), None)
    found = term and against_commitment(term, known.usage, at.as_of)
    return {"": found} if isinstance(found, Share) else {}


def _hybrid_use(known: Known, at: Moment) -> Parts:
    """Of accounts whose terms are not all by the seat, nor all by use."""
    terms = standing(known.subscriptions, at.as_of, at.rules)
    models = {term.licence_model or BY_SEAT for term in terms}
    if models <= {BY_SEAT} or models <= {"usage"}:
        return {}
    plan = [OfPlan(each.subscription_id, each.mrr_minor or 0, _used(each, known, at)) for each in terms]
    found = blend(plan)
    return {"": (found.used_pct,)} if isinstance(found.used_pct, float) else {}


def _used(term: Subscription, known: Known, at: Moment) -> Input:
    """Return how well a term is used: its seats by users, what it commits to by consumption, or both."""
    users, committed = users_now(known, at), against_commitment(term, known.usage, at.as_of)
    shares = [share(users, term.seats)] if users is not None and term.seats else []
    shares += [committed] if isinstance(committed, Share) else []
    known_pct = [each.pct for each in shares if isinstance(each.pct, float)]
    return sum(known_pct) / len(known_pct) if known_pct else None


_TERMS = ("subscriptions",)
_CONSUMED = ("subscriptions", "usage")

OF_MONEY: Mapping[str, Present] = {
    "consumption_pace": Present(_CONSUMED, _pace, 2 * YEAR_DAYS),
    "consumption_against_commitment": Present(_CONSUMED, _against_commitment, YEAR_DAYS),
    "hybrid_use": Present((*_CONSUMED, "seats", "people"), _hybrid_use, YEAR_DAYS),
    "mrr": Present(_TERMS, _mrr),
    "mrr_converted": Present(_TERMS, _mrr_converted),
    "revenue_at_risk": Present(_TERMS, _revenue_at_risk),
    "gross_revenue_retention": Present(_TERMS, _gross),
    "net_revenue_retention": Present(_TERMS, _net),
    "fx_effect": Present(_TERMS, _fx_effect),
    "downsizing_risk": Present(("subscriptions", "seats", "people", "usage"), _downsizing_risk),
}
"""By the name of the entry in the catalogue."""
