"""Values as a template may see them: plain, one line each, of bounded length."""

import re
from collections.abc import Mapping
from datetime import date

from msgspec import to_builtins

from templates.bidi import closed

TEXT_LIMIT = 1_000
"""Characters of one value; more is cut, with an ellipsis to show it."""

Plain = str | int | float | date | None | tuple["Plain", ...] | dict[str, "Plain"]

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN = re.compile(
    r"[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)


def one_line(text: str) -> str:
    """Text without line breaks, control characters, or marks that reorder or hide what is read."""
    return _BREAKS.sub(" ", _UNSEEN.sub("", text)).strip()


def one_marked_line(text: str) -> str:
    """Words of ours in one line; the marks in them that keep names apart (`templates.bidi`) stay."""
    return " ".join(text.split())


def shortened(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters, its end replaced by an ellipsis if it was longer."""
    return text if len(text) <= limit else closed(text[: limit - 1].rstrip() + "…", limit)


def values(content: object) -> dict[str, Plain]:
    """The fields of a content as plain values: text, numbers, days, and tuples and dicts of them."""
    fields = to_builtins(content, builtin_types=(date,))
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: object) -> Plain:
    match value:
        case str():
            return shortened(one_line(value), TEXT_LIMIT)
        case None | int() | float() | date():
            return value
        case Mapping():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return tuple(_plain(part) for part in value)
        case _:
            raise TypeError(f"a template cannot be given a {type(value).__name__}")
