"""Letters: which of them a customer must get, which may stay away, and when renewals are announced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from health.nudge_rules import ACTIVATION as ACTIVATION_STEPS
from health.nudge_rules import (
    CHAMPIONS,
    EXPIRED,
    INVITE,
    SPOTLIGHT,
    TRAINING,
    UNUSED,
    UPGRADE,
    WELCOME,
)
from health.surveys import ACTIVATION, NPS, RENEWAL

NOTICE, NUDGE = "notice", "nudge"
"""A notice tells what the customer has to know in time and is never held back; a nudge suggests something."""
SURVEYS: Mapping[str, str] = {
    ACTIVATION: "survey_activation",
    RENEWAL: "survey_renewal",
    NPS: "survey_nps",
}
"""The letter that asks each kind of survey."""
SURVEY_LETTERS = frozenset(SURVEYS.values())
START_TOPIC, PLAN_TOPIC, TIPS_TOPIC, SURVEY_TOPIC = "getting_started", "plan", "tips", "surveys"
_TOPICS: Mapping[str, str] = {
    WELCOME: START_TOPIC,
    ACTIVATION_STEPS: START_TOPIC,
    INVITE: START_TOPIC,
    UNUSED: PLAN_TOPIC,
    UPGRADE: PLAN_TOPIC,
    TRAINING: TIPS_TOPIC,
    SPOTLIGHT: TIPS_TOPIC,
    CHAMPIONS: TIPS_TOPIC,
}
"""The topics of nudges that share one with others of their kind."""
LETTERS: Mapping[str, str] = {
    "failed_payment": NOTICE,
    "approaching_limit": NUDGE,
    "renewal": NOTICE,
    **dict.fromkeys(SURVEYS.values(), NUDGE),
    **dict.fromkeys(_TOPICS, NUDGE),
    EXPIRED: NOTICE,
}
"""Every letter by its template, and which of the two it is."""


@dataclass(frozen=True, slots=True)
class LetterRule:
    """Which customers get a renewal letter with which windows, and what it must state.

    Empty ``countries``, ``regions`` and ``customer_types`` hold for all. ``between`` are the most and the
    fewest days before the term's end that a letter may leave; what it ``needs`` are its fields by name.
    """

    name: str
    windows: tuple[int, ...]
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    customer_types: tuple[str, ...] = ()
    term_days_min: int = 0
    auto_renew: bool | None = None
    between: tuple[int, int] | None = None
    needs: tuple[str, ...] = ()

    def allows(self, days_ahead: int) -> bool:
        """Tell whether a letter may leave so many days before the term's end."""
        return self.between is None or self.between[1] <= days_ahead <= self.between[0]


class Customer(NamedTuple):
    """What rules ask of a customer and their term; empty or `None` where nobody knows."""

    country: str
    region: str
    customer_type: str
    term_days: int | None
    auto_renew: bool | None


def rule_for(rules: Sequence[LetterRule], customer: Customer) -> LetterRule | None:
    """Return the first rule that holds for a customer; `None` where none does, or it is in doubt.

    It is in doubt where something that a rule asks is not known and all else fits: the letter that a law
    asks for is then no more sent than one that it forbids.
    """
    for rule in rules:
        fits = _fits(rule, customer)
        if fits is not False:
            return rule if fits else None
    return None


def _fits(rule: LetterRule, customer: Customer) -> bool | None:
    """Say whether a rule holds for a customer; `None` if nobody knows."""
    answers = (
        _one_of(customer.country, rule.countries),
        _one_of(customer.region, rule.regions),
        _one_of(customer.customer_type, rule.customer_types),
        _at_least(customer.term_days, rule.term_days_min),
        _same(customer.auto_renew, rule.auto_renew),
    )
    if False in answers:
        return False
    return None if None in answers else True


def _one_of(value: str, wanted: Sequence[str]) -> bool | None:
    if not wanted:
        return True
    return value.casefold() in {each.casefold() for each in wanted} if value else None


def _at_least(value: int | None, least: int) -> bool | None:
    if not least:
        return True
    return None if value is None else value >= least


def _same(value: bool | None, wanted: bool | None) -> bool | None:  # noqa: FBT001 - what is compared
    if wanted is None:
        return True
    return None if value is None else value == wanted


def topic(template: str) -> str:
    """Return what a person consents to with a letter: one topic for all of a kind, else one of its own."""
    return SURVEY_TOPIC if template in SURVEY_LETTERS else _TOPICS.get(template, template)
