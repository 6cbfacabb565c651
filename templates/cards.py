"""From lines of words to an Adaptive Card for Teams: the words of Slack's messages, laid out another way.

The lines are those of `templates.blocks`. Every word stands in a text run, which knows no Markdown
(learn.microsoft.com/adaptive-cards/schema-explorer/text-run): what comes from outside is text, no more.

Teams takes 28 KB of a message and counts the card as text within JSON, each quote as two bytes or more
(MicrosoftDocs/msteams-docs issue 11274). What does not fit is counted, and the count is said.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.json import encode

from templates.blocks import BUTTONS_LIMIT, HEADER_LIMIT, SECTION_LIMIT, TEXT_LIMIT, button, lines, only, runs
from templates.mrkdwn import shortened

ROOM = 24_000
"""Bytes of a card as Teams counts them; the rest is for the foot, which says the key, and what is around."""
LINE_LIMIT = 1_000
LINES_LIMIT = 20

_TOKEN = re.compile(r"(?P<bold>\*)|<(?P<address>https?://[^|<>]+)\|(?P<label>[^<>]*)>|<@(?P<person>\w+)>")
_ACTS = re.compile(r"(?<=\{)(?=\{)|(?<=<)(?=/?at\b)", re.IGNORECASE)
"""Between the two signs by which a date is put in (``{{DATE(…)}}``) or a person is mentioned (``<at>``)."""


class OpenUrl(Struct, frozen=True, tag_field="type", tag="Action.OpenUrl", omit_defaults=True):
    """A link; one with a title is a button."""

    url: str
    title: str = ""


class TextRun(Struct, frozen=True, tag_field="type", tag="TextRun", omit_defaults=True, rename="camel"):
    """Words of one look. No Markdown is read in them."""

    text: str
    weight: Literal["default", "bolder"] = "default"
    size: Literal["default", "large"] = "default"
    is_subtle: bool = False
    select_action: OpenUrl | None = None


class Paragraph(Struct, frozen=True, tag_field="type", tag="RichTextBlock", omit_defaults=True):
    """One line, of one look or several."""

    inlines: tuple[TextRun, ...]
    spacing: Literal["default", "none"] = "default"


class Column(Struct, frozen=True, tag_field="type", tag="Column"):
    """One of two that share the width."""

    items: tuple[Paragraph, ...]
    width: Literal["stretch"] = "stretch"


class Columns(Struct, frozen=True, tag_field="type", tag="ColumnSet"):
    """Two short things side by side."""

    columns: tuple[Column, ...]


class Box(Struct, frozen=True, tag_field="type", tag="Container", omit_defaults=True):
    """Paragraphs that belong together, or stand out."""

    items: tuple[Paragraph, ...]
    style: Literal["default", "emphasis"] = "default"


Element = Paragraph | Columns | Box


class Card(Struct, frozen=True):
    """What a card says: its body and buttons, and its news for where it follows another.

    ``text`` is all of it in a sentence, for whoever lists what is owed; the card does not show it.
    """

    text: str
    body: tuple[Element, ...]
    actions: tuple[OpenUrl, ...]
    news: tuple[Box, ...]


def card(words: str) -> Card:
    """The card that lines of words make, as far as there is room.

    Raises `ValueError` for a line that is none.
    """
    told = lines(words)
    parts = list(runs(told))
    body = tuple(each for kind, run in parts if kind in _MAKERS for each in _MAKERS[kind](run))
    whole = Card(
        text=_plain(only(told, "text", TEXT_LIMIT)),
        body=body,
        actions=tuple(each for kind, run in parts if kind == "button" for each in _actions(run)),
        news=tuple(_news(only(told, "news", SECTION_LIMIT), body)),
    )
    return _fitted(whole)


def _news(words: str, body: Sequence[Element]) -> Iterator[Box]:
    """The news, unless the body has each part of it word for word: it was to stand in a thread of its own."""
    box = Box(_paragraphs(words), style="emphasis") if words else None
    if box and not set(_texts(box)) <= {text for each in body for text in _texts(each)}:
        yield box


def _texts(element: Element) -> Iterator[str]:
    match element:
        case Paragraph(inlines):
            yield from (run.text.strip() for run in inlines)
        case Box(items):
            yield from (text for item in items for text in _texts(item))
        case Columns(columns):
            yield from (text for column in columns for item in column.items for text in _texts(item))


def _actions(run: Sequence[str]) -> Iterator[OpenUrl]:
    return (OpenUrl(address, _plain(label)) for address, label in map(button, run[:BUTTONS_LIMIT]))


def _headers(run: Sequence[str]) -> Iterator[Element]:
    titles = (_plain(shortened(words, HEADER_LIMIT)) for words in run)
    return (Paragraph((TextRun(title, weight="bolder", size="large"),)) for title in titles)


def _sections(run: Sequence[str]) -> Iterator[Element]:
    return (Box(said) for words in run if (said := _paragraphs(words)))


def _contexts(run: Sequence[str]) -> Iterator[Element]:
    return (Box(said) for words in run if (said := _paragraphs(words, is_subtle=True)))


def _fields(run: Sequence[str]) -> Iterator[Element]:
    columns = [Column(_paragraphs(words)) for words in run]
    return (Columns(tuple(columns[at : at + 2])) for at in range(0, len(columns), 2))


_MAKERS: Mapping[str, Callable[[Sequence[str]], Iterator[Element]]] = {
    "context": _contexts,
    "field": _fields,
    "header": _headers,
    "section": _sections,
}
"""Buttons stand below the card. Those that we would be told of are left out: a webhook tells us nothing."""


def _paragraphs(words: str, *, is_subtle: bool = False) -> tuple[Paragraph, ...]:
    """A paragraph a line, the first of them apart from what is above; the lines left out are counted."""
    every = words.split("\n")
    kept = [shortened(line, LINE_LIMIT) for line in every[:LINES_LIMIT]]
    while len(kept) > 1 and sum(map(len, kept)) > SECTION_LIMIT:
        kept.pop()
    more = [f"… and {len(every) - len(kept):,} more"] if len(every) > len(kept) else []
    shown = filter(None, (tuple(_runs(line, is_subtle=is_subtle)) for line in (*kept, *more)))
    return tuple(
        Paragraph(each, spacing="none" if number else "default") for number, each in enumerate(shown)
    )


def _runs(markup: str, *, is_subtle: bool) -> Iterator[TextRun]:
    """The runs of a line in Slack's marks; an asterisk in it is ours (`templates.mrkdwn`)."""
    weight: Literal["default", "bolder"] = "default"
    end = 0
    for token in _TOKEN.finditer(markup):
        if before := markup[end : token.start()]:
            yield TextRun(_inert(before), weight, is_subtle=is_subtle)
        if token["bold"]:
            weight = "default" if weight == "bolder" else "bolder"
        else:
            yield _referring(token, weight, is_subtle=is_subtle)
        end = token.end()
    if left := markup[end:]:
        yield TextRun(_inert(left), weight, is_subtle=is_subtle)


