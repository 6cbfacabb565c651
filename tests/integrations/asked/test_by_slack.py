"""Slack's own library finds what Slack would refuse: a misspelt name, a text too long, a block too many."""

from dataclasses import replace
from typing import Any

import pytest

from tests.integrations.asked import Asked, by_slack

BEARER = {"authorization": "Bearer xoxb-canary"}
HEADER = {"type": "header", "text": {"type": "plain_text", "text": "At risk"}}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Seats*"}}
BUTTON = {
    "type": "button",
    "action_id": "a",
    "text": {"type": "plain_text", "text": "Open"},
    "url": "https://a.example",
}
POST = {"channel": "C1", "text": "At risk", "blocks": [HEADER, SECTION]}
INPUT = {
    "type": "input",
    "label": {"type": "plain_text", "text": "Until"},
    "element": {"type": "datepicker", "action_id": "until"},
}
FORM = {"type": "modal", "title": {"type": "plain_text", "text": "Snooze"}, "blocks": [INPUT]}
LABEL = {"event_type": "notice", "event_payload": {"key": "k"}}


def posted(method: str = "chat.postMessage", **changes: Any) -> Asked:
    body = {name: said for name, said in {**POST, **changes}.items() if said is not None}
    return Asked("POST", method, (), BEARER, body)


def opened(**changes: Any) -> Asked:
    return Asked("POST", "views.open", (), BEARER, {"trigger_id": "1", "view": {**FORM, **changes}})


def of(block: dict[str, Any], **changes: Any) -> Asked:
    return posted(blocks=[{**block, **changes}])


def plain(length: int) -> dict[str, str]:
    return {"type": "plain_text", "text": "x" * length}


LISTED = Asked("GET", "conversations.list", (("limit", "200"), ("types", "im")), BEARER)
SOUND: dict[str, Asked] = {
    "a message": posted(metadata=LABEL, thread_ts="1.2", parse="none", unfurl_links=False),
    "news of it": posted("chat.update", ts="1.2"),
    "a form": opened(),
    "a page": LISTED,
    "50 blocks": posted(blocks=[SECTION] * 50),
}
UNSOUND: dict[str, Asked] = {
    "a misspelt argument": posted(unfurl_link=False),
    "an argument of another method": posted("chat.update", ts="1.2", thread_ts="1.2"),
    "without what is required": posted("chat.update"),
    "without words": posted(text=None),
    "a misspelt name in a block": of(SECTION, colour="red"),
    "no block": posted(blocks=[{"type": "paragraph"}]),
    "51 blocks": posted(blocks=[SECTION] * 51),
    "a header too long": of(HEADER, text=plain(151)),
    "a section too long": of(SECTION, text={"type": "mrkdwn", "text": "x" * 3001}),
    "11 fields": of(SECTION, fields=[plain(1)] * 11),
    "a button too long": of(SECTION, accessory={**BUTTON, "text": plain(76)}),
    "26 buttons": posted(blocks=[{"type": "actions", "elements": [BUTTON] * 26}]),
    "a misspelt name in the metadata": posted(metadata={**LABEL, "event": "x"}),
    "a title too long": opened(title=plain(25)),
    "a misspelt name in a form": opened(colour="red"),
    "101 blocks of a form": opened(blocks=[INPUT] * 101),
    "a page too long": replace(LISTED, query=(("limit", "1000"),)),
    "a method that is none": replace(LISTED, path="conversations.lists"),
    "reading by writing": replace(LISTED, method="POST"),
    "nobody's token": replace(LISTED, headers={}),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_slack_takes(name: str) -> None:
    assert by_slack.wrong(SOUND[name]) == []


@pytest.mark.parametrize("name", UNSOUND)
def test_what_slack_does_not_take(name: str) -> None:
    assert by_slack.wrong(UNSOUND[name])
