"""How figures are written: Babel's locale of a language that there are words in."""

from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

from health.languages import DEFAULT, written


@lru_cache(maxsize=512)
def locale(stated: str, among: tuple[str, ...]) -> Locale:
    """Return the locale of a stated language; English where there are no words in it.

    One of a region that Babel does not know is the language's own.
    """
    tag = written(stated, among) or DEFAULT
    try:
        return Locale.parse(tag, sep="-")
    except UnknownLocaleError:
        return Locale(tag.partition("-")[0])


def tag(of: Locale) -> str:
    """Return a locale's language tag, as HTML and mail write it: ``de-AT``."""
    return str(of).replace("_", "-")
