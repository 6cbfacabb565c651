"""The pages that a customer reaches from a letter. They name nobody: whoever holds the letter sees them."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from babel import Locale
from msgspec import Struct

from templates.environment import FOLDER, Environment, filled
from templates.plain import values

LANGUAGE = Locale("en")


class Topic(NamedTuple):
    """A kind of letter: its name in a list, what it tells the reader, and how to speak of it."""

    name: str
    about: str
    letters: str


TOPICS: Mapping[str, Topic] = {
    "renewal": Topic(
        "Renewals",
        "what is coming up before your subscription renews or ends, and how to change or cancel it.",
        "emails about renewals",
    ),
    "failed_payment": Topic(
        "Failed payments",
        "when a payment did not go through, and what to do about it.",
        "emails about failed payments",
    ),
    "approaching_limit": Topic(
        "Limits",
        "when your seats, or something else that is counted, are nearly used up.",
        "emails about limits",
    ),
}
"""What a person may choose: every letter of `templates.payload.TEMPLATES`, by its name there."""

EVERY = Topic("Everything", "", "all our emails")
"""All topics at once."""
OTHER = Topic("Other", "", "emails of this kind")
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


class ProblemPage(_Page, frozen=True, kw_only=True):
    """What went wrong and what to do, in plain words."""

    title: str
    advice: str


Page = UnsubscribePage | UnsubscribedPage | PreferencesPage | ProblemPage

_FILES: Mapping[type[Page], str] = {
    UnsubscribePage: "web/unsubscribe.html.j2",
    UnsubscribedPage: "web/unsubscribed.html.j2",
    PreferencesPage: "web/preferences.html.j2",
    ProblemPage: "web/problem.html.j2",
}

_UNKNOWN = ("Something went wrong", "It was not your doing. Please try again in a few minutes.")
_PROBLEMS: Mapping[int, tuple[str, str]] = {
    400: ("That could not be read", "Nothing was changed. Please go back and try again."),
    404: (
        "This link does not work",
        "It may be incomplete or too old. Please use the link in a newer email, or reply to the email.",
    ),
    405: ("That is not possible here", "Nothing was changed. Please use the link in the email."),
    408: ("That took too long", "Nothing was changed. Please try again."),
    413: ("That was too much at once", "Nothing was changed. Please go back and try again."),
    503: ("Please try again soon", "Our records cannot be reached just now. Nothing was changed."),
}


def page(content: Page) -> str:
    """The HTML of a page."""
    return filled(_environment().get_template(_FILES[type(content)]), values(content), LANGUAGE)


def problem(company_name: str, status: int) -> str:
    """The HTML of the page that goes with an HTTP status."""
    title, advice = _PROBLEMS.get(status, _UNKNOWN)
    return page(ProblemPage(company_name=company_name, title=title, advice=advice))


@cache
def style() -> bytes:
    """The style sheet of every page."""
    return (FOLDER / "web" / "style.css").read_bytes()


@cache
def _environment() -> Environment:
    return Environment(autoescape=True)
