"""From a notice's payload to the bytes that are sent: the only user of Jinja.

The same payload always gives the same bytes, so that retries, approval and archive agree. Slack gets
``{"text", "blocks", "news"}`` (of a home tab it shows the blocks), Teams the same words as ``{"text", "body",
"actions", "news"}``, mail ``{"subject", "html", "text", "language", "language_from"}``, a CRM ``{"subject",
"text", "priority", "due_on", "owner", "done"}`` for a task and ``{"fields"}`` for a record, a help desk
``{"text", "organization"}`` for a note, all as JSON in UTF-8.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Literal

from babel import Locale
from jinja2 import TemplateError
from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import replace

from health.languages import DEFAULT, LANGUAGES, Origin, written
from templates.blocks import HOME, message
from templates.cards import card
from templates.content import Unrenderable
from templates.environment import Environment, SlackEnvironment, filled
from templates.letters import LetterContent
from templates.locales import locale, tag
from templates.payload import TEMPLATES, Medium, Spoken, decode
from templates.plain import Plain, one_marked_line, shortened, values

__all__ = ["Unrenderable", "render"]

COLLEAGUES = (DEFAULT,)
"""What is written to colleagues in; letters to customers are in `health.languages.LANGUAGES`."""
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
    """A mail's words; its text is written for itself, not stripped from the HTML.

    ``language`` is the tag of what it is written in, and ``language_from`` why: whose it is.
    """

    subject: str
    html: str
    text: str
    language: str
    language_from: str


class Task(Struct, frozen=True):
    """What a colleague is to do, in a CRM. ``owner`` is the address of whose task it is, or empty.

    It is ``done`` where what it was about is over.
    """

    subject: str
    text: str
    priority: str
    due_on: date | None
    owner: str
    done: bool


class Note(Struct, frozen=True):
    """What agents read at a ticket, and the record in the help desk that it must belong to."""

    text: str
    organization: str


class Record(Struct, frozen=True):
    """What a CRM's record says, by field; ``None`` is unknown. A destination maps names and types."""

    fields: dict[str, str | float | date | None]


def render(template: str, payload: bytes | str, language: str = "", person_name: str = "") -> bytes:
    """A notice's body from its template's name and its payload (`templates.content`).

    With a ``language`` a letter is written in that one, whatever its payload says; with a ``person_name`` it
    greets by that.

    Raises:
        Unrenderable: no such template, a payload of another shape, or words that cannot be made.
    """
    content = decode(template, payload)
    if language and isinstance(content, LetterContent):
        content = replace(content, language=language, language_from="asked")
    if person_name and isinstance(content, LetterContent):
        content = replace(content, person_name=person_name)
    try:
        body = encode(_WORDS[TEMPLATES[template].medium](template, content))
    except FAILURES as error:
        raise Unrenderable("template_failed", f"{template}: {error}") from None
    if len(body) > OUTPUT_LIMIT:
        raise Unrenderable("output_too_large", f"{template}: over {OUTPUT_LIMIT:,} bytes")
    return body


def _slack(name: str, content: Spoken) -> Struct:
    return message(_told(name, content))


def _home(_name: str, content: Spoken) -> Struct:
    """A person's own accounts, with the room of a home tab rather than of a message."""
    return message(_told("own", content), HOME)


def _card(name: str, content: Spoken) -> Struct:
    """The words of Slack's template, laid out for Teams."""
    return card(_told(TEMPLATES[name].file, content))


def _told(file: str, content: Spoken) -> str:
    return _words("slack", f"slack/{file}.j2", locale(content.language, COLLEAGUES), values(content))


def _mail(name: str, content: Spoken) -> Struct:
    """The text template's first line is the subject."""
    spoken, fields = locale(content.language, LANGUAGES), values(content)
    file = TEMPLATES[name].file or name
    text = _words("text", f"email/{file}.txt.j2", spoken, fields)
    subject, _, body = text.partition("\n")
    html = _words("html", f"email/{file}.html.j2", spoken, {**fields, "subject": subject})
    return Mail(
        subject=shortened(one_marked_line(subject), SUBJECT_LIMIT),
        html=html,
        text=body.strip() + "\n",
        language=tag(spoken),
        language_from=_origin(content),
    )


def _origin(content: Spoken) -> Origin | Literal["asked"]:
    """Whose language a letter is in; what an unknown one leads to is nobody's."""
    if not isinstance(content, LetterContent) or not written(content.language):
        return "default"
    return content.language_from


def _task(name: str, content: Spoken) -> Struct:
    """The template's first line is the subject."""
    file, fields = f"crm/{name.removesuffix('_task')}.j2", values(content)
    words = _words("text", file, locale(content.language, COLLEAGUES), fields)
    subject, _, text = words.partition("\n")
    due_on = fields["due_on"]
    return Task(
        subject=shortened(one_marked_line(subject), SUBJECT_LIMIT),
        text=text.strip() + "\n",
        priority="high" if fields.get("severity") == "high" else "normal",
        due_on=due_on if isinstance(due_on, date) else None,
        owner=str(fields["owner"]),
        done=bool(fields["ended"]),
    )


def _note(name: str, content: Spoken) -> Struct:
    fields = values(content)
    text = _words("text", f"helpdesk/{name}.j2", locale(content.language, COLLEAGUES), fields)
    return Note(text.strip() + "\n", str(fields["organization"]))


def _record(_name: str, content: Spoken) -> Struct:
    """Fields of a record need no words: what is stated in several parts is one line each."""
    fields = values(content)
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


_WORDS: Mapping[Medium, Callable[[str, Spoken], Struct]] = {
    "slack": _slack,
    "home": _home,
    "card": _card,
    "mail": _mail,
    "task": _task,
    "note": _note,
    "record": _record,
}


def _words(medium: str, file: str, spoken: Locale, fields: dict[str, Plain]) -> str:
    return filled(environment(medium).get_template(file), {**fields, "language": tag(spoken)}, spoken)


@cache
def environment(name: str) -> Environment:
    """Return the environment of a medium: ``slack``, ``html`` or ``text``, made once per process."""
    return SlackEnvironment() if name == "slack" else Environment(autoescape=name == "html")
