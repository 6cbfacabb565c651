"""A name written right to left reorders nothing around it: in characters, and as a browser lays it out."""

import json
import sys
from collections.abc import Iterator
from unicodedata import bidirectional

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.bidi import FSI, PDI, bdi, closed, isolated
from templates.examples import FAILED_PAYMENT, RENEWAL, SURVEY
from templates.mrkdwn import mention
from templates.pages import SurveyPage, UnsubscribedPage, page
from templates.plain import one_line, shortened
from templates.render import SUBJECT_LIMIT, render
from tests.chromium import Chromium, chromium
from tests.templates.examples import ALERT, EXAMPLES, payload

HEBREW, ARABIC = "חברת אלפא (2020) 7", "شركة ألفا 3"
NAMES = (HEBREW, ARABIC, "Acme ישראל", "א")


def marked(text: str) -> str:
    return f"{FSI}{text}{PDI}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEBREW, marked(HEBREW)),
        (ARABIC, marked(ARABIC)),
        ("א", marked("א")),
        ("(א)", marked("(א)")),
        ("חברת Alf", marked("חברת Alf")),
        ("Acme ישראל", marked("Acme ישראל")),
        ("Acme Works ישראל 7", f"Acme Works {marked('ישראל')} 7"),
        ("The team of חברת אלפא has 3 of 10 seats", f"The team of {marked('חברת אלפא')} has 3 of 10 seats"),
        ("ישראל has 3 of 10 seats", f"{marked('ישראל')} has 3 of 10 seats"),
        ("אב and גד share one", f"{marked('אב')} and {marked('גד')} share one"),
        ("https://seller.example/א", "https://seller.example/א"),
        ("Lumen Works", "Lumen Works"),
        ("Grüße, 株式会社 €9", "Grüße, 株式会社 €9"),
        ("٣", "٣"),
        ("", ""),
    ],
)
def test_only_what_is_written_right_to_left_is_marked(text: str, expected: str) -> None:
    assert isolated(text) == expected
    assert isolated(expected) == expected, "never twice"


@given(st.text() | st.text("אבجد ab1() .", max_size=20))
def test_marks_come_in_pairs_and_change_nothing_else(text: str) -> None:
    plain = one_line(text)
    said = isolated(plain)
    assert said.replace(FSI, "").replace(PDI, "") == plain
    assert said.count(FSI) == said.count(PDI)
    opened = 0
    for character in said:
        opened += (character == FSI) - (character == PDI)
        assert opened in {0, 1}


def test_every_letter_that_is_written_right_to_left_is_known() -> None:
    backwards = [each for each in map(chr, range(sys.maxunicode)) if bidirectional(each) in {"R", "AL"}]
    assert len(backwards) > 1_000
    assert [each for each in backwards if one_line(each) and isolated(each) != marked(each)] == []


def test_marks_of_others_are_dropped_still() -> None:
    assert one_line(f"\u202e{marked('a')}\u2067\u200f") == "a"


def test_html_has_elements_and_stays_escaped() -> None:
    assert bdi(f"a < {marked('א')}") == "a &lt; <bdi>א</bdi>"


def test_what_is_cut_is_closed() -> None:
    long = marked("אב" * 100)
    assert shortened(long, 50).endswith(f"…{PDI}")
    assert len(shortened(long, 50)) <= 50
    assert closed("abc…", 4) == "abc…"


def named(example: msgspec.Struct, name: str, *fields: str) -> bytes:
    return payload(msgspec.structs.replace(example, **dict.fromkeys(fields, name)))  # type: ignore[arg-type]  # one of ours


