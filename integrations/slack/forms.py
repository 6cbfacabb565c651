"""What is asked back in Slack: a question as a modal, and what was filled in.

Shapes and limits: docs.slack.dev/reference/views/modal-views.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Raw, Struct
from msgspec.json import encode

from integrations.desk import Field, Question

TITLE_LIMIT = SUBMIT_LIMIT = 24
LABEL_LIMIT, CHOICE_LIMIT, TEXT_LIMIT = 2_000, 75, 300
READ_LIMIT, READ_BLOCKS = 3_000, 20
"""Characters of a section, and as many of them as we show; a view may have 100 blocks."""


class OpenForm(Struct, frozen=True, kw_only=True):
    """Arguments of views.open."""

    trigger_id: str
    view: Raw


class Home(Struct, frozen=True, tag_field="type", tag="home"):
    """What a home tab shows."""

    blocks: Raw


class ShowHome(Struct, frozen=True, kw_only=True):
    """Arguments of views.publish."""

    user_id: str
    view: Home


class Value(Struct, frozen=True):
    """What stands in a field: text, a choice, or a person, as the kind of the field has it."""

    value: str | None = None
    selected_option: Mapping[str, object] | None = None
    selected_user: str | None = None

    def __str__(self) -> str:
        chosen = str((self.selected_option or {}).get("value") or "")
        return self.value or self.selected_user or chosen


class State(Struct, frozen=True):
    """Values by the field's block and by its action; with us both have the field's name."""

    values: Mapping[str, Mapping[str, Value]] = {}


class View(Struct, frozen=True):
    """A form as Slack tells of it: which one it was, and what was filled in."""

    id: str
    callback_id: str = ""
    private_metadata: str = ""
    state: State = State()

    def filled(self) -> dict[str, str]:
        """Return what stands in each field, empty ones included."""
        return {name: str(found[name]) for name, found in self.state.values.items() if name in found}


def modal(question: Question, answer: str, remote: str) -> Raw:
    """Return a question as a view; ``answer`` and ``remote`` come back with what is filled in."""
    return Raw(
        encode(
            {
                "type": "modal",
                "callback_id": answer,
                "private_metadata": remote,
                "title": _plain(question.title, TITLE_LIMIT),
                "submit": _plain(question.submit, SUBMIT_LIMIT),
                "close": _plain("Cancel", SUBMIT_LIMIT),
                "blocks": [*_read(question.texts), *map(_input, question.fields)],
            }
        )
    )


def _read(texts: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield texts to be read, each in as many blocks as it takes; a cut is said."""
    parts = [part for text in texts for part in _parts(text)]
    for part in parts[:READ_BLOCKS]:
        yield {"type": "section", "text": _plain(part, READ_LIMIT)}
    if len(parts) > READ_BLOCKS:
        yield {
            "type": "section",
            "text": _plain("\N{HORIZONTAL ELLIPSIS} It goes on: see seatsignal mails.", READ_LIMIT),
        }


def _parts(text: str) -> Iterator[str]:
    """Yield a text in parts that a block takes, parted between lines where that is possible."""
    while text:
        end = len(text) if len(text) <= READ_LIMIT else text.rfind("\n", 1, READ_LIMIT)
        end = end if end > 0 else READ_LIMIT
        if part := text[:end].strip("\n"):
            yield part
        text = text[end:].lstrip("\n")


def _input(field: Field) -> dict[str, object]:
    return {
        "type": "input",
        "block_id": field.name,
        "optional": field.optional,
        "label": _plain(field.label, LABEL_LIMIT),
        "element": {"action_id": field.name, **_element(field)},
    }


def _element(field: Field) -> dict[str, object]:
    if field.person:
        return {"type": "users_select"}
    if field.choices:
        options = [{"text": _plain(label, CHOICE_LIMIT), "value": value} for value, label in field.choices]
        return {"type": "static_select", "options": options}
    return {"type": "plain_text_input", "max_length": TEXT_LIMIT}


def _plain(text: str, limit: int) -> dict[str, object]:
    return {"type": "plain_text", "text": text[:limit], "emoji": False}
