"""Whose words are used, in whose way figures are written, and what a letter says of both."""

import json
import re
from datetime import date
from typing import Any

import msgspec
import pytest

from health.languages import LANGUAGES
from health.letters import LETTERS as KINDS
from health.letters import NUDGE
from templates.examples import APPROACHING_LIMIT, FAILED_PAYMENT, RENEWAL
from templates.letters import LetterContent, WeeksOfUse, Wording
from templates.payload import Spoken
from templates.render import render
from tests.templates.examples import ALERT, EXAMPLES, payload

LETTERS = [name for name, content in EXAMPLES.items() if isinstance(content, LetterContent)]


def letter(name: str, content: Spoken, **changes: Any) -> dict[str, Any]:
    return dict(json.loads(render(name, payload(msgspec.structs.replace(content, **changes)))))


@pytest.mark.parametrize(
    ("language", "tag", "amount", "due"),
    [
        ("en", "en", "Amount: €1,234.50", "Due: January 12, 2027"),
        ("en-GB", "en-GB", "Amount: €1,234.50", "Due: 12 January 2027"),
        ("de", "de", "Betrag: 1.234,50\xa0€", "Fällig am: 12. Januar 2027"),
        ("de-AT", "de-AT", "Betrag: €\xa01.234,50", "Fällig am: 12. Jänner 2027"),
        ("de_CH", "de-CH", "Betrag: EUR\xa01\u2019234.50", "Fällig am: 12. Januar 2027"),
        ("de-XX", "de", "Betrag: 1.234,50\xa0€", "Fällig am: 12. Januar 2027"),
        ("fr", "fr", "Montant\xa0: 1\u202f234,50\xa0€", "Échéance\xa0: 12 janvier 2027"),
        ("es-419", "es-419", "Importe: EUR\xa01,234.50", "Vencimiento: 12 de enero de 2027"),
        ("tlh", "en", "Amount: €1,234.50", "Due: January 12, 2027"),
    ],
)
def test_figures_are_written_as_the_words_language_writes_them(
    language: str, tag: str, amount: str, due: str
) -> None:
    mail = letter("failed_payment", FAILED_PAYMENT, language=language)
    assert mail["language"] == tag
    assert f"  {amount}\n  {due}\n" in mail["text"]
    assert mail["html"].lstrip().startswith(f'<!doctype html>\n<html lang="{tag}" dir="ltr">')


@pytest.mark.parametrize(
    ("stated", "origin"),
    [
        ({"language": "fr", "language_from": "contact"}, "contact"),
        ({"language": "fr", "language_from": "account"}, "account"),
        ({"language": "tlh", "language_from": "contact"}, "default"),
    ],
)
def test_a_letter_says_whose_language_it_is_in(stated: dict[str, str], origin: str) -> None:
    assert letter("renewal", RENEWAL, **stated)["language_from"] == origin


def test_a_preview_may_ask_for_another_language() -> None:
    mail = json.loads(render("renewal", payload(RENEWAL), "es"))
    assert (mail["language"], mail["language_from"]) == ("es", "asked")
    assert mail["subject"] == "Su suscripción a Lumen Works se renueva el 1 de marzo de 2027"


def test_colleagues_are_written_to_in_english() -> None:
    german = payload(msgspec.structs.replace(ALERT, language="de"))
    assert render("alert", german) == render("alert", payload(ALERT)) == render("alert", payload(ALERT), "de")


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_no_english_is_left_in_a_letter(name: str, language: str) -> None:
    """What a letter says in English and still says in another language are names, figures and links."""
    english, other = (json.loads(render(name, payload(EXAMPLES[name]), each)) for each in ("en", language))
    same = {line.strip() for line in english["text"].splitlines()} & {
        line.strip() for line in other["text"].splitlines()
    }
    links = {line for line in same if re.fullmatch(r"(\d+: )?https://\S+", line)}
    assert same - links <= {"", "--"}
    assert english["subject"] != other["subject"]


