"""From lines of words to Slack's blocks, within Slack's limits.

A Slack template writes one part a line, ``kind: words``; an indented line goes on with the one above::

    text: what a notification shows          news: what the thread is told on an update
    header: …   section: …   context: …      divider:
    field: …    (neighbours share a section) button: ADDRESS WORDS  (neighbours share a row)
    answer: NAME WORDS  (a button that we are told of by that name; neighbours share a row)
    answer: NAME/ABOUT WORDS  (the same, where only ABOUT says what it is about)

Limits are those of Slack's Block Kit reference. The total is kept under 12,000 characters because Slack
refuses a message near 13,200 though each of its blocks is legal (slackapi/bolt-js issue 2509).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from msgspec import Struct
from msgspec.json import encode

from templates.mrkdwn import shortened

TEXT_LIMIT = 1_000
NEWS_LIMIT = 2_900
HEADER_LIMIT = 150
SECTION_LIMIT = 3_000
FIELD_LIMIT = 500
FIELDS_LIMIT = 10
BUTTON_LIMIT = 75
BUTTONS_LIMIT = 5
TOLL = 60
"""Characters that a block costs beside its own JSON; Slack counts more than the words."""


class Room(NamedTuple):
    """How many blocks Slack takes at once, and how many characters of them."""

    blocks: int
    characters: int


MESSAGE, HOME = Room(50, 12_000), Room(100, 100_000)
"""A view may have 100 blocks and 250 kB (docs.slack.dev/reference/views)."""


class Plain(Struct, frozen=True, tag_field="type", tag="plain_text"):
    """Text without markup."""

    text: str
    emoji: bool = False


class Mrkdwn(Struct, frozen=True, tag_field="type", tag="mrkdwn"):
    """Text with Slack's markup; ``verbatim`` keeps Slack from making links and mentions of it."""

    text: str
    verbatim: bool = True


class Button(Struct, frozen=True, tag_field="type", tag="button"):
    """A link that looks like a button."""

    text: Plain
    url: str
    action_id: str


class Answer(Struct, frozen=True, tag_field="type", tag="button", omit_defaults=True):
    """A button of which we are told by its name, and what it is about, that somebody has pressed it."""

    text: Plain
    action_id: str
    value: str = ""


class Header(Struct, frozen=True, tag_field="type", tag="header"):
    """The title."""

    text: Plain


class Section(Struct, frozen=True, tag_field="type", tag="section", omit_defaults=True):
    """A paragraph, or up to ten short fields in two columns."""

    text: Mrkdwn | None = None
    fields: tuple[Mrkdwn, ...] = ()


class Context(Struct, frozen=True, tag_field="type", tag="context"):
    """Small print."""

    elements: tuple[Mrkdwn, ...]


class Actions(Struct, frozen=True, tag_field="type", tag="actions"):
    """A row of buttons."""

    elements: tuple[Button | Answer, ...]


class Divider(Struct, frozen=True, tag_field="type", tag="divider"):
    """A rule across."""


Block = Header | Section | Context | Actions | Divider
SHORTENED = Context((Mrkdwn("_Shortened to what Slack can show. The rest is in Seatsignal._"),))


class Message(Struct, frozen=True):
    """A Slack message: the text of its notification, its blocks, and its news for the thread."""

    text: str
    blocks: tuple[Block, ...]
    news: str


class Line(NamedTuple):
    """One part of a message as its template wrote it."""

    kind: str
    words: str


def message(words: str, room: Room = MESSAGE) -> Message:
    """The message that lines of words make, as far as there is room.

    Raises `ValueError` for a line that is none.
    """
    told = lines(words)
    text = only(told, "text", TEXT_LIMIT)
    blocks = [block for kind, run in runs(told) for block in _MAKERS[kind](run)]
    return Message(
        text,
        _fitted(blocks, room._replace(characters=room.characters - len(text))),
        only(told, "news", NEWS_LIMIT) or text,
    )


