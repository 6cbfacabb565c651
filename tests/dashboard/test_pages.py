import re
from html.parser import HTMLParser

import pytest

from health.languages import DEFAULT, LANGUAGES
from health.letters import topic
from templates.pages import (
    EVERY,
    OTHER,
    TOPICS,
    Choice,
    Page,
    PreferencesPage,
    ProblemPage,
    SurveyedPage,
    SurveyPage,
    Topic,
    UnsubscribedPage,
    UnsubscribePage,
    page,
    problem,
    style,
)
from templates.payload import TEMPLATES

HOSTILE = """<script>alert(1)</script>"'&"""
CHOICES = tuple(Choice(name, words.name, words.about, wanted=True) for name, words in TOPICS.items())
PAGES: tuple[Page, ...] = (
    UnsubscribePage(company_name=HOSTILE, letters=HOSTILE, about=HOSTILE),
    UnsubscribedPage(company_name=HOSTILE, letters=HOSTILE),
    PreferencesPage(company_name=HOSTILE, choices=CHOICES, nothing=True, saved=True),
    SurveyPage(company_name=HOSTILE, kind="nps", scores=tuple(range(11)), chosen=7),
    SurveyedPage(company_name=HOSTILE, kept=True),
    SurveyedPage(company_name=HOSTILE, kept=False),
    ProblemPage(company_name=HOSTILE, title=HOSTILE, advice=HOSTILE),
)


class Reader(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def test_every_letter_can_be_chosen():
    assert set(TOPICS) == {topic(name) for name, template in TEMPLATES.items() if template.medium == "mail"}
    assert topic("survey_nps") == topic("survey_renewal") == "surveys"


@pytest.mark.parametrize("content", PAGES, ids=lambda content: type(content).__name__)
def test_a_page_needs_nothing_that_our_policy_forbids_and_escapes_what_it_is_given(content: Page):
    read = Reader(page(content))
    assert read.all("script", "style", "iframe", "img", "base", "object") == []
    assert not [
        name for _, attributes in read.elements for name in attributes if name[:2] == "on" or name == "style"
    ]
    assert read.all("link") == [{"rel": "stylesheet", "href": "../style.css"}]


@pytest.mark.parametrize("content", PAGES, ids=lambda content: type(content).__name__)
def test_a_page_can_be_heard_and_worked_without_a_mouse(content: Page):
    read = Reader(page(content))
    assert read.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert [len(read.all(tag)) for tag in ("title", "main", "h1")] == [1, 1, 1]
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    shown = [field for field in read.all("input") if field["type"] != "hidden"]
    assert {field["id"] for field in shown} == {label["for"] for label in read.all("label")}
    assert {field["aria-describedby"] for field in shown if "aria-describedby" in field} <= set(ids)
    assert all("aria-describedby" in field for field in shown if field["type"] == "checkbox")
    assert len(read.all("fieldset")) == len(read.all("legend"))


@pytest.mark.parametrize("topic", [*TOPICS.values(), EVERY, OTHER])
def test_each_topic_reads_as_a_sentence(topic: object):
    words = UnsubscribePage(company_name="Example", letters=topic.letters, about=topic.about)
    assert f"<h1>Stop {topic.letters}?</h1>" in page(words)


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (400, "That could not be read"),
        (404, "This link does not work"),
        (503, "Please try again soon"),
        (500, "Something went wrong"),
        (418, "Something went wrong"),
    ],
)
def test_a_problem_in_plain_words(status: int, title: str):
    assert f"<h1>{title}</h1>" in problem("Example", status)


def words_of(shown: str) -> set[str]:
    """The texts between the tags of a page."""
    return {text.strip() for text in re.split(r"<[^>]*>", shown) if text.strip()}


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != DEFAULT])
@pytest.mark.parametrize("topic", [*TOPICS.values(), EVERY, OTHER], ids=lambda topic: topic.name)
def test_no_english_is_left_in_a_page(language: str, topic: Topic):
    pages = (
        UnsubscribePage(company_name="Example", letters=topic.letters, about=topic.about),
        UnsubscribedPage(company_name="Example", letters=topic.letters),
        PreferencesPage(company_name="Example", choices=CHOICES, nothing=True, saved=True),
        PreferencesPage(company_name="Example", choices=CHOICES, nothing=True, saved=False),
    )
    for each in pages:
        shown = page(each, language)
        assert words_of(shown) & words_of(page(each)) <= {"Example"}
        assert f'<html lang="{language}" dir="ltr">' in shown


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != DEFAULT])
@pytest.mark.parametrize("status", [400, 404, 405, 408, 413, 500, 503])
def test_no_english_is_left_in_a_problem(language: str, status: int):
    assert words_of(problem("Example", status, language)) & words_of(problem("Example", status)) <= {
        "Example"
    }


def test_the_style_has_a_dark_side():
    assert b"prefers-color-scheme: dark" in style()