@pytest.mark.parametrize(
    ("language", "subject", "heading"),
    [
        ("en", "Harbour & Pine uses 1 of 1 seat", "1 of 1 seat in use"),
        ("de", "Harbour & Pine nutzt 1 von 1 Lizenz", "1 von 1 Lizenz genutzt"),
        ("fr", "Harbour & Pine utilise 1 licence sur 1", "Licence utilisée\xa0: 1 sur 1"),
        ("es", "Harbour & Pine usa 1 de 1 licencia", "Licencia en uso: 1 de 1"),
    ],
)
def test_one_seat_is_a_singular(language: str, subject: str, heading: str) -> None:
    mail = letter("approaching_limit", APPROACHING_LIMIT, used=1, allowed=1, language=language)
    assert (mail["subject"], heading in mail["html"]) == (subject, True)


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Harbour & Pine uses 9,000 of 10,000 api calls"),
        ("de", "Harbour & Pine: 9.000 von 10.000 genutzt (api calls)"),
    ],
)
def test_another_limit_is_named_as_its_source_names_it(language: str, subject: str) -> None:
    mail = letter(
        "approaching_limit",
        APPROACHING_LIMIT,
        used=9_000,
        allowed=10_000,
        unit="api_calls",
        language=language,
    )
    assert mail["subject"] == subject


@pytest.mark.parametrize(("days", "said"), [(None, False), (0, False), (1, True)])
def test_how_long_the_rest_lasts_is_said_where_it_lasts(days: int | None, said: bool) -> None:
    mail = letter("approaching_limit", APPROACHING_LIMIT, days_until_full=days, language="de")
    assert ("Hält dieses Tempo an" in mail["text"]) is said


@pytest.mark.parametrize(
    ("language", "on", "said"),
    [
        ("fr", date(2027, 3, 1), "le 1er mars 2027"),
        ("fr-CA", date(2027, 3, 1), "le 1er mars 2027"),
        ("fr", date(2027, 3, 11), "le 11 mars 2027"),
        ("es", date(2027, 3, 1), "el 1 de marzo de 2027"),
    ],
)
def test_french_counts_the_first_of_a_month(language: str, on: date, said: str) -> None:
    assert letter("renewal", RENEWAL, renews_on=on, language=language)["subject"].endswith(said)


def test_a_policy_s_own_words_for_active_are_said_in_english_alone() -> None:
    own = {"active_wording": "sent an invoice this month"}
    assert "People who use it (sent an invoice this month): 46" in letter("renewal", RENEWAL, **own)["text"]
    assert "Aktive Personen: 46 bei 120 Lizenzen" in letter("renewal", RENEWAL, **own, language="de")["text"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in LETTERS if KINDS[name] == NUDGE])
def test_the_words_of_a_variant_take_the_subject_s_place_and_stand_below_the_letter(
    name: str, language: str
) -> None:
    said = {each: f"Tried in {each}" for each in LANGUAGES}
    usual = letter(name, EXAMPLES[name], language=language)
    varied = letter(name, EXAMPLES[name], language=language, wording=Wording(subject=said))
    assert varied == usual | {"subject": said[language], "html": varied["html"]}
    noted = letter(name, EXAMPLES[name], language=language, wording=Wording(note=said))
    assert noted["subject"] == usual["subject"]
    assert noted["text"].replace(f"{said[language]}\n\n", "", 1) == usual["text"]
    assert noted["html"].count(f">{said[language]}</p>") == 1


@pytest.mark.parametrize("name", LETTERS)
def test_german_goes_on_in_small_letters_after_the_greeting(name: str) -> None:
    """After *Guten Tag,* the sentence goes on: only a name is written with a capital there."""
    content = EXAMPLES[name]
    assert isinstance(content, LetterContent)
    text = json.loads(render(name, payload(content), "de"))["text"]
    greeting, first, *_ = text.split("\n\n")
    assert greeting.startswith("Guten Tag")
    assert first[0].islower() or first.startswith(content.account_name)


def test_a_feature_is_not_said_to_be_unused_for_ever() -> None:
    """What is known is that nobody used it lately."""
    assert letter("feature_spotlight", EXAMPLES["feature_spotlight"])["subject"] == "Worth a look: Alerts"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "People who used it a day, week by week until November 29, 2026: 0, 20, 40"),
        ("de", "Aktive Personen pro Tag im Wochenschnitt, bis 29. November 2026: 0, 20, 40"),
    ],
)
def test_the_weeks_of_use_are_drawn_and_said(language: str, said: str) -> None:
    use = WeeksOfUse(people=(0, 20, 40), until=date(2026, 11, 29))
    mail = letter("renewal", RENEWAL, use=use, language=language)
    assert said in mail["text"]
    assert said in mail["html"]
    assert re.findall(r"<div style=\"height:(\d+)px", mail["html"]) == ["1", "28", "56"]
    without = letter("renewal", RENEWAL, use=None, language=language)
    assert "2026: " not in without["text"]
    assert '<div style="height:' not in without["html"]
