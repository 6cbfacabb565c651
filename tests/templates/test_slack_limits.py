"""Slack's limits, as Slack's own SDK knows them and as the reports of refusals add to them."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from health.nouns import Why
from templates.blocks import HOME, MESSAGE, Room, message
from templates.content import DigestRow, FlagLine, OperatorContent, Play
from templates.payload import Spoken
from templates.render import render
from tests.templates.examples import ACCOUNT, ALERT, DIGEST, EXAMPLES, OWN, REPLY, WEEK, payload
from worker.asked import HOME_ROWS, LISTED, OWN_ROWS
from worker.weekly import OVERDUE, OWNERS

SLACK = ("alert", "recovered", "expansion", "digest", "operator", "account", "own", "reply", "week")
LONG = "Wörter & <mehr> " * 400
LINE, MANY = LONG[:1_500], 200
"""More than a template is given of a value, as often as a payload holds it."""
LONG_FLAGS = (FlagLine(kind="k", evidence=LINE, why=Why.FIRST),) * MANY


def read(name: str, content: Spoken) -> dict[str, Any]:
    return dict(json.loads(render(name, payload(content))))


def assert_slack_takes(sent: dict[str, Any]) -> None:
    blocks = Block.parse_all(sent["blocks"])
    assert [block.to_dict()["type"] for block in blocks] == [block["type"] for block in sent["blocks"]]
    assert 0 < len(blocks) <= 50
    assert len(msgspec.json.encode(sent["blocks"]).decode()) + len(sent["text"]) <= 12_000
    assert 0 < len(sent["text"]) <= 1_000
    assert 0 < len(sent["news"]) <= 2_900


@pytest.mark.parametrize("name", SLACK)
def test_every_example_is_legal(name: str) -> None:
    assert_slack_takes(read(name, EXAMPLES[name]))


@pytest.mark.parametrize(
    "content",
    [
        msgspec.structs.replace(ALERT, account_name=LONG, reasons=(LINE,) * MANY, flags=LONG_FLAGS),
        msgspec.structs.replace(ALERT, account_name="&" * 149, what_would_change=LONG),
        msgspec.structs.replace(ALERT, play=Play(title=LONG, steps=(LONG,) * 9, talking_points=(LONG,))),
        msgspec.structs.replace(ALERT, flags=LONG_FLAGS),
        msgspec.structs.replace(ALERT, reasons=("short",) * MANY, changes=("short",) * MANY),
    ],
)
def test_an_alert_of_any_length_is_cut_to_what_slack_takes(content: Spoken) -> None:
    assert_slack_takes(read("alert", content))


def test_a_long_digest_keeps_its_first_rows_and_its_button_and_says_that_it_is_cut() -> None:
    row = DigestRow(account_key="A", account_name=LONG[:900], band="watch", reasons=(LONG[:900],) * 2)
    sent = read("digest", msgspec.structs.replace(DIGEST, rows=(row,) * 120))
    assert_slack_takes(sent)
    assert sent["blocks"][2]["text"]["text"].startswith("*1. ")
    assert "Shortened to what Slack can show" in sent["blocks"][-2]["elements"][0]["text"]
    assert sent["blocks"][-1]["type"] == "actions"


@pytest.mark.parametrize("name", ["&" * 900, LONG[:900], "W" * 900, "\N{GRINNING FACE}" * 900])
def test_as_many_accounts_of_any_name_as_are_told_of_fit_and_none_is_cut_away(name: str) -> None:
    row = msgspec.structs.replace(OWN.rows[0], account_key=name, account_name=name, grows=True)
    mine = read("own", msgspec.structs.replace(OWN, rows=(row,) * OWN_ROWS, more=185))
    assert_slack_takes(mine)
    assert len([each for each in mine["blocks"] if each["type"] == "section"]) == 1 + OWN_ROWS
    assert mine["blocks"][-1]["elements"][0]["text"] == "And 185 accounts more."
    home = read("home", msgspec.structs.replace(OWN, rows=(row,) * HOME_ROWS, more=140))
    assert len(home["blocks"]) == HOME_ROWS + 3 <= 100
    assert home["blocks"][-1]["elements"][0]["text"] == "And 140 accounts more."
    assert len(msgspec.json.encode(home["blocks"])) < 250_000
    listed = msgspec.structs.replace(DIGEST.rows[0], account_key=name, account_name=name)
    for kind in ("several", "unknown"):
        reply = read("reply", msgspec.structs.replace(REPLY, kind=kind, asked=name, rows=(listed,) * LISTED))
        assert_slack_takes(reply)
        assert str(reply["blocks"]).count("• ") == LISTED


@pytest.mark.parametrize("name", ["&" * 900, LONG[:900]])
def test_a_week_of_any_names_fits(name: str) -> None:
    row = msgspec.structs.replace(DIGEST.rows[0], account_key=name, account_name=name)
    owner = msgspec.structs.replace(WEEK.owners[0], owner=f"#{name}")
    full = msgspec.structs.replace(
        WEEK, owners=(owner,) * OWNERS, more_owners=9, overdue=(row,) * OVERDUE, more_overdue=200
    )
    sent = read("week", full)
    assert_slack_takes(sent)
    assert str(sent["blocks"]).count(" told, ") == OWNERS
    assert str(sent["blocks"]).count("act by") == OVERDUE
    assert sent["blocks"][-1]["elements"][0]["text"] == "And 200 accounts more."


def test_an_account_of_any_length_is_cut_to_what_slack_takes() -> None:
    long = msgspec.structs.replace(ACCOUNT, account_name=LONG, reasons=(LINE,) * MANY, flags=LONG_FLAGS)
    assert_slack_takes(read("account", long))


def test_a_cut_never_breaks_an_entity() -> None:
    sent = read("alert", msgspec.structs.replace(ALERT, account_name="&" * 149))
    header = sent["blocks"][0]["text"]["text"]
    assert header.replace("&amp;", "").replace("…", "") == ""


@settings(max_examples=150)
@given(title=st.text(min_size=1, max_size=4_000), steps=st.lists(st.text(max_size=300), max_size=60))
def test_any_words_make_a_legal_message(title: str, steps: list[str]) -> None:
    named = f"T{title}"
    sent = read("operator", OperatorContent(title=named, what_happened=named, what_to_do=tuple(steps)))
    assert_slack_takes(sent)


@pytest.mark.parametrize("words", ["hello", "shout: x", " text: x", "text x", "text: a\nb"])
def test_a_line_that_is_no_part_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="begins with no kind"):
        message(words)


def test_neighbouring_fields_share_sections_of_ten() -> None:
    sent = message("text: t\n" + "field: f\n" * 23)
    assert [len(block.fields) for block in sent.blocks if hasattr(block, "fields")] == [10, 10, 3]


@pytest.mark.parametrize(("room", "blocks"), [(MESSAGE, 50), (HOME, 100)])
def test_no_more_blocks_than_slack_takes_however_short_they_are(room: Room, blocks: int) -> None:
    many = message("text: t\n" + "section: s\n" * 120 + "answer: acknowledge Acknowledge\n", room)
    assert len(many.blocks) == blocks
    assert [type(block).__name__ for block in many.blocks[-2:]] == ["Context", "Actions"]
    just = message("text: t\n" + "section: s\n" * blocks, room)
    assert {type(block).__name__ for block in just.blocks} == {"Section"}
