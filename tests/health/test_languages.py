"""Whose language a letter is in, and what becomes of one that nothing is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.languages import LANGUAGES, accepted, spoken, written

CHOICES = (
    # contact, account, tag, whose
    ("de", "fr", "de", "contact"),
    ("DE", "", "de", "contact"),
    ("de-AT", "fr", "de-AT", "contact"),
    ("de_AT", "fr", "de-AT", "contact"),
    (" de_at ", None, "de-AT", "contact"),
    ("de-Latn-AT", "", "de-AT", "contact"),
    ("de_DE.UTF-8", "", "de-DE", "contact"),
    ("es-419", "", "es-419", "contact"),
    ("en", "de", "en", "contact"),
    ("", "fr-CA", "fr-CA", "account"),
    (None, "ES", "es", "account"),
    ("tlh", "es", "es", "account"),
    ("Deutsch", "fr", "fr", "account"),
    ("deu", "fr", "fr", "account"),
    ("", "", "en", "default"),
    (None, None, "en", "default"),
    ("tlh", "zh-Hant-TW", "en", "default"),
    ("../../de", "de\n<b>", "en", "default"),
    ("de-", "de AT", "en", "default"),
)


@pytest.mark.parametrize(("contact", "account", "tag", "origin"), CHOICES)
def test_a_letter_is_in_the_contact_s_language_else_the_account_s_else_english(
    contact: str | None, account: str | None, tag: str, origin: str
) -> None:
    assert spoken(contact, account) == (tag, origin)


@given(stated=st.text())
def test_whatever_is_stated_a_tag_is_one_of_ours_or_none(stated: str) -> None:
    tag = written(stated)
    assert tag == "" or tag.partition("-")[0] in LANGUAGES
    assert written(tag) == tag


def test_only_what_is_asked_for_counts() -> None:
    assert (written("de", ("en",)), written("en-GB", ("en",))) == ("", "en-GB")


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("de-CH,de;q=0.9,en;q=0.8", "de-CH"),
        ("en;q=0.5, fr-CA;q=0.7", "fr-CA"),
        ("tlh, es;q=0.1", "es"),
        ("de;q=0", "en"),
        ("de;q=0, fr;q=0.001", "fr"),
        ("*", "en"),
        ("de;q=x, fr;q=0.2", "fr"),
        ("de;level=1, es;q=0.2", "es"),
        ("," * 10_000 + "de", "en"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_likes_best(header: str, tag: str) -> None:
    assert accepted(header) == tag


@given(header=st.text())
def test_whatever_a_browser_says_a_page_has_a_language(header: str) -> None:
    assert written(accepted(header)) == accepted(header)
