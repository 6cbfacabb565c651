"""Colleagues answer in Slack: from the button, over HTTP, to what everybody in the channel reads."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import requests
from sqlalchemy import select

from store.tables import answers
from tests import book
from tests.dashboard.channel import CHANNEL, NOOR, ROBIN
from tests.dashboard.conftest import is_fenced


def buttons(message: dict[str, Any]) -> list[str]:
    return [
        each["text"]["text"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for each in block["elements"]
    ]


ALL = ["Acknowledge", "Snooze…", "Not a risk…", "Done…", "Assign…"]


def test_a_button_pressed_is_read_by_everybody_in_the_message_and_its_thread(channel):
    before = channel.about(book.UNPAID)
    assert buttons(before) == ALL
    assert channel.press(book.UNPAID, "acknowledge") == {"status": 200, "said": None}
    channel.delivered()
    after = channel.about(book.UNPAID)
    assert after["ts"] == before["ts"]
    assert f"*Taken on* by <@{ROBIN}>" in str(after["blocks"])
    assert buttons(after) == ALL[1:]
    assert [each["text"] for each in channel.messages(before["ts"])][1:] == [
        f"*Taken on* by <@{ROBIN}>, Jun 1, 2026"
    ]
    assert channel.states() == {"acknowledged"}


def test_who_comes_second_is_told_alone(channel):
    channel.press(book.UNPAID, "acknowledge")
    channel.press(book.UNPAID, "acknowledge", NOOR)
    words = f"<@{ROBIN}> has taken it on already, on Jun 1, 2026."
    assert channel.whispers() == [{"channel": CHANNEL, "user": NOOR, "text": words}]


def test_a_snooze_asks_how_long_and_why(channel):
    channel.press(book.UNPAID, "snooze")
    form = channel.form()
    assert form["user"] == ROBIN
    wrong = channel.act("fill", form=form["id"], values={"for": "7", "reason": "  "})
    assert wrong["said"]["errors"] == {"reason": "Say it in a few words: others read it."}
    values = {"for": "7", "reason": "they <!channel> pay *Monday*"}
    assert channel.act("fill", form=form["id"], values=values)["said"] is None
    channel.delivered()
    (_, told) = channel.messages(channel.about(book.UNPAID)["ts"])
    assert told["text"].startswith(f"*Snoozed until Jun 8, 2026* by <@{ROBIN}>, Jun 1, 2026: they ")
    assert "<!channel>" not in told["text"]
    assert "*Monday*" not in told["text"]
    assert channel.states() == {"snoozed"}


@pytest.mark.parametrize(
    ("button", "values", "then", "words"),
    [
        ("dismiss", {"reason": "paid by cheque"}, "resolved", "*Closed as no risk* by"),
        ("done", {"outcome": "kept"}, "acknowledged", "*Done* by"),
        ("assign", {"to": NOOR}, "firing", f"*Assigned to <@{NOOR}>* by"),
    ],
)
def test_other_buttons_ask_what_they_need(channel, button, values, then, words):
    channel.press(book.UNPAID, button)
    assert channel.act("fill", form=channel.form()["id"], values=values) == {"status": 200, "said": None}
    channel.delivered()
    assert words in str(channel.about(book.UNPAID)["blocks"])
    assert channel.states() == {then}


def test_a_snooze_lasts_until_the_window_only_where_there_is_one_ahead(channel):
    channel.press(book.RENEWING, "snooze")
    (choice,) = [each["element"] for each in channel.form()["view"]["blocks"] if each["block_id"] == "for"]
    assert [each["value"] for each in choice["options"]] == ["1", "7", "window"]


def test_a_call_taken_again_and_again_has_one_effect(channel, monkeypatch):
    """As one who has recorded it would send it: the same bytes, eight at once."""
    sent: list[tuple[dict[str, str], bytes]] = []
    desk = channel.deployment.desk("slack")
    verify = desk.verify
    monkeypatch.setattr(
        desk, "verify", lambda headers, body: (sent.append((dict(headers), body)), verify(headers, body))
    )
    channel.press(book.UNPAID, "snooze")
    channel.act("fill", form=channel.form()["id"], values={"for": "1", "reason": "on holiday"})
    headers, body = sent[-1]
    signature = {name: headers[name] for name in headers if name.startswith("x-slack")}
    again = partial(requests.post, f"{channel.url}/desks/slack", body, headers=signature, timeout=10)
    with ThreadPoolExecutor(8) as pool:
        assert {each.status_code for each in pool.map(lambda _: again(), range(24))} == {200}
    with channel.deployment.database.read() as connection:
        assert len(connection.execute(select(answers)).all()) == 1


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/desks/slack", {}, 400),
        ("/desks/slack", {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=00"}, 400),
        ("/desks/teams", {}, 404),
    ],
)
def test_nobody_else_is_let_in(channel, path, headers, status):
    answer = requests.post(f"{channel.url}{path}", b"payload=%7B%7D", headers=headers, timeout=10)
    assert answer.status_code == status
    assert is_fenced(answer)
    assert channel.states() == {"firing"}


def test_an_answer_is_taken_while_slack_is_away(channel):
    """What would be asked back or told is lost, what was said is not."""
    channel.sandbox.faults("slack", "500", on="chat.postEphemeral", times=3)
    channel.press(book.UNPAID, "acknowledge")
    assert channel.press(book.UNPAID, "acknowledge", NOOR)["status"] == 200
    assert channel.states() == {"acknowledged"}
    channel.sandbox.calm()