def lines(words: str) -> Sequence[Line]:
    """The parts that a template wrote, in order. Raises `ValueError` for a line that is none."""
    return list(_lines(words))


def _lines(words: str) -> Iterator[Line]:
    kind, parts = "", list[str]()
    for raw in filter(str.strip, words.splitlines()):
        if raw.startswith("  "):
            parts.append(raw.strip())
            continue
        yield from _line(kind, parts)
        kind, _, first = raw.partition(":")
        parts = [first.strip()]
        if kind not in _KINDS:
            raise ValueError("a line begins with no kind of part")
    yield from _line(kind, parts)


def _line(kind: str, parts: Sequence[str]) -> Iterator[Line]:
    words = "\n".join(filter(None, parts))
    if (words and kind) or kind == "divider":
        yield Line(kind, words)


def only(told: Sequence[Line], kind: str, limit: int) -> str:
    """The words of the one part of a kind, at most so long; empty where there is none."""
    return next((shortened(line.words, limit) for line in told if line.kind == kind), "")


def runs(told: Sequence[Line]) -> Iterator[tuple[str, list[str]]]:
    """Neighbours of one kind together, but for what stands outside of the message."""
    shown = (line for line in told if line.kind not in {"text", "news"})
    return ((kind, [line.words for line in run]) for kind, run in groupby(shown, key=lambda line: line.kind))


def button(words: str) -> tuple[str, str]:
    """A button's address and label."""
    address, _, label = words.partition(" ")
    return address.replace("&amp;", "&"), shortened(label, BUTTON_LIMIT)


def _headers(run: list[str]) -> Iterator[Block]:
    return (Header(Plain(shortened(words, HEADER_LIMIT))) for words in run)


def _sections(run: list[str]) -> Iterator[Block]:
    return (Section(Mrkdwn(shortened(words, SECTION_LIMIT))) for words in run)


def _contexts(run: list[str]) -> Iterator[Block]:
    return (Context((Mrkdwn(shortened(words, SECTION_LIMIT)),)) for words in run)


def _dividers(run: list[str]) -> Iterator[Block]:
    return (Divider() for _ in run)


def _fields(run: list[str]) -> Iterator[Block]:
    fields = (Mrkdwn(shortened(words, FIELD_LIMIT)) for words in run)
    while some := tuple(islice(fields, FIELDS_LIMIT)):
        yield Section(fields=some)


def _buttons(run: list[str]) -> Iterator[Block]:
    yield Actions(tuple(_button(number, words) for number, words in enumerate(run[:BUTTONS_LIMIT], 1)))


def _button(number: int, words: str) -> Button:
    address, label = button(words)
    return Button(Plain(label), address, f"open_{number}")


def _answers(run: list[str]) -> Iterator[Block]:
    yield Actions(tuple(map(_answer, run[:BUTTONS_LIMIT])))


def _answer(words: str) -> Answer:
    named, _, label = words.partition(" ")
    name, _, about = named.partition("/")
    return Answer(Plain(shortened(label, BUTTON_LIMIT)), name, about)


_MAKERS: Mapping[str, Callable[[list[str]], Iterator[Block]]] = {
    "answer": _answers,
    "button": _buttons,
    "context": _contexts,
    "divider": _dividers,
    "field": _fields,
    "header": _headers,
    "section": _sections,
}
_KINDS = frozenset({"text", "news", *_MAKERS})


def _fitted(blocks: list[Block], room: Room) -> tuple[Block, ...]:
    """The blocks that fit, the last ones left out first; buttons stay, and the cut is said."""
    if _fits(blocks, room):
        return tuple(blocks)
    words = [block for block in blocks if not isinstance(block, Actions)]
    buttons = [block for block in blocks if isinstance(block, Actions)]
    while words and not _fits([*words, SHORTENED, *buttons], room):
        words.pop()
    return (*words, SHORTENED, *buttons)


def _fits(blocks: Sequence[Block], room: Room) -> bool:
    size = sum(len(encode(block).decode()) + TOLL for block in blocks)
    return len(blocks) <= room.blocks and size <= room.characters
