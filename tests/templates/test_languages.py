"""Whose words are used, and in whose way figures are written."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from jinja2 import ChoiceLoader, DictLoader

from templates import render as rendering
from tests.templates.examples import FAILED_PAYMENT, payload

GERMAN = {
    "email/de/failed_payment.txt.j2": "Zahlung offen\n{{ amount_minor|money(currency) }} am {{ due_on|day }}",
    "email/de_CH/failed_payment.txt.j2": "Zahlung offen\n{{ amount_minor|money(currency) }} (CH)",
}


@pytest.fixture
def _german() -> Iterator[None]:
    environment = rendering._environment("text")
    stored = environment.loader
    assert stored is not None
    environment.loader = ChoiceLoader([DictLoader(GERMAN), stored])
    rendering._template.cache_clear()
    yield
    environment.loader = stored
    rendering._template.cache_clear()


@pytest.mark.usefixtures("_german")
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "1.234,50\N{NO-BREAK SPACE}€ am 12. Januar 2027\n"),
        ("de-AT", "€\N{NO-BREAK SPACE}1.234,50 am 12. Jänner 2027\n"),
        ("de_CH", "EUR\N{NO-BREAK SPACE}1\N{RIGHT SINGLE QUOTATION MARK}234.50 (CH)\n"),
    ],
)
def test_words_are_taken_from_the_nearest_language_folder(language: str, text: str) -> None:
    content = msgspec.structs.replace(FAILED_PAYMENT, language=language)
    mail = json.loads(rendering.render("failed_payment", payload(content)))
    assert mail["subject"] == "Zahlung offen"
    assert mail["text"] == text
