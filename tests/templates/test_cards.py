"""Cards for Teams: legal, small enough, in the words of Slack's messages, with nothing that acts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.nouns import Why
from templates.cards import LINES_LIMIT, ROOM, card
from templates.content import DigestRow, ExpansionContent, FlagLine, OperatorContent, Play, Trigger
from templates.payload import TEMPLATES, Spoken
from templates.render import render
from tests.schemas import Checker
from tests.templates.examples import ALERT, DIGEST, EXAMPLES, EXPANSION, payload
from tests.templates.test_injection import ANYTHING, hostile_alert

CARDS = tuple(name for name, template in TEMPLATES.items() if template.medium == "card")
SCHEMA = Checker(Path(__file__).parent / "adaptive_card.json")
HEAVIEST = ('W"' * 500, "\N{GRINNING FACE}" * 1_000, "\N{CJK RADICAL REPEAT}" * 1_000)
LONGEST = ("&" * 1_000, "Wörter & <mehr> " * 62, *HEAVIEST)


def read(name: str, content: Spoken) -> dict[str, Any]:
    return dict(json.loads(render(name, payload(content))))


def shown(sent: dict[str, Any]) -> dict[str, Any]:
    """The card with all that may be shown at once, before its foot."""
    body = [*sent["news"], *sent["body"]]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": sent["actions"]}


def assert_teams_takes(sent: dict[str, Any]) -> None:
    assert SCHEMA.problems(shown(sent), "card") == []
    as_text = json.dumps(
        json.dumps(shown(sent), ensure_ascii=False, separators=(",", ":")), ensure_ascii=False
    )
    assert len(as_text.encode()) <= ROOM + 200


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "TextRun" else []
        yield from (*own, *(text for part in value.values() for text in texts(part)))
    elif isinstance(value, list):
        yield from (text for part in value for text in texts(part))


@pytest.mark.parametrize("name", CARDS)
def test_every_example_is_legal(name: str) -> None:
    sent = read(name, EXAMPLES[name])
    assert_teams_takes(sent)
    assert sent["text"]


@pytest.mark.parametrize("name", CARDS)
def test_a_card_says_what_slacks_message_says(name: str) -> None:
    sent, slack = read(name, EXAMPLES[name]), read(TEMPLATES[name].file, EXAMPLES[name])
    for block in slack["blocks"]:
        for told in (block.get("text"), *block.get("fields", ()), *block.get("elements", ())):
            for line in told["text"].split("\n") if told and isinstance(told["text"], str) else ():
                words = line.replace("*", "").replace("&amp;", "&").partition("<")[0]
                assert words in "".join(texts(sent["body"])), line
    labels = [e["text"]["text"] for b in slack["blocks"] if b["type"] == "actions" for e in b["elements"]]
    assert [action["title"] for action in sent["actions"]] == labels


@pytest.mark.parametrize("name", LONGEST)
def test_two_hundred_reasons_with_the_longest_names_fit_and_what_is_left_out_is_counted(name: str) -> None:
    alert = msgspec.structs.replace(ALERT, account_name=name, term=name, reasons=(name,) * 200)
    for template in ("alert_card", "recovered_card"):
        sent = read(template, alert)
        assert_teams_takes(sent)
        assert [text for text in texts(sent) if text.startswith("… and 19")]


@pytest.mark.parametrize("name", HEAVIEST)
def test_what_of_an_alert_does_not_fit_is_counted_and_linked(name: str) -> None:
    flags = (FlagLine(kind=name, evidence=name, why=Why.WORSENED),) * 40
    play = Play(title=name, steps=(name,) * 40, talking_points=(name,) * 40)
    alert = msgspec.structs.replace(
        ALERT, account_name=name, owner_name=name, flags=flags, reasons=(name,) * 40, play=play
    )
    sent = read("alert_card", alert)
    assert_teams_takes(sent)
    assert sent["body"][-1]["inlines"][0]["text"].startswith("Shortened to what Teams can show: ")
    [link] = [run for run in sent["body"][-1]["inlines"] if "selectAction" in run]
    assert link["selectAction"]["url"] == "https://seatsignal.example/accounts/7?a=1&b=_2_"


@pytest.mark.parametrize("name", LONGEST)
def test_the_others_with_the_longest_names_fit(name: str) -> None:
    rows = (DigestRow(account_key=name, account_name=name, band="watch", reasons=(name,) * 2),) * 120
    assert_teams_takes(read("digest_card", msgspec.structs.replace(DIGEST, rows=rows, owner_name=name)))
    triggers = (Trigger(group="capacity", evidence=name),) * 200
    grown: ExpansionContent = msgspec.structs.replace(EXPANSION, account_name=name, triggers=triggers)
    assert_teams_takes(read("expansion_card", grown))
    assert_teams_takes(
        read("operator_card", OperatorContent(title=name, what_happened=name, what_to_do=(name,) * 200))
    )


def test_lines_that_are_left_out_are_counted_in_their_place() -> None:
    reasons = tuple(f"reason {number}" for number in range(200))
    said = list(texts(read("alert_card", msgspec.structs.replace(ALERT, reasons=reasons))["body"]))
    last = said.index(f"… and {201 - LINES_LIMIT} more")
    assert said[last - 1] == f"• reason {LINES_LIMIT - 2}"
    assert "Act by" in said, "what comes after it is there"


def test_a_digest_that_is_cut_says_how_many_rows_it_leaves_out() -> None:
    row = DigestRow(account_key="A", account_name="W" * 900, band="watch", reasons=("W" * 200,) * 2)
    sent = read("digest_card", msgspec.structs.replace(DIGEST, rows=(row,) * 40, more=0))
    rows = sum(str(box).count("W" * 900) for box in sent["body"])
    assert 5 < rows < 40
    assert f"Shortened to what Teams can show: {40 - rows} more in Seatsignal." in texts(sent["body"][-1])
    assert [action["title"] for action in sent["actions"]] == ["Open the list"]


def test_without_a_link_the_cut_is_said_alone() -> None:
    sent = card("text: t\n" + "section: " + "W" * 900 + "\n" + ("section: " + "W" * 900 + "\n") * 40)
    assert len(sent.body[-1].inlines) == 1  # type: ignore[union-attr]  # it is the paragraph that says so


def test_names_in_a_digest_lead_to_their_accounts() -> None:
    runs = [
        run
        for box in read("digest_card", DIGEST)["body"]
        for each in box.get("items", ())
        for run in each["inlines"]
    ]
    [named] = [run for run in runs if run["text"] == "Harbour & Pine"]
    assert named["weight"] == "bolder"
    assert named["selectAction"] == {"type": "Action.OpenUrl", "url": "https://seatsignal.example/accounts/7"}


@pytest.mark.parametrize(("name", "many"), [("alert_card", 1), ("recovered_card", 1), ("operator_card", 0)])
def test_news_is_told_where_the_card_does_not_say_it_word_for_word(name: str, many: int) -> None:
    assert len(read(name, EXAMPLES[name])["news"]) == many


ACTS = ("{{", "<at>", "</at>", "<AT>")
OF_TEAMS = (
    "<at>everyone</at>",
    "</AT>",
    "[your bank](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "<img src=https://evil.example/p.png>",
    "{{DATE(2027-02-14T06:00:00Z, SHORT)}}",
    "{{{TIME(2027-02-14T06:00:00Z)}}}",
    "${account_name}",
    "**bold** _it_ ~~gone~~",
    "# title\r- item",
    "<https://evil.example|your bank>",
    "<@U01ROBIN>",
)
HOSTILE = st.lists(st.one_of(ANYTHING, st.sampled_from(OF_TEAMS)), max_size=4).map("".join)


@settings(max_examples=150)
@given(text=HOSTILE)
def test_a_card_shows_any_text_and_does_nothing(text: str) -> None:
    sent = read("alert_card", hostile_alert(text))
    assert_teams_takes(sent)
    assert not [said for said in texts(shown(sent)) if any(mark in said for mark in ACTS)]
    links = json.dumps(shown(sent)).count("Action.OpenUrl")
    assert links == len(sent["actions"]) == 2, "both are ours"


@settings(max_examples=100)
@given(text=HOSTILE)
def test_a_card_gets_no_new_element(text: str) -> None:
    plain, sent = read("alert_card", hostile_alert("Z")), read("alert_card", hostile_alert(f"Z{text}"))
    assert [shape(each) for each in sent["body"]] == [shape(each) for each in plain["body"]]


def shape(element: object) -> object:
    """What an element is made of, without its words."""
    if isinstance(element, dict):
        return {name: shape(part) for name, part in element.items() if name not in {"text", "url"}}
    return [shape(part) for part in element] if isinstance(element, list) else element


@pytest.mark.parametrize("text", OF_TEAMS)
def test_what_means_something_to_teams_is_shown_as_it_is(text: str) -> None:
    sent = read("operator_card", OperatorContent(title=text, what_happened=text))
    told = "".join(texts(sent["body"])).replace("\N{WORD JOINER}", "")
    for mark, reads in (("*", "\N{ASTERISK OPERATOR}"), ("~", "\N{TILDE OPERATOR}"), ("\r", " ")):
        text = text.replace(mark, reads)
    text = text.replace("_it_", "\N{FULLWIDTH LOW LINE}it\N{FULLWIDTH LOW LINE}")
    assert told.count(text) == 2


@settings(max_examples=100)
@given(title=st.text(min_size=1, max_size=4_000), steps=st.lists(st.text(max_size=300), max_size=60))
def test_any_words_make_a_legal_card(title: str, steps: list[str]) -> None:
    named = f"T{title}"
    sent = read("operator_card", OperatorContent(title=named, what_happened=named, what_to_do=tuple(steps)))
    assert_teams_takes(sent)


def test_what_cannot_be_seen_leaves_nothing_empty() -> None:
    unseen = "\N{ZERO WIDTH SPACE}"
    row = msgspec.structs.replace(DIGEST.rows[0], account_name=unseen, reasons=(unseen,))
    for name, content in (
        ("digest_card", msgspec.structs.replace(DIGEST, rows=(row,), owner_name=unseen)),
        ("alert_card", hostile_alert(unseen)),
        ("operator_card", OperatorContent(title=unseen, what_happened=unseen, what_to_do=(unseen,))),
    ):
        assert_teams_takes(read(name, content))


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ({"type": "TextBlock", "text": "[x](https://evil.example)"}, "/body/0"),
        ({"type": "Image", "url": "https://evil.example/p.png"}, "/body/0"),
        (
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x", "colour": "good"}]},
            "/body/0",
        ),
        ({"type": "Container", "items": []}, "/body/0"),
    ],
)
def test_the_schema_refuses_what_we_never_send(broken: dict[str, object], where: str) -> None:
    [found] = SCHEMA.problems({"type": "AdaptiveCard", "version": "1.5", "body": [broken]}, "card")
    assert found.startswith(where)
