"""Reports as pages: one value, as HTML that needs nothing beside it, or as Markdown."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from babel import Locale

from templates.environment import Environment, MarkdownEnvironment, filled
from templates.plain import values

Form = Literal["html", "markdown"]
LANGUAGE = Locale("en")
_ENDINGS: Mapping[Form, str] = {"html": "html", "markdown": "md"}


def report(name: str, content: object, form: Form) -> str:
    """Return a report (``review`` or ``brief``) of a frozen value in one of the two forms."""
    template = _environment(form).get_template(f"report/{name}.{_ENDINGS[form]}.j2")
    return filled(template, values(content), LANGUAGE)


@cache
def _environment(form: Form) -> Environment:
    return MarkdownEnvironment() if form == "markdown" else Environment(autoescape=True)
