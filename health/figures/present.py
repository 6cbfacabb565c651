"""Present: figures of the book as it stands on a day, told account by account and added up.

Each is told of one account at a time, in parts that `health.figures.parts` adds up.
"""

from collections.abc import Callable, Mapping, Sequence

from health.figures.book import (
    MONTH_DAYS,
    NO_CURRENCY,
    YEAR_DAYS,
    Known,
    Moment,
    Present,
    Results,
)
from health.figures.capacity import over_provisioned, quota_use
from health.figures.consumption import BY_SEAT, against_commitment, blend, pace
from health.figures.consumption import Part as OfPlan
from health.figures.friction import per_hundred, ticket_topics
from health.figures.money import Amounts, converted
from health.figures.parts import Parts
from health.figures.present_people import OF_PEOPLE
from health.figures.present_seats import OF_SEATS, users_now
from health.figures.present_start import OF_START
from health.figures.renewed import late_renewals, outcomes_by_window, proactive, renewal_rate
from health.figures.revenue import downsizing_risk, mrr, retention, revenue_at_risk
from health.figures.share import Share, portion, share
from health.figures.standing import standing, standing_licences
from health.figures.surveys import nps, scores
from health.figures.validations import (
    daily_active,
    failures_by_country,
    failures_by_type,
    silent_accounts,
    validation_trend,
)
from health.nouns import Input
from health.records import Outcome, Subscription

_BASELINE_DAYS = 56


def _daily_active_validations(known: Known, at: Moment) -> Parts:
    return {"": daily_active(known.validations, at.last(1).first)}


def _silent_accounts(known: Known, at: Moment) -> Parts:
    """Nothing of accounts without a licence in force: they are to have no validation."""
    wanted = [known.account] if standing_licences(known.licences, at.as_of, at.rules) else []
    return {"": silent_accounts(known.validations, wanted, at.as_of)} if wanted else {}


def _validation_failures(known: Known, at: Moment) -> Parts:
    days = at.last(MONTH_DAYS)
    every = sum(row.times for row in known.validations if days.has(row.day))
    found = failures_by_type(known.validations, days, {})
    return {"": every, **{failure.outcome: failure.times for failure in found}} if every else {}


def _of_all(found: Results, _accounts: int, _segment: str, _at: Moment) -> Results:
    """Return the failures of each type as a share of all validations, the most frequent first."""
    times = {outcome: count for outcome, count in found.items() if isinstance(count, int)}
    every = times.pop("", 0)
    order = sorted(times, key=lambda outcome: (-times[outcome], outcome))
    return {outcome: share(times[outcome], every) for outcome in order}


def _failures_by_country(known: Known, at: Moment) -> Parts:
    return dict(failures_by_country(known.validations, at.last(MONTH_DAYS)))


def _quota_use(known: Known, _at: Moment) -> Parts:
    return {
        quota: tuple(each.pct for each in uses.values() if isinstance(each.pct, float))
        for quota, uses in quota_use(known.limits).items()
    }


def _by_currency(amounts: Amounts) -> Parts:
    return {code or NO_CURRENCY: minor for code, minor in amounts.items()}


def _mrr(known: Known, at: Moment) -> Parts:
    return _by_currency(mrr(known.subscriptions, at.as_of, at.rules))


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


def _settled(known: Known, at: Moment) -> tuple[Sequence[Subscription], Sequence[Outcome]]:
    """Return terms that began and outcomes that came before the day: later ones are not known on it."""
    return (
        [term for term in known.subscriptions if term.term_start < at.as_of],
        [outcome for outcome in known.outcomes if outcome.at < at.as_of],
    )


def _renewal_rate(known: Known, at: Moment) -> Parts:
    found = renewal_rate(*_settled(known, at), at.last(YEAR_DAYS), at.rules, currency="")
    return {"terms": found.terms, "without an outcome": found.open} if found.terms.whole or found.open else {}


def _late_renewals(known: Known, at: Moment) -> Parts:
    return {"": late_renewals(*_settled(known, at), at.last(YEAR_DAYS), at.rules).late}


def _proactive(known: Known, at: Moment) -> Parts:
    return {"": proactive(known.subscriptions, known.conversations, at.last(YEAR_DAYS))}


