"""Markdown: text that stays text, on one line and in one cell."""

import re

from markupsafe import Markup

from templates.plain import one_line

_MARKS = re.compile(
    r"""[\\`*\[\]<>|~@]      # marks of its own, and mentions
    | ^\#                    # a heading
    | (?<![^\W_])_|_(?![^\W_])  # emphasis: an underscore within a word is none
    | &(?=\#|\w+;)           # an entity
    | :(?=//) | (?<=\bwww)\. # what is made a link by itself""",
    re.IGNORECASE | re.VERBOSE,
)


def literal(text: str) -> Markup:
    """Any text as Markdown that shows it and does nothing: no link, mention, markup or column."""
    if isinstance(text, Markup):
        return text
    return Markup(_MARKS.sub(r"\\\g<0>", one_line(text)))  # noqa: S704 - this is the escape
