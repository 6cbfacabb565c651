"""Present: figures of the book as it stands on a day, told account by account and added up.

Each is told of one account at a time, in parts that `health.figures.parts` adds up.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from health.figures.activation import activation_rate, activation_rate_by, unassisted
from health.figures.capacity import quota_use
from health.figures.days import Span, last_days
from health.figures.licences import active_licences, active_licences_by_plan, licence_trend
from health.figures.parts import Part, Parts
from health.figures.renewed import late_renewals, proactive, renewal_rate
from health.figures.revenue import mrr, retention, revenue_at_risk
from health.figures.share import Share, share
from health.figures.standing import standing, standing_licences
from health.figures.surveys import nps, scores
from health.figures.utilisation import (
    SNAPSHOT_DAYS,
    adopted_by,
    signed_in,
    users_on,
    utilisation_by_account,
)
from health.figures.validations import (
    daily_active,
    failures_by_country,
    failures_by_type,
    silent_accounts,
)
from health.policy import RenewalRules
from health.records import (
    Account,
    Conversation,
    Licence,
    Limit,
    Outcome,
    Seat,
    Subscription,
    Survey,
    Ticket,
    Usage,
    Validation,
)

QUARTER_DAYS, MONTH_DAYS, YEAR_DAYS = 90, 30, 365
NO_CURRENCY = "no currency"


class Known(NamedTuple):
    """The records of one account, by kind as `health.records.SHAPES` names them; others are empty.

    ``accounts`` is at most one: what all sources say of it, merged.
    """

    account: str
    accounts: Sequence[Account] = ()
    subscriptions: Sequence[Subscription] = ()
    licences: Sequence[Licence] = ()
    seats: Sequence[Seat] = ()
    usage: Sequence[Usage] = ()
    validations: Sequence[Validation] = ()
    limits: Sequence[Limit] = ()
    tickets: Sequence[Ticket] = ()
    conversations: Sequence[Conversation] = ()
    surveys: Sequence[Survey] = ()
    outcomes: Sequence[Outcome] = ()


class Moment(NamedTuple):
    """The day a figure is of (its start), and the rules of renewal."""

    as_of: date
    rules: RenewalRules

    def last(self, days: int) -> Span:
        """Return the days before."""
        return last_days(self.as_of, days)


class Present(NamedTuple):
    """A figure that can be told of an account: the kinds of record it needs, and how.

    ``days`` is how far back it looks at what is stated by the day.
    """

    kinds: tuple[str, ...]
    of: Callable[[Known, Moment], Parts]
    days: int = MONTH_DAYS


def _active_licences(known: Known, at: Moment) -> Parts:
    return {"": sum(active_licences(known.subscriptions, known.licences, *at).values())}


def _active_licences_by_plan(known: Known, at: Moment) -> Parts:
    return dict(active_licences_by_plan(known.subscriptions, known.licences, *at))


def _licence_trend(known: Known, at: Moment) -> Parts:
    found = licence_trend(known.subscriptions, known.licences, *at)
    ago = {"a month ago": found.month_ago, "a year ago": found.year_ago}
    parts: dict[str, Part] = {"now": found.now}
    for name, licences in ago.items():
        if licences is None:
            parts[f"accounts not told of {name}"] = 1
        else:
            parts[name] = licences
    return parts


def _adopted_by(by: str) -> Callable[[Known, Moment], Parts]:
    return lambda known, at: dict(adopted_by(by, known.seats, signed_in(known.seats, at.as_of)))


def _activated_by(by: str) -> Callable[[Known, Moment], Parts]:
    return lambda known, at: dict(activation_rate_by(by, known.licences, at.last(YEAR_DAYS), at.as_of))


def _utilisation(known: Known, at: Moment) -> Parts:
    """By the snapshot of users, else by the list of seats, as the measures do; nothing where neither tells.

    What is deployed and adopted the list alone tells: of seats given out, not of users whom somebody saw.
    """
    given = [seat for seat in known.seats if seat.assigned_on is not None or seat.activated_ms is None]
    active = signed_in(known.seats, at.as_of)
    found = utilisation_by_account(known.subscriptions, given, active, at.as_of, at.rules)
    users = users_on(known.usage, at.as_of)
    if users is None and known.seats:
        users = len(active)
    parts: dict[str, Part] = {}
    for each in found.values():
        if users is not None:
            parts["used"] = share(users, each.used.whole)
        if given:
            adopted = share(len(signed_in(given, at.as_of)), each.adopted.whole)
            parts |= {"deployed": each.deployed, "adopted": adopted}
    return parts


def _activation_rate(known: Known, at: Moment) -> Parts:
    return {"": activation_rate(known.licences, at.last(QUARTER_DAYS), at.as_of)}


def _activation_rate_at_7_days(known: Known, at: Moment) -> Parts:
    return {"": activation_rate(known.licences, at.last(QUARTER_DAYS), at.as_of, 7)}


def _unassisted(known: Known, at: Moment) -> Parts:
    return {"": unassisted(known.licences, known.tickets, at.as_of)}


def _daily_active_validations(known: Known, at: Moment) -> Parts:
    return {"": daily_active(known.validations, at.last(1).first)}


def _silent_accounts(known: Known, at: Moment) -> Parts:
    """Nothing of accounts without a licence in force: they are to have no validation."""
    wanted = [known.account] if standing_licences(known.licences, at.as_of, at.rules) else []
    return {"": silent_accounts(known.validations, wanted, at.as_of)} if wanted else {}


def _validation_failures(known: Known, at: Moment) -> Parts:
    found = failures_by_type(known.validations, at.last(MONTH_DAYS), {})
    return {failure.outcome: failure.times for failure in found}


def _failures_by_country(known: Known, at: Moment) -> Parts:
    return dict(failures_by_country(known.validations, at.last(MONTH_DAYS)))


def _quota_use(known: Known, _at: Moment) -> Parts:
    return {
        quota: tuple(each.pct for each in uses.values() if isinstance(each.pct, float))
        for quota, uses in quota_use(known.limits).items()
    }


def _mrr(known: Known, at: Moment) -> Parts:
    return {code or NO_CURRENCY: minor for code, minor in mrr(known.subscriptions, *at).items()}


def _revenue_at_risk(known: Known, at: Moment) -> Parts:
    return {code or NO_CURRENCY: minor for code, minor in revenue_at_risk(known.subscriptions, *at).items()}


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
    return {"terms": found.terms, "without an outcome": found.open}


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


_TERMS = ("subscriptions",)
_SOLD = ("subscriptions", "licences")
_ENDS = ("subscriptions", "outcomes")

PRESENT: Mapping[str, Present] = {
    "active_licences": Present(_SOLD, _active_licences),
    "active_licences_by_plan": Present(_SOLD, _active_licences_by_plan),
    "licence_trend": Present(_SOLD, _licence_trend),
    "utilisation": Present(("subscriptions", "seats", "usage"), _utilisation, SNAPSHOT_DAYS),
    "utilisation_by_department": Present(("seats",), _adopted_by("department")),
    "activation_rate": Present(("licences",), _activation_rate),
    "activation_rate_at_7_days": Present(("licences",), _activation_rate_at_7_days),
    "activation_rate_by_plan": Present(("licences",), _activated_by("plan")),
    "activation_rate_by_cohort": Present(("licences",), _activated_by("month")),
    "activation_unassisted": Present(("licences", "tickets"), _unassisted),
    "daily_active_validations": Present(("validations",), _daily_active_validations, 1),
    "silent_accounts": Present(("licences", "validations"), _silent_accounts),
    "validation_failures": Present(("validations",), _validation_failures),
    "validation_failures_by_country": Present(("validations",), _failures_by_country),
    "quota_use": Present(("limits",), _quota_use),
    "mrr": Present(_TERMS, _mrr),
    "revenue_at_risk": Present(_TERMS, _revenue_at_risk),
    "gross_revenue_retention": Present(_TERMS, _gross),
    "net_revenue_retention": Present(_TERMS, _net),
    "renewal_rate": Present(_ENDS, _renewal_rate),
    "late_renewals": Present(_ENDS, _late_renewals),
    "proactive_conversations": Present(("subscriptions", "conversations"), _proactive),
    "net_promoter_score": Present(("surveys",), _nps),
    "csat": Present(("surveys",), _rated("csat")),
    "activation_ease": Present(("surveys",), _rated("activation_ease")),
    "renewal_confidence_rating": Present(("surveys",), _rated("renewal_confidence")),
    "expected_return": Present(("surveys",), _rated("roi_expected")),
}
"""The figures that can be told account by account, by the name of their entry in the catalogue."""
