"""Slack's markup: text that stays text, the few links and mentions we mean, and cutting without harm."""

import re

from jinja2.exceptions import SecurityError
from markupsafe import Markup

from templates.bidi import isolated
from templates.plain import one_line

LOOKALIKES = str.maketrans(
    {"*": "\N{ASTERISK OPERATOR}", "~": "\N{TILDE OPERATOR}", "`": "\N{MODIFIER LETTER GRAVE ACCENT}"}
)
"""Slack has no escape for its own marks: these read the same and mean nothing to it."""

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BROADCAST = re.compile(r"@(?=(?:channel|everyone|group|here)\b)", re.IGNORECASE)
_QUOTE = re.compile(r"^\s*>+")
_LINK = re.compile(r"https?://[^\s<>|\"'`\\]+")
_PERSON = re.compile(r"[UW][A-Z0-9]{5,20}")
_PART = re.compile(r"&(?:amp|lt|gt);|<[^<>]*>|.", re.DOTALL)


def inert(text: str) -> Markup:
    """Any text as mrkdwn that shows it and does nothing: no mention, link, quote or formatting."""
    if isinstance(text, Markup):
        return text
    words = _QUOTE.sub("\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}", one_line(text))
    words = _BROADCAST.sub("@\N{WORD JOINER}", words)
    words = _EDGE_UNDERSCORE.sub("\N{FULLWIDTH LOW LINE}", words.translate(LOOKALIKES))
    return Markup(words.translate(_ENTITIES))  # noqa: S704 - this is the escape


def url(link: str) -> Markup:
    """A web address for ``<address|words>`` or a button. Raises `SecurityError` for anything else."""
    if not _LINK.fullmatch(link):
        raise SecurityError("not a web address")
    return Markup(link.replace("&", "&amp;"))  # noqa: S704 - the pattern admits no mark of Slack's


def mention(owner: str, name: str) -> Markup:
    """A person's Slack id as a mention, or else the name as text."""
    if _PERSON.fullmatch(owner):
        return Markup(f"<@{owner}>")  # noqa: S704 - letters and digits
    return Markup(isolated(inert(name or owner)))  # noqa: S704 - it is escaped


def shortened(markup: str, limit: int) -> str:
    """Markup of at most ``limit`` characters, never cut inside an entity or between ``<`` and ``>``."""
    if len(markup) <= limit:
        return markup
    kept, size = [], 0
    for part in _PART.findall(markup):
        size += len(part)
        if size >= limit:
            break
        kept.append(part)
    return "".join(kept).rstrip() + "…"
