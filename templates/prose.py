"""Prose: sentences of ours as HTML, their days as a reader's language writes them and their commands as code.

In the sentence a day is ``2027-03-31``, an instant ``2027-03-31T14:02+02:00``, a command between backticks.
"""

import re
from datetime import date, datetime

from babel.dates import format_date, format_time
from markupsafe import Markup

from templates.bidi import bdi, isolated
from templates.rendering import CURRENT

_MARKED = re.compile(
    r"`(?P<code>[^`<>]+)`"
    r"|(?<![\w:/=-])(?P<when>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?:[+-]\d\d:\d\d|Z))?)(?![\w/-])"
)


def prose(text: str) -> Markup:
    """A sentence of ours as HTML; what only looks like a day stays as it is."""
    return Markup(_MARKED.sub(_element, bdi(isolated(text))))  # noqa: S704 - it is escaped


def prose_day(day: date) -> Markup:
    """A day as HTML, for readers and for programs."""
    return _time(day.isoformat(), format_date(day, "medium", locale=CURRENT.get().locale))


def _element(found: re.Match[str]) -> str:
    if found["code"]:
        return f"<code>{found['code']}</code>"
    try:
        return (
            prose_day(date.fromisoformat(found["when"])) if len(found["when"]) == _DAY else _at(found["when"])
        )
    except ValueError:
        return found[0]


_DAY = len("2027-03-31")


def _at(when: str) -> Markup:
    at, locale = datetime.fromisoformat(when), CURRENT.get().locale
    day, clock = format_date(at, "medium", locale=locale), format_time(at, "short", locale=locale)
    return _time(when, f"{day}, {clock}")


def _time(when: str, written: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(when, written)
