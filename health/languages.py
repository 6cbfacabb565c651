"""In which language a person is written to: their own, else their account's, else English."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

DEFAULT = "en"
LANGUAGES = (DEFAULT, "de", "fr", "es")
"""What letters are written in; the first where nothing else is known."""
Origin = Literal["contact", "account", "default"]
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})([-_][a-z]{4})?([-_](?P<region>[a-z]{2}|[0-9]{3}))?([-_.@][a-z0-9].*)?",
    re.ASCII | re.IGNORECASE,
)


class Spoken(NamedTuple):
    """A language tag such as ``de-AT``, and whose it is."""

    tag: str
    origin: Origin


def spoken(contact: str | None, account: str | None) -> Spoken:
    """Return the language to write to a contact in; each argument is as its source states it.

    One that letters are not written in counts as none: what follows is asked.
    """
    if tag := written(contact):
        return Spoken(tag, "contact")
    if tag := written(account):
        return Spoken(tag, "account")
    return Spoken(DEFAULT, "default")


def written(stated: str | None, among: Sequence[str] = LANGUAGES) -> str:
    """Return the tag, language and region, of a stated language; empty unless it is among some languages.

    ``de_AT``, ``DE`` and ``de-Latn-AT`` are understood. A region only changes how figures are written.
    """
    found = _TAG.fullmatch((stated or "").strip())
    language = found["language"].lower() if found else ""
    if found is None or language not in among:
        return ""
    return f"{language}-{found['region'].upper()}" if found["region"] else language


def accepted(header: str, among: Sequence[str] = LANGUAGES) -> str:
    """Return the tag of those we write that a browser likes best, or English.

    The header is ``Accept-Language`` (RFC 9110); what in it cannot be read is passed over.
    """
    liked = sorted(_ranges(header), key=lambda each: -each[1])
    return next((tag for stated, weight in liked if weight > 0 and (tag := written(stated, among))), DEFAULT)


def _ranges(header: str) -> Iterable[tuple[str, float]]:
    for part in header[:_HEADER_LIMIT].split(","):
        stated, _, parameter = part.partition(";")
        weight = _WEIGHT.fullmatch(parameter.strip()) if parameter else None
        if not parameter or weight:
            yield stated.strip(), float(weight[1]) if weight else 1.0


_HEADER_LIMIT = 500
"""Characters of a header that are read; browsers send far fewer."""
_WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)", re.ASCII)
