"""What templates say, in the languages that it is written in: gettext catalogues, each read once.

English is what the templates and `phrase` say themselves. The catalogues are text files that are compiled in
memory, so that what is committed is what is read.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from health.languages import DEFAULT

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "letters"


def phrase(text: str) -> str:
    """Mark words that Python holds for a template to say: the extractor finds them by this name."""
    return text


ACTIVE = (phrase("signed in within 30 days"), phrase("mean of working days over 28 days"))
"""What our policies say that active means; the words of a policy of one's own are said in English alone."""


def source(language: str) -> Path:
    """Return the file of a language's catalogue."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the catalogue of a language, ``de``. Raises `OSError` where there is none."""
    if language == DEFAULT:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - English does without
    from babel.messages.pofile import read_po  # noqa: PLC0415 - see above

    with source(language).open("rb") as written:
        entries = read_po(written, locale=language)
    compiled = BytesIO()
    write_mo(compiled, entries)
    compiled.seek(0)
    return GNUTranslations(compiled)
