"""Letters as Outlook on Windows lays them out, with Word: no ``max-width``, no padding but in cells."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from health.languages import LANGUAGES
from templates.render import render
from tests.chromium import Chromium, chromium
from tests.templates.examples import payload
from tests.templates.test_seen import LETTERS

FOR_WORD = re.compile(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LINE_HEIGHT = re.compile(r"line-height:([^;\"]+)")
PADDING = re.compile(r"(?<![a-z-])padding:([^;\"]+)")
MSO_PADDING = re.compile(r"mso-padding-alt:([^;\"]+)")
WIDE = 1_000


class Tables(HTMLParser):
    """Which elements are open, and each start tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag in {"table", "tr", "td", "div"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"table", "tr", "td", "div"}:
            assert self.open.pop() == tag


def html(name: str, language: str = "en") -> str:
    letter: dict[str, str] = json.loads(render(name.strip(), payload(LETTERS[name]), language))
    return letter["html"]


def as_word_has_it(page: str) -> str:
    """A page with what is for Word alone, and without what Word does not know."""
    return re.sub(r"max-width:600px;?", "", FOR_WORD.sub(r"\1", page))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_no_wider_in_outlook(browser: Chromium, name: str) -> None:
    width = "document.querySelector('.card').getBoundingClientRect().width"
    browser.show(as_word_has_it(html(name)), WIDE, "light")
    assert browser.ask(width) == pytest.approx(600, abs=2)
    browser.show(html(name).replace("max-width:600px;", ""), WIDE, "light")
    assert browser.ask(width) > 900, "what is for Word alone does it"
    browser.show(html(name), WIDE, "light")
    assert browser.ask(width) == pytest.approx(600, abs=2)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_tables_are_whole_for_word_and_for_all_others(name: str, language: str) -> None:
    page = html(name, language)
    for_word, for_others = Tables(FOR_WORD.sub(r"\1", page)), Tables(COMMENT.sub("", page))
    assert (for_word.open, for_others.open) == ([], [])
    assert [tag for tag, has in for_word.tags if has.get("width") == "600"] == ["table"]
    assert [tag for tag, has in for_others.tags if has.get("width") == "600"] == []


@pytest.mark.parametrize("name", LETTERS)
def test_every_table_says_what_it_is_and_has_no_gaps(name: str) -> None:
    for tag, has in Tables(FOR_WORD.sub(r"\1", html(name))).tags:
        if tag == "table":
            assert has["role"] in {"presentation", "table"}
            assert [has[side] for side in ("cellpadding", "cellspacing", "border")] == ["0", "0", "0"]


@pytest.mark.parametrize("name", LETTERS)
def test_a_line_is_as_high_in_outlook(name: str) -> None:
    """Word takes a height for the least unless it is told, and then only in pixels or points."""
    styles = [has["style"] for _, has in Tables(html(name)).tags if "line-height" in has.get("style", "")]
    assert len(styles) >= 5
    assert all("mso-line-height-rule:exactly;line-height:" in style for style in styles)
    assert all(LINE_HEIGHT.findall(style)[-1].endswith("px") for style in styles)


@pytest.mark.parametrize("name", ["failed_payment", "approaching_limit"])
def test_a_button_is_as_large_in_outlook(name: str) -> None:
    """By its cell, whose padding Word knows; what others take from the link Word would add to it."""
    tags = Tables(html(name)).tags
    cell, link = (
        [has for tag, has in tags if tag == kind and has.get("class") == "button"] for kind in ("td", "a")
    )
    assert len(cell) == len(link) >= 1
    assert MSO_PADDING.findall(cell[0]["style"]) == PADDING.findall(link[0]["style"])
    assert MSO_PADDING.findall(link[0]["style"]) == ["0"]
    assert cell[0]["bgcolor"] in cell[0]["style"], "for who knows no background"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_says_its_language_where_the_head_is_dropped(name: str, language: str) -> None:
    [has] = [has for _, has in Tables(html(name, language)).tags if has.get("role") == "article"]
    assert (has["lang"], has["dir"]) == (language, "ltr")
