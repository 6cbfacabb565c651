"""Letters and their pages as a browser lays them out: narrow and wide, light and dark, in every language."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from health.languages import LANGUAGES
from templates.examples import (
    ACTIVATION,
    APPROACHING_LIMIT,
    CHAMPION,
    CONFIDENCE,
    EASE,
    EXPIRED,
    FAILED_PAYMENT,
    GREETING,
    INVITE,
    RENEWAL,
    SPOTLIGHT,
    SURVEY,
    TRAINING,
    UNUSED_SEATS,
    UPGRADE,
)
from templates.letters import MonthlyPrice
from templates.pages import (
    TOPICS,
    Choice,
    PreferencesPage,
    ProblemPage,
    SurveyedPage,
    SurveyPage,
    UnsubscribedPage,
    UnsubscribePage,
    page,
    style,
)
from templates.payload import Spoken
from templates.render import render
from tests.chromium import Chromium, Scheme, chromium
from tests.pictures import IMAGES, WIDTH, take
from tests.templates.examples import WELCOME, payload

pytestmark = pytest.mark.browser
WIDTHS = (320, 600)
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
LEGIBLE = 4.5
"""The contrast that WCAG 2.2 asks of text (success criterion 1.4.3)."""
LONG_NAME = "Donaudampfschifffahrtsgesellschaft-Nordwestdeutschland"
LONG = msgspec.structs.replace(
    RENEWAL,
    account_name=LONG_NAME,
    company_name=f"https://{LONG_NAME.lower()}.example",
    term_ends_on=date(2027, 9, 30),
    renews_on=date(2027, 9, 30),
    notice_by=date(2027, 9, 28),
    seats=12_345,
    price=MonthlyPrice(now_minor=123_456_700, next_minor=1_123_456_700, currency="CHF"),
)
LETTERS: dict[str, Spoken] = {
    "failed_payment": FAILED_PAYMENT,
    "failed_payment ": msgspec.structs.replace(FAILED_PAYMENT, invoice="in_" + "1N0ab2Cd3Ef4Gh5" * 3),
    "approaching_limit": APPROACHING_LIMIT,
    "renewal": RENEWAL,
    "renewal ": LONG,
    "survey_nps": SURVEY,
    "survey_renewal": CONFIDENCE,
    "survey_activation": EASE,
    "survey_nps ": msgspec.structs.replace(
        SURVEY, account_name=LONG_NAME, company_name=f"https://{LONG_NAME.lower()}.example"
    ),
}
NUDGES = {
    "welcome": GREETING,
    "welcome ": msgspec.structs.replace(
        GREETING, product=LONG_NAME, account_name=LONG_NAME, seats=None, steps=0
    ),
    "finish_activation": ACTIVATION,
    "finish_activation ": msgspec.structs.replace(WELCOME, account_name=LONG_NAME),
    "invite_team": INVITE,
    "unused_seats": msgspec.structs.replace(UNUSED_SEATS, account_name=LONG_NAME),
    "training_invitation": TRAINING,
    "upgrade_fits": UPGRADE,
    "feature_spotlight": SPOTLIGHT,
    "champion_material": CHAMPION,
    "licence_expired": msgspec.structs.replace(EXPIRED, products=(LONG_NAME, "Core")),
}
LETTERS |= NUDGES
CHOICES = tuple(Choice(name, words.name, words.about, wanted=True) for name, words in TOPICS.items())
PAGES = (
    PreferencesPage(company_name="Lumen Works", choices=CHOICES, nothing=False, saved=True),
    UnsubscribePage(
        company_name="Lumen Works", letters=TOPICS["renewal"].letters, about=TOPICS["renewal"].about
    ),
    UnsubscribedPage(company_name="Lumen Works", letters=TOPICS["failed_payment"].letters),
    SurveyPage(company_name="Lumen Works", kind="nps", scores=SURVEY.scores, chosen=10),
    SurveyPage(company_name=LONG_NAME, kind="renewal_confidence", scores=EASE.scores),
    SurveyedPage(company_name="Lumen Works", kept=True),
    SurveyedPage(company_name="Lumen Works", kept=False),
    ProblemPage(
        company_name="Lumen Works",
        title="This link does not work",
        advice="Nothing was changed. Please use the link in the email.",
    ),
)
BEYOND = """
[...document.querySelectorAll("body *")].filter(each => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && (box.right > WIDTH + 0.5 || box.left < -0.5);
}).map(each => each.outerHTML.slice(0, 80)).concat(
    document.documentElement.scrollWidth > WIDTH ? ["it scrolls"] : [])
