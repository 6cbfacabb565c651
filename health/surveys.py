"""Surveys by mail: when a customer is owed one, and when an answer counts.

A survey is one question and a row of numbers. `docs/integrations/mail.md`, "Surveys", tells the rules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from health.features import Features
from health.nouns import Assessment
from health.policy import Policy, SurveyRules
from health.terms import in_force

ACTIVATION, RENEWAL, NPS = "activation_ease", "renewal_confidence", "nps"
SCALES: Mapping[str, tuple[int, int]] = {RENEWAL: (1, 5), ACTIVATION: (1, 5), NPS: (0, 10)}
"""The kinds that are asked by mail, the one that can least wait first, and the ends of each one's scale."""
REST_DAYS = 30
"""An account and a contact are asked once in so many days at most; as long the links of a survey work."""
CHANGE_DAYS = 7
"""So long after the first answer to a survey another one may follow it."""
ASKED_LATELY = "asked_lately"
"""Why a survey is not sent, beside what keeps back every nudge (`health.peace`)."""
KEPT, SAME, CLOSED = "kept", "same", "closed"
"""What becomes of an answer."""

_DAY_MS = 86_400_000


class Due(NamedTuple):
    """A survey that the calendar owes: its kind, and its occasion: the term, or just its kind."""

    kind: str
    occasion: str


class Asked(NamedTuple):
    """A survey that was owed before. ``left`` unless it was kept from leaving."""

    kind: str
    occasion: str
    on: date
    left: bool


class Given(NamedTuple):
    """An answer: its score, and when it was given."""

    score: float
    at_ms: int


def scores(kind: str) -> tuple[int, ...]:
    """Return the numbers that may be answered."""
    low, high = SCALES[kind]
    return tuple(range(low, high + 1))


# -- when one is owed --------------------------------------------------------------------------------


def due(features: Features, assessment: Assessment, policy: Policy) -> Iterator[Due]:
    """Yield the surveys that the calendar owes an account with a term in force; who is asked comes after."""
    rules = policy.surveys
    if not rules.kinds or not in_force(features.terms, assessment.as_of, policy.renewals):
        return
    for kind in SCALES:
        if kind in rules.kinds and _IS_DUE[kind](features, assessment, rules):
            yield Due(kind, assessment.term if kind == RENEWAL else kind)


def first_value_on(features: Features, as_of: date) -> date | None:
    """Return the day of the first use, or of a licence's first validation or activation, if earlier."""
    days = (features.first_used_on, *(licence.activated_on for licence in features.licences))
    return min((day for day in days if day is not None and day <= as_of), default=None)


def _days_of_value(features: Features, as_of: date) -> int:
    first = first_value_on(features, as_of)
    return -1 if first is None else (as_of - first).days


def _activation_is_due(features: Features, assessment: Assessment, rules: SurveyRules) -> bool:
    days = _days_of_value(features, assessment.as_of)
    return rules.activation_after_days <= days <= rules.activation_until_days


def _renewal_is_due(_features: Features, assessment: Assessment, rules: SurveyRules) -> bool:
    return bool(assessment.term) and assessment.facts.get("window") == rules.renewal_window


def _nps_is_due(features: Features, assessment: Assessment, rules: SurveyRules) -> bool:
    return _days_of_value(features, assessment.as_of) >= rules.nps_after_days


_IS_DUE: Mapping[str, Callable[[Features, Assessment, SurveyRules], bool]] = {
    ACTIVATION: _activation_is_due,
    RENEWAL: _renewal_is_due,
    NPS: _nps_is_due,
}


def may_ask(found: Due, asked: Sequence[Asked], as_of: date, rules: SurveyRules) -> bool:
    """Say whether an account may be asked what is due, by what it was owed before.

    Whoever of its people was asked: they talk. What was kept from leaving is tried again after the rest.
    """
    rested = as_of - timedelta(days=REST_DAYS)
    if any(each.on > rested for each in asked):
        return False
    before = [each.on for each in asked if each.left and (each.kind, each.occasion) == found]
    if found.kind != NPS:
        return not before
    return all(on <= as_of - timedelta(days=rules.nps_every_days) for on in before)


# -- an answer ---------------------------------------------------------------------------------------


def works(asked_on: date, today: date) -> bool:
    """Say whether the links of a survey still work: until its contact may be asked again."""
    return 0 <= (today - asked_on).days < REST_DAYS


def taken(score: float, at_ms: int, before: Sequence[Given]) -> str:
    """Return what becomes of an answer after those ``before`` it to the same survey, in their order."""
    if before and at_ms - before[0].at_ms >= CHANGE_DAYS * _DAY_MS:
        return CLOSED
    return SAME if before and before[-1].score == score else KEPT