def _referring(token: re.Match[str], weight: Literal["default", "bolder"], *, is_subtle: bool) -> TextRun:
    """A link, or a person: by the id alone, since Teams does not know whom Slack calls so."""
    if token["person"]:
        return TextRun(token["person"], weight, is_subtle=is_subtle)
    link = OpenUrl(token["address"].replace("&amp;", "&"))
    return TextRun(_inert(token["label"]) or link.url, weight, is_subtle=is_subtle, select_action=link)


def _plain(markup: str) -> str:
    return "".join(run.text for run in _runs(markup, is_subtle=False))


def _inert(markup: str) -> str:
    """Words as they read, with nothing that Teams puts something in the place of."""
    text = markup.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _ACTS.sub("\N{WORD JOINER}", text)


def _fitted(whole: Card) -> Card:
    """The card with what there is room for, the last parts left out first, and how many those are."""
    if _size(whole) <= ROOM:
        return whole
    kept = list(whole.body)
    fitted = whole
    while kept and _size(fitted) > ROOM:
        kept.pop()
        cut = _cut(len(whole.body) - len(kept), whole.actions)
        fitted = Card(whole.text, (*kept, cut), whole.actions, whole.news)
    return fitted


def _cut(many: int, actions: Sequence[OpenUrl]) -> Element:
    said = TextRun(f"Shortened to what Teams can show: {many:,} more in Seatsignal.", is_subtle=True)
    link = [TextRun(" Open", select_action=OpenUrl(each.url)) for each in actions[:1]]
    return Paragraph((said, *link))


def _size(told: Card) -> int:
    """Bytes of what is shown, as Teams counts them."""
    return len(encode(encode((told.body, told.actions, told.news)).decode()))
