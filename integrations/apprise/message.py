"""What we post to other chat services: the words of a rendered card as plain text, with its foot.

Some services read Markdown in any text, make links of addresses and mentions of names. A word joiner, which
nobody sees, keeps what is not ours from being either; the only addresses that stay whole are our own.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import DecodeError, Meta, Struct, ValidationError
from msgspec.json import decode

from health.nouns import Notice
from integrations.channels import foot
from integrations.errors import Rejected

SHORTENED = "… shortened to what fits here; the rest is in Seatsignal."
_ACTS = re.compile(
    r"(?<=@)(?=\S)"  # a mention, an address of mail
    r"|(?<=<)(?=\S)"  # <@id>, <!here>, <users/all>, a tag
    r"|(?<=\])(?=[(\[:])"  # [words](address)
    r"|(?<=:)(?=//)|(?<=www)(?=\.)",  # an address
    re.IGNORECASE,
)


class Link(Struct, frozen=True):
    """An address of ours, and what a button to it says."""

    url: str
    title: str = ""


class Run(Struct, frozen=True, rename="camel"):
    """Words of a line, which may lead somewhere."""

    text: str
    select_action: Link | None = None


class Part(Struct, frozen=True):
    """A line of a card, or what holds some."""

    inlines: tuple[Run, ...] = ()
    items: tuple["Part", ...] = ()
    columns: tuple["Part", ...] = ()


class Body(Struct, frozen=True):
    """A rendered card: its elements, the first of which is its title, its buttons, and its news."""

    body: Annotated[tuple[Part, ...], Meta(min_length=1)]
    actions: tuple[Link, ...]
    news: tuple[Part, ...]


def message(notice: Notice, room: int) -> str:
    """A notice as a text of at most ``room`` characters that states its key; news of a thread comes first.

    Raises `Rejected` for a body that is none, or that there is no room for.
    """
    said = _body(notice)
    title, *rest = (tuple(_lines((part,))) for part in said.body)
    news = tuple(_lines(said.news)) if notice.remote else ()
    links = tuple(f"{_inert(each.title)}: {each.url}" for each in said.actions)
    whole = [line for lines in rest for line in lines]
    below = ("", *links, *foot(notice, "message", _inert))
    text = _fitted((*title, *news), whole, below, room)
    if len(text) > room:
        raise Rejected("message_too_large", f"apprise: the message has over {room:,} characters")
    return text


def _body(notice: Notice) -> Body:
    try:
        return decode(notice.body, type=Body)
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "the body is not a rendered card")
    raise failure


def _lines(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if part.inlines:
            yield "".join(map(_words, part.inlines))
        yield from _lines((*part.items, *part.columns))


def _words(run: Run) -> str:
    if run.select_action is None:
        return _inert(run.text)
    return f"{_inert(run.text)} ({run.select_action.url})"


def _inert(text: str) -> str:
    return _ACTS.sub("\N{WORD JOINER}", text)


def _fitted(head: Sequence[str], rest: list[str], below: Sequence[str], room: int) -> str:
    """All of it, or as many lines of the rest as there is room for, and that it was shortened."""
    text = "\n".join((*head, *rest, *below))
    kept = list(rest)
    while kept and len(text) > room:
        kept.pop()
        text = "\n".join((*head, *kept, SHORTENED, *below))
    return text
