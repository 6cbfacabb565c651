"""The pages that a customer reaches from a letter. They name nobody: whoever holds the letter sees them.

Their words are in English here; the templates say them in the language of whoever reads.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from health.languages import DEFAULT, LANGUAGES
from health.letters import PLAN_TOPIC, START_TOPIC, SURVEY_TOPIC, TIPS_TOPIC
from templates.catalogues import phrase
from templates.environment import FOLDER, Environment, filled
from templates.locales import locale, tag
from templates.plain import values


class Topic(NamedTuple):
    """A kind of letter: its name in a list, what it tells the reader, and how to speak of it."""

    name: str
    about: str
    letters: str


TOPICS: Mapping[str, Topic] = {
    "renewal": Topic(
        phrase("Renewals"),
        phrase("what is coming up before your subscription renews or ends, and how to change or cancel it."),
        phrase("emails about renewals"),
    ),
    "failed_payment": Topic(
        phrase("Failed payments"),
        phrase("when a payment did not go through, and what to do about it."),
        phrase("emails about failed payments"),
    ),
    "approaching_limit": Topic(
        phrase("Limits"),
        phrase("when your seats, or something else that is counted, are nearly used up."),
        phrase("emails about limits"),
    ),
    SURVEY_TOPIC: Topic(
        phrase("Surveys"),
        phrase("what we would like to know from you: one short question now and then."),
        phrase("emails with a question"),
    ),
    "licence_expired": Topic(
        phrase("Licences"),
        phrase("when a licence is over, and what to do about it."),
        phrase("emails about licences"),
    ),
    START_TOPIC: Topic(
        phrase("Getting started"),
        phrase("the next steps after you have begun, and how to bring your colleagues in."),
        phrase("emails about getting started"),
    ),
    PLAN_TOPIC: Topic(
        phrase("Seats and plan"),
        phrase("when you pay for more than you use, or use more than your plan holds."),
        phrase("emails about seats and your plan"),
    ),
    TIPS_TOPIC: Topic(
        phrase("Tips"),
        phrase("trainings, features that you do not use yet, and material for your colleagues."),
        phrase("emails with tips"),
    ),
}
"""What a person may choose: what every letter of `templates.payload.TEMPLATES` is about."""

EVERY = Topic("Everything", "", phrase("all our emails"))
"""All topics at once."""
OTHER = Topic("Other", "", phrase("emails of this kind"))
"""A kind of letter that we no longer send; its links still work."""


class Choice(Struct, frozen=True):
    """A line of the preferences: a topic, its words, and whether the person receives it."""

    topic: str
    name: str
    about: str
    wanted: bool


class _Page(Struct, frozen=True, kw_only=True):
    company_name: str  # ours: who writes the letters


class UnsubscribePage(_Page, frozen=True, kw_only=True):
    """Asks before anything changes, because programs open links too."""

    letters: str
    about: str = ""


class UnsubscribedPage(_Page, frozen=True, kw_only=True):
    """Says that it is done."""

    letters: str


class PreferencesPage(_Page, frozen=True, kw_only=True):
    """A form with a box per topic. ``nothing`` is the box that overrides them all."""

    choices: tuple[Choice, ...]
    nothing: bool
    saved: bool


class SurveyPage(_Page, frozen=True, kw_only=True):
    """Asks a survey's question, with the number ticked that was followed; the button alone answers."""

    kind: str
    scores: tuple[int, ...]
    chosen: int | None = None


class SurveyedPage(_Page, frozen=True, kw_only=True):
    """Thanks for an answer, or says that it came too late to change the one before."""

    kept: bool


class ProblemPage(_Page, frozen=True, kw_only=True):
    """What went wrong and what to do, in plain words."""

    title: str
    advice: str


Page = UnsubscribePage | UnsubscribedPage | PreferencesPage | SurveyPage | SurveyedPage | ProblemPage

_FILES: Mapping[type[Page], str] = {
    UnsubscribePage: "web/unsubscribe.html.j2",
    UnsubscribedPage: "web/unsubscribed.html.j2",
    PreferencesPage: "web/preferences.html.j2",
    SurveyPage: "web/survey.html.j2",
    SurveyedPage: "web/surveyed.html.j2",
    ProblemPage: "web/problem.html.j2",
}

_UNKNOWN = (
    phrase("Something went wrong"),
    phrase("It was not your doing. Please try again in a few minutes."),
)
_PROBLEMS: Mapping[int, tuple[str, str]] = {
    400: (
        phrase("That could not be read"),
        phrase("Nothing was changed. Please go back and try again."),
    ),
    404: (
        phrase("This link does not work"),
        phrase(
            "It may be incomplete or too old. Please use the link in a newer email, or reply to the email."
        ),
    ),
    405: (
        phrase("That is not possible here"),
        phrase("Nothing was changed. Please use the link in the email."),
    ),
    408: (
        phrase("That took too long"),
        phrase("Nothing was changed. Please try again."),
    ),
    413: (
        phrase("That was too much at once"),
        phrase("Nothing was changed. Please go back and try again."),
    ),
    503: (
        phrase("Please try again soon"),
        phrase("Our records cannot be reached just now. Nothing was changed."),
    ),
}


def page(content: Page, language: str = DEFAULT) -> str:
    """The HTML of a page in a language, a tag such as ``de-AT``."""
    spoken = locale(language, LANGUAGES)
    template = _environment().get_template(_FILES[type(content)])
    return filled(template, {**values(content), "language": tag(spoken)}, spoken)


def problem(company_name: str, status: int, language: str = DEFAULT) -> str:
    """The HTML of the page that goes with an HTTP status."""
    title, advice = _PROBLEMS.get(status, _UNKNOWN)
    return page(ProblemPage(company_name=company_name, title=title, advice=advice), language)


@cache
def style() -> bytes:
    """The style sheet of every page."""
    return (FOLDER / "web" / "style.css").read_bytes()


@cache
def _environment() -> Environment:
    return Environment(autoescape=True)
