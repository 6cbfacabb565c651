"""As if: an account as it would be if a letter were owed to it today, whatever the letter's rule waits for.

The facts are the account's own; only conditions are taken for met. What a letter cannot do without is never
made up: it is named, with where it would come from.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from typing import NamedTuple

from health.nouns import Signal
from health.nudge_rules import (
    ACTIVATION,
    CHAMPIONS,
    EXPIRED,
    INVITE,
    SPOTLIGHT,
    TRAINING,
    UNUSED,
    UPGRADE,
    WELCOME,
    ExpiredRule,
    InviteRule,
    NudgeRules,
    UnusedRule,
)
from health.nudges import Due, Known, outgrown, progress, untried
from health.service import failing


class Fact(NamedTuple):
    """Something that a letter cannot do without: what it is, and where it would come from."""

    what: str
    where: str


class Supposed(NamedTuple):
    """A letter that is taken for due, and what it is worded by."""

    due: Due
    known: Known
    rules: NudgeRules


FAILED_PAYMENT, LIMIT, RENEWING = "failed_payment", "approaching_limit", "renewal"
_ANY = -(10**9)
"""Fewer seats than any account lacks."""
_SEATS = Fact("paid seats", "`seats` of subscriptions.csv, or a billing system")
_USED = Fact("how many people use it by now", "`active_users_30d` of usage.csv, or what tracks use")
_GIVEN = Fact("how many seats were given out", "seats.csv, or what lists users")
_INVOICE = Fact("an invoice with its amount", "payments.csv, or a billing system")
_LIMIT = Fact("a limit, and how much of it is used", "limits.csv; of seats subscriptions.csv and usage.csv")
_TERM = Fact("the end of its term", "`term_end` of subscriptions.csv, or a billing system")
_PRICE = Fact(
    "the seats or the price of its term", "`seats` and `mrr` of subscriptions.csv, or a billing system"
)
_BOUGHT = Fact("a subscription that is in force", "subscriptions.csv, or a billing system")
_STEPS = Fact("steps of activation that were tried", "activation_steps.csv")
_LEFT = Fact("a step that is left: all of yours are done", "`finish_activation` in nudges.yaml")
_TRIES = Fact(
    "a refused request, or a try of what is not in the plan, in the last 30 days",
    "`rate_limit_hits` and `locked_feature_attempts` of usage.csv",
)
_LICENCE = Fact("a licence with the day on which it expires", "licences.csv, or a licensing system")


def supposed(letter: str, known: Known, rules: NudgeRules) -> Supposed | Fact:
    """Return what a letter is worded by as if it were due; else the first fact that is missing for it."""
    rules = replace(  # these need no words of a company's own
        rules,
        invite_team=rules.invite_team or InviteRule(),
        unused_seats=rules.unused_seats or UnusedRule(),
        licence_expired=rules.licence_expired or ExpiredRule(),
    )
    if not getattr(rules, letter, True):
        return Fact("your own words and links for it", f"`{letter}` in nudges.yaml")
    return _SUPPOSED[letter](known, rules) if letter in _SUPPOSED else _as_it_is(letter)(known, rules)


_Suppose = Callable[[Known, NudgeRules], Supposed | Fact]


def _as_it_is(letter: str) -> _Suppose:
    return lambda known, rules: Supposed(Due(letter, ""), known, rules)


def _failed_payment(known: Known, rules: NudgeRules) -> Supposed | Fact:
    """Suppose that the latest invoice could not be collected, where there is none of which that is so."""
    as_of = known.assessment.as_of
    stated = [each for each in known.features.payments if each.amount_minor is not None and each.currency]
    failed = any(failing(each, as_of) and each.status != "uncollectible" for each in stated)
    latest = max(stated, key=lambda each: each.due_on, default=None)
    if latest is None:
        return _INVOICE
    payments = stated if failed else [replace(latest, status="failed", paid_on=None)]
    features = replace(known.features, payments=tuple(payments))
    return Supposed(Due(FAILED_PAYMENT, ""), known._replace(features=features), rules)


def _limit(known: Known, rules: NudgeRules) -> Supposed | Fact:
    used, allowed = known.figure("nearest_used"), known.figure("nearest_allowed")
    unit = known.assessment.facts.get("nearest_limit")
    return Supposed(Due(LIMIT, ""), known, rules) if unit and used is not None and allowed else _LIMIT


def _renewal(known: Known, rules: NudgeRules) -> Supposed | Fact:
    if not known.assessment.facts.get("renewal_on"):
        return _TERM
    has = any(known.figure(name) is not None for name in ("seats", "mrr_minor"))
    return Supposed(Due(RENEWING, ""), known, rules) if has else _PRICE


def _welcome(known: Known, rules: NudgeRules) -> Supposed | Fact:
    """Suppose that the newest of what was bought was bought today, and nothing before it."""
    newest = max(known.purchases, key=lambda each: (each.bought_on, each.subscription), default=None)
    if newest is None:
        return _BOUGHT
    today = known.assessment.as_of
    bought = known._replace(purchases=[newest._replace(bought_on=today)], begun={WELCOME: today})
    return Supposed(Due(WELCOME, newest.subscription), bought, rules)


def _activation(known: Known, rules: NudgeRules) -> Supposed | Fact:
    found = progress(known, rules.finish_activation) if rules.finish_activation else None
    if found is None:
        return _STEPS
    return Supposed(Due(ACTIVATION, ""), known, rules) if found.left else _LEFT


def _invite(known: Known, rules: NudgeRules) -> Supposed | Fact:
    missing = _missing(known, seats=_SEATS, assigned_seats=_GIVEN)
    rule = rules.invite_team and replace(rules.invite_team, given_out_pct=inf, seats_min=_ANY)
    return missing or Supposed(Due(INVITE, ""), known, replace(rules, invite_team=rule))


def _unused(known: Known, rules: NudgeRules) -> Supposed | Fact:
    missing = _missing(known, seats=_SEATS, active_users=_USED)
    rule = rules.unused_seats and replace(rules.unused_seats, below_pct=inf, seats_min=_ANY)
    return missing or Supposed(Due(UNUSED, ""), known, replace(rules, unused_seats=rule))


def _training(known: Known, rules: NudgeRules) -> Supposed | Fact:
    missing = _missing(known, assigned_seats=_GIVEN, active_users=_USED)
    if not missing and not known.figure("assigned_seats"):
        missing = _GIVEN
    rule = rules.training_invitation and replace(rules.training_invitation, adopted_pct=inf, people_min=1)
    return missing or Supposed(Due(TRAINING, ""), known, replace(rules, training_invitation=rule))


def _missing(known: Known, **facts: Fact) -> Fact | None:
    """Return the first of some facts that no figure of that name tells, nor does it of no seats at all."""
    return next((fact for name, fact in facts.items() if not _told(known, name)), None)


def _told(known: Known, name: str) -> bool:
    figure = known.figure(name)
    return figure is not None and (figure > 0 or name != "seats")


def _upgrade(known: Known, rules: NudgeRules) -> Supposed | Fact:
    """Suppose that what was refused and tried speaks for a larger plan, and no seats do before it."""
    room = tuple(Signal(kind, "expansion", "") for kind in ("throughput", "interest"))
    known = known._replace(assessment=replace(known.assessment, signals=room))
    return Supposed(Due(UPGRADE, ""), known, rules) if any(outgrown(known)) else _TRIES


def _spotlight(known: Known, rules: NudgeRules) -> Supposed | Fact:
    """Suppose that nobody uses a feature: the first that nobody does, else the first of all."""
    rule = rules.feature_spotlight
    features = (untried(known, rule) or rule.features) if rule else ()
    return Supposed(Due(SPOTLIGHT, features[0].metric), known, rules)


def _expired(known: Known, rules: NudgeRules) -> Supposed | Fact:
    """Suppose that what expired last has not been replaced; else that what expires next does so today."""
    today = known.assessment.as_of
    days = [each.expires_on for each in known.licences if each.expires_on and not each.ended]
    if not days:
        return _LICENCE
    on = max((day for day in days if day <= today), default=min(days))
    over = [
        each._replace(expires_on=min(on, today))
        for each in known.licences
        if each.expires_on == on and not each.ended
    ]
    rule = ExpiredRule(within_days=(today - min(on, today)).days + 1)
    due = Due(EXPIRED, min(on, today).isoformat())
    return Supposed(due, known._replace(licences=over), replace(rules, licence_expired=rule))


_SUPPOSED: Mapping[str, _Suppose] = {
    FAILED_PAYMENT: _failed_payment,
    LIMIT: _limit,
    RENEWING: _renewal,
    WELCOME: _welcome,
    ACTIVATION: _activation,
    INVITE: _invite,
    UNUSED: _unused,
    TRAINING: _training,
    UPGRADE: _upgrade,
    SPOTLIGHT: _spotlight,
    CHAMPIONS: _as_it_is(CHAMPIONS),
    EXPIRED: _expired,
}
"""The letters that go by facts; a survey asks whoever it is sent to."""
