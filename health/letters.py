"""Letters: which of them a customer must get, and which may stay away."""

from collections.abc import Mapping

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
LETTERS: Mapping[str, str] = {
    "failed_payment": NOTICE,
    "approaching_limit": NUDGE,
    "renewal": NOTICE,
    **dict.fromkeys(SURVEYS.values(), NUDGE),
}
"""Every letter by its template, and which of the two it is."""
SURVEY_TOPIC = "surveys"


def topic(template: str) -> str:
    """Return what a person consents to with a letter: a topic of its own, but one for all surveys."""
    return SURVEY_TOPIC if template in SURVEY_LETTERS else template
