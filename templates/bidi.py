"""Names written right to left among words written left to right: none reorders what is around it.

A mark before it and one after (FSI and PDI, unicode.org/reports/tr9) let it be laid out for itself. Marks in
a text from outside were dropped before (`templates.plain`): these are ours alone.
"""

import re
from collections.abc import Iterable
from unicodedata import bidirectional

from markupsafe import Markup, escape

FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_SCRIPTS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Blocks of scripts that are written right to left, with marks and digits of theirs."""
_SCRIPT = re.compile(f"[{_SCRIPTS}]")
_STRETCH = re.compile(rf"[{_SCRIPTS}](?:[{_SCRIPTS}\W\d_]*[{_SCRIPTS}])?")
_ADDRESS = re.compile(r"https?://\S*")
_STRONG = frozenset({"R", "AL"})


def isolated(text: str) -> str:
    """Text between marks, if it holds a letter that is written right to left and is not marked already.

    What is mostly written so is marked whole, with its digits and signs; in any other text, as a sentence of
    ours with a name in it, each stretch that is. An address of the web stays as it is.
    """
    if not _SCRIPT.search(text) or FSI in text or _ADDRESS.fullmatch(text):
        return text
    classes = [bidirectional(character) for character in text]
    backwards = _count(classes, _STRONG)
    if not backwards:
        return text
    if backwards >= _count(classes, frozenset("L")):
        return f"{FSI}{text}{PDI}"
    return _STRETCH.sub(_marked, text)


def bdi(text: str) -> Markup:
    """Text as HTML, with elements in the place of marks."""
    return Markup(str(escape(text)).replace(FSI, "<bdi>").replace(PDI, "</bdi>"))  # noqa: S704 - it is escaped


def unbdi(html: Markup) -> Markup:
    """HTML with marks in the place of the elements, for where it takes none: a title, an attribute."""
    return Markup(html.replace("<bdi>", FSI).replace("</bdi>", PDI))  # noqa: S704 - it is escaped


def closed(text: str, limit: int) -> str:
    """Text that was cut, at most so long, with the mark that was cut off."""
    if text.count(FSI) == text.count(PDI):
        return text
    return text[: limit - 2].rstrip("…") + "…" + PDI


def _marked(found: re.Match[str]) -> str:
    strong = any(bidirectional(character) in _STRONG for character in found[0])
    return f"{FSI}{found[0]}{PDI}" if strong else found[0]


def _count(classes: Iterable[str], wanted: frozenset[str]) -> int:
    return sum(each in wanted for each in classes)
