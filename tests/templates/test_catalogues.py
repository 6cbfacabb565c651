"""Every catalogue says all of what the templates say, as text, with the same places for values."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from config.policy import load
from health.languages import DEFAULT, LANGUAGES
from templates import catalogues
from templates.catalogues import ACTIVE, DOMAIN, FOLDER, catalogue, source

TRANSLATED = tuple(language for language in LANGUAGES if language != DEFAULT)
PLACE = re.compile(r"%\((\w+)\)s")
MARKUP = re.compile(r"[<>{}\\]|&\w+;|&#|%(?!\(\w+\)s)|[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
ENDS = (".", ":", "?", ",")


def template() -> Catalog:
    with (FOLDER / f"{DOMAIN}.pot").open("rb") as file:
        return read_po(file)


def written(language: str) -> Catalog:
    with source(language).open("rb") as file:
        return read_po(file, locale=language)


def said(entries: Catalog) -> set[str | tuple[str, ...]]:
    """What is to be said: a text, or a singular and its plural."""
    return {_key(message) for message in entries if message.id}


def _key(message: Message) -> str | tuple[str, ...]:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a translation beside what it translates."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
        return
    singular, plural = message.id
    for number, form in enumerate(message.string):
        yield (singular if number == 0 else plural), form


def entries() -> list[tuple[str, str, str]]:
    return [
        (language, original, form)
        for language in TRANSLATED
        for message in written(language)
        if message.id
        for original, form in forms(message)
    ]


@pytest.fixture(scope="module")
def extracted() -> set[str | tuple[str, ...]]:
    """What Babel finds in the templates as they are."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "phrase": None}
    found = extract_from_dir(os.fspath(FOLDER.parent), methods, options, keywords)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, *_ in found}


def test_the_committed_template_is_what_the_templates_say(extracted: set[str | tuple[str, ...]]) -> None:
    assert said(template()) == extracted
    assert "Hello," in extracted


def test_there_is_a_catalogue_of_each_language_and_no_other() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_says_everything_and_nothing_else(language: str) -> None:
    assert said(written(language)) == said(template())


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_leaves_nothing_open(language: str) -> None:
    catalog = written(language)
    assert (catalog.fuzzy, list(catalog.obsolete)) == (False, [])
    assert [message.id for message in catalog if message.id and message.fuzzy] == []
    assert len(next(m.string for m in catalog if isinstance(m.id, tuple))) == catalog.num_plurals


@pytest.mark.parametrize(("_language", "original", "form"), entries())
def test_a_translation_is_text_with_the_same_places(_language: str, original: str, form: str) -> None:
    assert form.strip() == form != ""
    assert MARKUP.search(form) is None
    assert sorted(PLACE.findall(form)) == sorted(PLACE.findall(original))
    assert form != original or original == "%(label)s: %(value)s"  # a word that is missing looks the same
    assert form.endswith(ENDS) == original.endswith(ENDS)


@pytest.mark.parametrize(
    "form",
    [
        "<b>x</b>",
        "&amp;",
        "{{ x }}",
        "%(n)d",
        "100 %",
        "x\N{RIGHT-TO-LEFT OVERRIDE}",
        "x\u200by",
        "a\nb",
        "a\\n",
    ],
)
def test_what_is_no_text_would_be_seen(form: str) -> None:
    assert MARKUP.search(form)


def test_french_sets_no_break_spaces_before_its_tall_marks() -> None:
    loose = [
        form
        for language, _, form in entries()
        if language == "fr" and re.search(r"(?<![\xa0\u202f])[:;?!»]", form)
    ]
    assert loose == []


def test_each_catalogue_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.cache_clear()
    opened: list[Path] = []
    monkeypatch.setattr(
        catalogues, "source", lambda language: opened.append(source(language)) or source(language)
    )
    assert {catalogue("de").gettext("Hello,") for _ in range(3)} == {"Guten Tag,"}
    assert (len(opened), catalogue(DEFAULT).gettext("Hello,"), len(opened)) == (1, "Hello,", 1)


def test_the_shipped_policies_words_for_active_are_said_in_every_language() -> None:
    assert {each.wording for each in load().active} <= set(ACTIVE)
