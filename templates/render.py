"""From a notice's payload to the bytes that are sent: the only user of Jinja.

The same payload always gives the same bytes, so that retries, approval and archive agree. Slack gets
``{"text", "blocks", "news"}``, mail ``{"subject", "html", "text"}``, a CRM ``{"subject", "text", "priority",
"due_on", "owner"}`` for a task and ``{"fields"}`` for a record, all as JSON in UTF-8.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from jinja2 import Template, TemplateError, TemplateNotFound
from msgspec import Struct
from msgspec.json import encode

from templates.blocks import message
from templates.content import Unrenderable
from templates.environment import Environment, SlackEnvironment, filled
from templates.payload import TEMPLATES, Medium, decode
from templates.plain import Plain, one_line, shortened, values

__all__ = ["Unrenderable", "render"]

WRITTEN_IN = "en"
"""The language of templates that lie in no language folder."""
SUBJECT_LIMIT = 180
OUTPUT_LIMIT = 262_144
FAILURES = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a template or a filter can raise over a value it did not expect."""


class Mail(Struct, frozen=True):
    """A mail's words; its text is written for itself, not stripped from the HTML."""

    subject: str
    html: str
    text: str


class Task(Struct, frozen=True):
    """What a colleague is to do, in a CRM. ``owner`` is the address of whose task it is, or empty."""

    subject: str
    text: str
    priority: str
    due_on: date | None
    owner: str


class Record(Struct, frozen=True):
    """What a CRM's record says, by field; ``None`` is unknown. A destination maps names and types."""

    fields: dict[str, str | float | date | None]


def render(template: str, payload: bytes | str) -> bytes:
    """A notice's body from its template's name and its payload (`templates.content`).

    Raises:
        Unrenderable: no such template, a payload of another shape, or words that cannot be made.
    """
    content = decode(template, payload)
    try:
        body = encode(_WORDS[TEMPLATES[template].medium](template, content.language, values(content)))
    except FAILURES as error:
        raise Unrenderable("template_failed", f"{template}: {error}") from None
    if len(body) > OUTPUT_LIMIT:
        raise Unrenderable("output_too_large", f"{template}: over {OUTPUT_LIMIT:,} bytes")
    return body


def _slack(name: str, language: str, fields: dict[str, Plain]) -> Struct:
    return message(_words("slack", f"slack/{name}.j2", language, fields))


def _mail(name: str, language: str, fields: dict[str, Plain]) -> Struct:
    """The text template's first line is the subject."""
    text = _words("text", f"email/{name}.txt.j2", language, fields)
    subject, _, body = text.partition("\n")
    html = _words("html", f"email/{name}.html.j2", language, {**fields, "subject": subject})
    return Mail(shortened(one_line(subject), SUBJECT_LIMIT), html, body.strip() + "\n")


def _task(name: str, language: str, fields: dict[str, Plain]) -> Struct:
    """The template's first line is the subject."""
    words = _words("text", f"crm/{name.removesuffix('_task')}.j2", language, fields)
    subject, _, text = words.partition("\n")
    due_on = fields["due_on"]
    return Task(
        subject=shortened(one_line(subject), SUBJECT_LIMIT),
        text=text.strip() + "\n",
        priority="high" if fields.get("severity") == "high" else "normal",
        due_on=due_on if isinstance(due_on, date) else None,
        owner=str(fields["owner"]),
    )


def _record(_name: str, _language: str, fields: dict[str, Plain]) -> Struct:
    """Fields of a record need no words: what is stated in several parts is one line each."""
    del fields["language"]
    return Record({name: _field(value) for name, value in fields.items()})


def _field(value: Plain) -> str | float | date | None:
    match value:
        case tuple():
            return "\n".join(str(part) for part in value)
        case dict():
            raise TypeError("a record's field is one value")
        case _:
            return value


_WORDS: Mapping[Medium, Callable[[str, str, dict[str, Plain]], Struct]] = {
    "slack": _slack,
    "mail": _mail,
    "task": _task,
    "record": _record,
}


def _words(environment: str, file: str, language: str, fields: dict[str, Plain]) -> str:
    template, locale = _template(environment, file, language)
    return filled(template, {**fields, "language": locale.language}, locale)


@cache
def _environment(name: str) -> Environment:
    return SlackEnvironment() if name == "slack" else Environment(autoescape=name == "html")


@lru_cache(maxsize=512)
def _template(environment: str, file: str, language: str) -> tuple[Template, Locale]:
    """The template in the language asked for, or else as written; figures follow the words' language."""
    folder, _, name = file.partition("/")
    wished = _locale(language)
    for spoken in (str(wished), wished.language):
        try:
            return _environment(environment).get_template(f"{folder}/{spoken}/{name}"), wished
        except TemplateNotFound:
            continue
    locale = wished if wished.language == WRITTEN_IN else Locale(WRITTEN_IN)
    return _environment(environment).get_template(file), locale


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(WRITTEN_IN)