"""
FAINT = """
(() => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = colour => parts(colour).slice(0, 3).map(value => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }).reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = node => {
        for (; node; node = node.parentElement) {
            const colour = getComputedStyle(node).backgroundColor, alpha = parts(colour)[3];
            if (alpha === undefined || alpha > 0) return colour;
        }
        return getComputedStyle(document.documentElement).colorScheme.includes("dark") &&
            matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(18, 18, 18)" : "rgb(255, 255, 255)";
    };
    const seen = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode, parent = text.parentElement;
        if (!text.data.trim() || !parent.getClientRects().length) continue;
        const [one, other] = [light(getComputedStyle(parent).color), light(ground(parent))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        seen.push([text.data.trim().slice(0, 40), contrast]);
    }
    return seen;
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


def html(name: str, language: str) -> str:
    letter: dict[str, str] = json.loads(render(name.strip(), payload(LETTERS[name]), language))
    return letter["html"]


def styled(at: int, language: str) -> str:
    """A page with its style sheet inside, as nothing serves it here."""
    link = '<link rel="stylesheet" href="../style.css">'
    shown = page(PAGES[at], language)
    assert link in shown
    return shown.replace(link, f"<style>{style().decode()}</style>")


SHOWN = [(name, html, name) for name in LETTERS] + [
    (type(each).__name__, styled, at) for at, each in enumerate(PAGES)
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("_name", "made", "which"), SHOWN, ids=[name for name, *_ in SHOWN])
def test_it_fits_and_is_legible(browser: Chromium, language: str, _name, made, which) -> None:
    for width, scheme in product(WIDTHS, SCHEMES):
        browser.show(made(which, language), width, scheme)
        assert browser.ask("document.documentElement.lang") == language
        assert browser.ask(BEYOND.replace("WIDTH", str(width))) == []
        seen = browser.ask(FAINT)
        assert len(seen) >= 3
        assert [(text, contrast) for text, contrast in seen if contrast < LEGIBLE] == []


ABOVE_THE_CLOSING = """
(() => {
    const closing = document.querySelector(".card").lastElementChild;
    const texts = [...closing.parentElement.querySelectorAll("*")].filter(
        each => each !== closing && !closing.contains(each) && each.getClientRects().length);
    const bottom = Math.max(...texts.map(each => each.getBoundingClientRect().bottom));
    return closing.getBoundingClientRect().top - bottom;
})()
"""


@pytest.mark.parametrize("name", LETTERS)
def test_the_closing_line_stands_by_itself(browser: Chromium, name: str) -> None:
    for width in WIDTHS:
        browser.show(html(name, "en"), width, "light")
        assert browser.ask(ABOVE_THE_CLOSING) >= 20, width


@pytest.mark.parametrize(("width", "rows"), [(320, 2), (600, 1), (1000, 1)])
def test_eleven_numbers_fill_a_letter_and_none_is_left_alone(
    browser: Chromium, width: int, rows: int
) -> None:
    browser.show(html("survey_nps", "en"), width, "light")
    tops = browser.ask(
        "[...document.querySelectorAll('.score')].map(each => each.getBoundingClientRect().top)"
    )
    assert len(tops) == 11
    assert len(set(tops)) == rows
    assert tops.count(tops[-1]) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_dark_and_light_are_not_the_same(browser: Chromium, language: str) -> None:
    grounds = []
    for scheme in SCHEMES:
        browser.show(html("renewal", language), 320, scheme)
        grounds.append(browser.ask("getComputedStyle(document.querySelector('.card')).backgroundColor"))
    assert len(set(grounds)) == 2


def test_what_is_too_wide_or_too_faint_is_seen(browser: Chromium) -> None:
    faint = '<p style="color:#999;background:#fff">so faint</p>'
    browser.show(f'<!doctype html><body>{faint}<div style="width:400px">wide</div></body>', 320, "light")
    assert "it scrolls" in browser.ask(BEYOND.replace("WIDTH", "320"))
    (found,) = [contrast for text, contrast in browser.ask(FAINT) if text == "so faint"]
    assert found == pytest.approx(2.85, abs=0.01)


def test_the_pictures_of_the_docs_can_be_taken(tmp_path: Path) -> None:
    take(tmp_path)
    taken = {path.name: path.read_bytes()[:24] for path in tmp_path.iterdir()}
    assert set(taken) == {path.name for path in (IMAGES / "letters").iterdir()}
    assert {int.from_bytes(head[16:20], "big") for head in taken.values()} == {WIDTH}


@pytest.mark.parametrize(("language", "name"), list(product(LANGUAGES, LETTERS)))
def test_a_letter_can_be_heard(browser: Chromium, language: str, name: str) -> None:
    browser.show(html(name, language), 320, "light")
    assert browser.ask("document.querySelectorAll('h1').length") == 1
    assert browser.ask("document.querySelectorAll('img:not([alt]), a:empty, td:empty, th:empty').length") == 0
    assert browser.ask(
        "[...document.querySelectorAll('table[role=table]')].every(t => t.querySelector('th[scope]'))"
    )
    assert browser.ask("document.querySelectorAll('table:not([role])').length") == 0
    assert browser.ask("document.title") != ""