@pytest.mark.parametrize("name", NAMES)
def test_every_medium_keeps_a_name_apart(name: str) -> None:
    content = named(FAILED_PAYMENT, name, "account_name", "company_name")
    mail = json.loads(render("failed_payment", content))
    assert isolated(name) in mail["text"]
    assert str(bdi(isolated(name))) in mail["html"]
    assert mail["text"].count(FSI) == mail["text"].count(PDI) > 0
    task = json.loads(render("alert_task", named(EXAMPLES["alert_task"], name, "account_name")))
    assert task["subject"].startswith(f"{isolated(name)}: ")
    slack = json.loads(render("alert", named(ALERT, name, "account_name")))
    assert slack["text"].startswith(isolated(name))
    assert slack["blocks"][0]["text"]["text"].startswith(isolated(name))


def test_a_person_who_is_named_in_slack_is_kept_apart() -> None:
    assert mention("", HEBREW) == marked(HEBREW)
    assert mention("U01ROBIN", HEBREW) == "<@U01ROBIN>"


def test_a_subject_and_a_title_hold_marks_and_no_elements() -> None:
    mail = json.loads(render("renewal", named(RENEWAL, HEBREW, "account_name", "company_name")))
    assert len(mail["subject"]) <= SUBJECT_LIMIT
    [title] = [line for line in mail["html"].splitlines() if line.startswith("<title>")]
    assert title == f"<title>{mail['subject']}</title>"
    for content in (
        UnsubscribedPage(company_name=HEBREW, letters="x"),
        SurveyPage(company_name=HEBREW, kind="nps", scores=SURVEY.scores),
    ):
        head, _, shown = page(content).partition("</head>")
        assert f"{marked(HEBREW)}</title>" in head
        assert "<bdi>" not in head
        assert f"<bdi>{HEBREW}</bdi>" in shown


@pytest.mark.parametrize("template", EXAMPLES)
def test_all_others_stay_as_they_are(template: str) -> None:
    words = render(template, payload(EXAMPLES[template])).decode()
    assert FSI not in words
    assert "<bdi>" not in words


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


PLACES = """
(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = {};
    while (walker.nextNode()) {
        const node = walker.currentNode;
        for (const word of WORDS) {
            const at = node.data.indexOf(word);
            if (at < 0 || found[word]) continue;
            const range = document.createRange();
            range.setStart(node, at); range.setEnd(node, at + word.length);
            const box = range.getBoundingClientRect();
            found[word] = [Math.round(box.top), box.left, box.right];
        }
    }
    return found;
})()
"""


def places(browser: Chromium, html: str, *words: str) -> list[list[float]]:
    browser.show(html, 1_200, "light")
    found = browser.ask(PLACES.replace("WORDS", json.dumps(words)))
    return [found[word] for word in words]


def sentence(name: str) -> str:
    """A line with a name between digits and words, in HTML as a letter has it."""
    return f'<!doctype html><body><p lang="en">Account {bdi(isolated(name))} 12 (of 34) seats</p>'


@pytest.mark.browser
@pytest.mark.parametrize("name", [HEBREW, ARABIC, "חברת אלפא"])
def test_words_after_a_name_stay_where_they_are(browser: Chromium, name: str) -> None:
    """Numbers and brackets have no direction of their own: they take that of the letters before them."""
    words = ("Account", name, "12", "(of", "seats")
    kept = places(browser, sentence(name), *words)
    assert [place[1] for place in kept] == sorted(place[1] for place in kept)
    drawn = places(browser, sentence(name).replace("<bdi>", "").replace("</bdi>", ""), *words)
    assert [place[1] for place in drawn] != sorted(place[1] for place in drawn), "so it would be without"
    in_text = sentence(name).replace("<bdi>", FSI).replace("</bdi>", PDI)
    assert [place[1] for place in places(browser, in_text, *words)] == [place[1] for place in kept]


@pytest.mark.browser
@pytest.mark.parametrize("name", [HEBREW, ARABIC])
def test_a_letter_reads_in_order(browser: Chromium, name: str) -> None:
    html = json.loads(render("survey_nps", named(SURVEY, name, "account_name")))["html"]
    before, itself, after = places(browser, html, "Your answer for", name, "helps us")
    assert before[0] == pytest.approx(after[0], abs=3)
    assert before[2] <= itself[1]
    assert itself[2] <= after[1]
