"""A message to Teams that Microsoft would not show is found out, whatever the stand-in makes of it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.integrations.asked import Asked, by_card

CARD = "application/vnd.microsoft.card.adaptive"


def posted(text: str = "At risk", **more: Any) -> Asked:
    body = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}]
    content = {"type": "AdaptiveCard", "version": "1.5", "body": body, **more}
    message = {"type": "message", "attachments": [{"contentType": CARD, "content": content}]}
    headers = {"content-type": "application/json; charset=utf-8"}
    return Asked("POST", "workflows/1/invoke", (("sig", "canary"),), headers, message)


SOUND = posted()
UNSOUND = {
    "another version": posted(version="1.6"),
    "a name that no page tells of": posted(colour="red"),
    "too large": posted("x" * 28 * 1024),
    "no card": replace(SOUND, body={"type": "message", "text": "At risk"}),
    "as a form": replace(SOUND, headers={"content-type": "application/x-www-form-urlencoded"}),
    "read": replace(SOUND, method="GET"),
}


def test_what_teams_takes() -> None:
    assert by_card.wrong(SOUND) == []
    assert by_card.wrong(Asked("GET", "", (), {})) == []


@pytest.mark.parametrize("name", UNSOUND)
def test_what_teams_does_not_take(name: str) -> None:
    assert by_card.wrong(UNSOUND[name])
