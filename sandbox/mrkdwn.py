"""Slack's mark-up as HTML that cannot carry anything else."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from markupsafe import Markup, escape

PRE = re.compile(r"```\n?(.+?)```", re.DOTALL)
QUOTED = re.compile(r"(?:>|&gt;) ?")
TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?P<bare>https?://[^\s<>|]+[^\s<>|.,;:!?)'\"])"
    r"|(?<![\w*])\*(?=\S)(?P<bold>[^*\n]+)(?<=\S)\*(?![\w*])"
    r"|(?<![\w_])_(?=\S)(?P<italic>[^_\n]+)(?<=\S)_(?![\w_])"
    r"|(?<![\w~])~(?=\S)(?P<strike>[^~\n]+)(?<=\S)~(?![\w~])"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
    r"|(?P<newline>\n)"
)
EMPHASIS = {"bold": "strong", "italic": "em", "strike": "s"}
BROADCASTS = frozenset({"!channel", "!here", "!everyone"})
LINK = re.compile(r"(?:https?://|mailto:)\S+")
DRAWN = frozenset(re.findall(r'id="([a-z0-9_+-]+)"', (Path(__file__).parent / "pages/emoji.svg").read_text()))


def plain(text: str) -> Markup:
    """A plain_text object: nothing is mark-up but emoji names."""
    return Markup("").join(
        _emoji(part) if is_name else escape(part)
        for is_name, part in _alternating(re.split(r":([a-z0-9_+-]+):", text))
    )


def mrkdwn(text: str, names: Mapping[str, str]) -> Markup:
    """A mrkdwn object; `names` are shown for the ids of people and channels it mentions."""
    return Markup("").join(
        Markup("<pre>{}</pre>").format(_literal(part)) if is_pre else _lines(part, names)
        for is_pre, part in _alternating(PRE.split(text))
    )


def _alternating(parts: list[str]) -> Iterator[tuple[bool, str]]:
    return ((number % 2 == 1, part) for number, part in enumerate(parts))


def _lines(text: str, names: Mapping[str, str]) -> Markup:
    shown = Markup("")
    for quoted, group in groupby(text.split("\n"), lambda line: bool(QUOTED.match(line))):
        lines = list(group)
        if quoted:
            inner = _inline("\n".join(QUOTED.sub("", line, count=1) for line in lines), names)
            shown += Markup("<blockquote>{}</blockquote>").format(inner)
        else:
            shown += _inline("\n".join(lines), names)
    return shown


def _inline(text: str, names: Mapping[str, str]) -> Markup:
    shown, end = Markup(""), 0
    for token in TOKEN.finditer(text):
        shown += _literal(text[end : token.start()]) + _token(token, names)
        end = token.end()
    return shown + _literal(text[end:])


def _literal(text: str) -> Markup:
    return escape(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _token(token: re.Match[str], names: Mapping[str, str]) -> Markup:
    kind = token.lastgroup or ""
    content = token[kind]
    match kind:
        case "code":
            return Markup("<code>{}</code>").format(_literal(content))
        case "angle" | "bare":
            return _angle(content, names)
        case "emoji":
            return _emoji(content)
        case "newline":
            return Markup("<br>")
        case _:
            tag = Markup(EMPHASIS[kind])  # noqa: S704 - one of three constants
            return Markup("<{0}>{1}</{0}>").format(tag, _inline(content, names))


def _emoji(name: str) -> Markup:
    """A drawing, because the machine may have no font with emoji; unknown names stay as written."""
    if name not in DRAWN:
        return escape(f":{name}:")
    drawing = '<svg class="emoji" role="img" aria-label="{0}"><use href="/view/emoji.svg#{0}"/></svg>'
    return Markup(drawing).format(name)  # noqa: S704 - a constant


def _angle(content: str, names: Mapping[str, str]) -> Markup:
    target, _, label = content.partition("|")
    if LINK.fullmatch(target):
        link = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>')
        return link.format(_literal(target), _literal(label or target))
    if target in BROADCASTS:
        return Markup('<b class="mention loud">@{}</b>').format(target[1:])
    if target[:1] in {"@", "#"}:
        name = names.get(target[1:], label or target[1:])
        return Markup('<b class="mention">{}{}</b>').format(target[0], name)
    return _literal(label if label and target.startswith("!") else f"<{content}>")
