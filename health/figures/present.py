"""Present: figures of the book as it stands on a day, told account by account and added up.

Each is told of one account at a time, in parts that `health.figures.parts` adds up.
"""

from collections.abc import Callable, Mapping, Sequence

from health.figures.book import (
    MONTH_DAYS,
    YEAR_DAYS,
    Known,
    Moment,
    Present,
    Results,
)
from health.figures.capacity import over_provisioned, quota_use
from health.figures.friction import per_hundred, ticket_topics
from health.figures.parts import Parts
from health.figures.present_money import OF_MONEY
from health.figures.present_people import OF_PEOPLE
from health.figures.present_seats import OF_SEATS
from health.figures.present_start import OF_START
from health.figures.renewed import late_renewals, outcomes_by_window, proactive, renewal_rate
from health.figures.share import Share, mean, portion, share
from health.figures.standing import standing_licences
from health.figures.surveys import nps, rating, scores
from health.figures.validations import (
    daily_active,
    failures_by_country,
    failures_by_type,
    silent_accounts,
    validation_trend,
)
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


def _settled(known: Known, at: Moment) -> tuple[Sequence[Subscription], Sequence[Outcome]]:
    """Return terms that began and outcomes that came before the day: later ones are not known on it."""
    return (
        [term for term in known.subscriptions if term.term_start < at.as_of],
        [outcome for outcome in known.outcomes if outcome.at < at.as_of],
    )


def _renewal_rate(known: Known, at: Moment) -> Parts:
    found = renewal_rate(
        *_settled(known, at),
        at.last(YEAR_DAYS),
        at.rules,
        currency=at.currency,
        rates=at.rates,
        decimals=at.decimals,
    )
    if not found.terms.whole and not found.open:
        return {}
    revenue = {f"revenue in {at.currency}": found.revenue} if found.revenue.whole else {}
    return {"terms": found.terms, **revenue, "without an outcome": found.open}


def _late_renewals(known: Known, at: Moment) -> Parts:
    found = late_renewals(*_settled(known, at), at.last(YEAR_DAYS), at.rules)
    days = found.days.median
    return {"": found.late, **({"days late": (float(days),)} if isinstance(days, (int, float)) else {})}


def _proactive(known: Known, at: Moment) -> Parts:
    return {"": proactive(known.subscriptions, known.conversations, at.last(YEAR_DAYS))}


def _nps(known: Known, at: Moment) -> Parts:
    """The score is the first less the second."""
    found = nps(known.surveys, at.last(YEAR_DAYS))
    answers = found.promoters + found.passives + found.detractors
    return {"promoters": share(found.promoters, answers), "detractors": share(found.detractors, answers)}


def _score(found: Results, _accounts: int, _segment: str, _at: Moment) -> Results:
    """Return the score before what it is made of; of no answer there is none."""
    loud, low = found.get("promoters"), found.get("detractors")
    if not isinstance(loud, Share) or not isinstance(low, Share) or not loud.whole:
        return {}
    return {"score": mean(100 * (loud.part - low.part), int(loud.whole)), **found}


def _rated(kind: str) -> Callable[[Known, Moment], Parts]:
    """Tell the answers as they lie, and how many of them are good: that is what the bands are of."""

    def rated(known: Known, at: Moment) -> Parts:
        days = at.last(YEAR_DAYS)
        return {"": tuple(scores(known.surveys, kind, days)), "good": rating(known.surveys, kind, days).good}

    return rated


def _validation_trend(known: Known, at: Moment) -> Parts:
    """Keys a day of the last two weeks, as a share of those a day of the six weeks before."""
    found = validation_trend(known.validations, at.as_of)
    counted = found.per_day or found.baseline_per_day
    return {"": portion(found.per_day, found.baseline_per_day)} if counted else {}


def _quota_left_unused(known: Known, at: Moment) -> Parts:
    limits = known.limits_over_time
    return dict(over_provisioned(limits, known.subscriptions, at.as_of, at.rules))


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


_ENDS = ("subscriptions", "outcomes")
_SURVEYS = ("surveys",)

PRESENT: Mapping[str, Present] = {
    **OF_SEATS,
    **OF_PEOPLE,
    **OF_START,
    **OF_MONEY,
    "daily_active_validations": Present(("validations",), _daily_active_validations, 1),
    "validation_trend": Present(("validations",), _validation_trend, _BASELINE_DAYS, read=()),
    "silent_accounts": Present(("licences", "validations"), _silent_accounts),
    "validation_failures": Present(("validations",), _validation_failures, whole=_of_all, read=()),
    "validation_failures_by_country": Present(("validations",), _failures_by_country),
    "quota_use": Present(("limits",), _quota_use),
    "quota_use_by_plan": Present(("limits",), _quota_use, by="plan"),
    "over_provisioned": Present(("subscriptions", "limits_over_time"), _quota_left_unused),
    "renewal_rate": Present(_ENDS, _renewal_rate, read=("terms",)),
    "late_renewals": Present(_ENDS, _late_renewals, read=()),
    "outcomes_by_window": Present(_ENDS, _outcomes_by_window),
    "proactive_conversations": Present(("subscriptions", "conversations"), _proactive),
    "ticket_topics": Present(("tickets",), _ticket_topics, whole=_per_hundred),
    "net_promoter_score": Present(_SURVEYS, _nps, whole=_score, read=()),
    "csat": Present(_SURVEYS, _rated("csat"), read=()),
    "activation_ease": Present(_SURVEYS, _rated("activation_ease"), read=()),
    "renewal_confidence_rating": Present(_SURVEYS, _rated("renewal_confidence"), read=()),
    "expected_return": Present(_SURVEYS, _rated("roi_expected"), read=()),
}
"""The figures that can be told account by account, by the name of their entry in the catalogue."""