def _nps(known: Known, at: Moment) -> Parts:
    """The score is the first less the second."""
    found = nps(known.surveys, at.last(YEAR_DAYS))
    answers = found.promoters + found.passives + found.detractors
    return {"promoters": share(found.promoters, answers), "detractors": share(found.detractors, answers)}


def _rated(kind: str) -> Callable[[Known, Moment], Parts]:
    return lambda known, at: {"": tuple(scores(known.surveys, kind, at.last(YEAR_DAYS)))}


def _validation_trend(known: Known, at: Moment) -> Parts:
    """Keys a day of the last two weeks, as a share of those a day of the six weeks before."""
    found = validation_trend(known.validations, at.as_of)
    counted = found.per_day or found.baseline_per_day
    return {"": portion(found.per_day, found.baseline_per_day)} if counted else {}


def _quota_left_unused(known: Known, at: Moment) -> Parts:
    limits = known.limits_over_time
    return dict(over_provisioned(limits, known.subscriptions, at.as_of, at.rules))


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


def _mrr_converted(known: Known, at: Moment) -> Parts:
    amounts = mrr(known.subscriptions, at.as_of, at.rules)
    found = converted(amounts, at.currency, at.as_of, at.rates, at.decimals)
    left = {f"without a rate: {code or NO_CURRENCY}": amounts[code] for code in found.unrated}
    return {at.currency: found.minor, **left} if len(left) < len(amounts) else left


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


def _outcomes_by_window(known: Known, at: Moment) -> Parts:
    found = outcomes_by_window(*_settled(known, at), at.last(YEAR_DAYS), at.rules)
    return {
        f"{window}, {said}": times for window, of_window in found.items() for said, times in of_window.items()
    }


def _ticket_topics(known: Known, at: Moment) -> Parts:
    found = ticket_topics(known.tickets, at.last(MONTH_DAYS), 1)
    topics = {topic: int(told.total) for topic, told in found.items()}
    return {"": sum(topics.values()), **topics}


def _per_hundred(found: Results, accounts: int, _segment: str, _at: Moment) -> Results:
    times = {topic: count for topic, count in found.items() if isinstance(count, int)}
    order = sorted(times, key=lambda topic: (-times[topic], topic))
    return {topic: per_hundred(times[topic], accounts) for topic in order}


_TERMS = ("subscriptions",)
_ENDS = ("subscriptions", "outcomes")
_CONSUMED = ("subscriptions", "usage")
_SURVEYS = ("surveys",)

PRESENT: Mapping[str, Present] = {
    **OF_SEATS,
    **OF_PEOPLE,
    **OF_START,
    "daily_active_validations": Present(("validations",), _daily_active_validations, 1),
    "validation_trend": Present(("validations",), _validation_trend, _BASELINE_DAYS),
    "silent_accounts": Present(("licences", "validations"), _silent_accounts),
    "validation_failures": Present(("validations",), _validation_failures, whole=_of_all),
    "validation_failures_by_country": Present(("validations",), _failures_by_country),
    "quota_use": Present(("limits",), _quota_use),
    "quota_use_by_plan": Present(("limits",), _quota_use, by="plan"),
    "over_provisioned": Present(("subscriptions", "limits_over_time"), _quota_left_unused),
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
    "renewal_rate": Present(_ENDS, _renewal_rate),
    "late_renewals": Present(_ENDS, _late_renewals),
    "outcomes_by_window": Present(_ENDS, _outcomes_by_window),
    "proactive_conversations": Present(("subscriptions", "conversations"), _proactive),
    "ticket_topics": Present(("tickets",), _ticket_topics, whole=_per_hundred),
    "net_promoter_score": Present(_SURVEYS, _nps),
    "csat": Present(_SURVEYS, _rated("csat")),
    "activation_ease": Present(_SURVEYS, _rated("activation_ease")),
    "renewal_confidence_rating": Present(_SURVEYS, _rated("renewal_confidence")),
    "expected_return": Present(_SURVEYS, _rated("roi_expected")),
}
"""The figures that can be told account by account, by the name of their entry in the catalogue."""
