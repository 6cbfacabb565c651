"""Home tabs and commands: what Slack would refuse is refused."""

from typing import Any

import pytest
import requests

from tests.rehearsal import Rehearsal
from tests.sandbox.slack.conftest import Slack

DIVIDER = {"type": "divider"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_000}}


def publish(slack: Slack, view: Any, user: str = "U01ROBIN") -> Any:
    return slack.call("views.publish", {"user_id": user, "view": view})


@pytest.mark.parametrize("blocks", [[], [DIVIDER], [DIVIDER] * 100, [SECTION] * 80])
def test_a_home_is_published(slack: Slack, blocks):
    assert publish(slack, {"type": "home", "blocks": blocks})["ok"]


@pytest.mark.parametrize(
    ("view", "user", "error"),
    [
        ({"type": "home", "blocks": [DIVIDER] * 101}, "U01ROBIN", "invalid_arguments"),
        ({"type": "home", "blocks": [SECTION] * 90}, "U01ROBIN", "view_too_large"),
        ({"type": "modal", "blocks": []}, "U01ROBIN", "invalid_arguments"),
        ({"type": "home"}, "U01ROBIN", "invalid_arguments"),
        ({"type": "home", "blocks": [{"type": "section"}]}, "U01ROBIN", "invalid_arguments"),
        ({"type": "home", "blocks": [], "title": "Mine"}, "U01ROBIN", "invalid_arguments"),
        ({"type": "home", "blocks": []}, "U0NOBODY", "user_not_found"),
    ],
)
def test_what_slack_would_not_show_is_refused(slack: Slack, view, user, error):
    assert publish(slack, view, user)["error"] == error


@pytest.mark.parametrize(
    ("what", "done"),
    [
        ("command", {"user": "U0NOBODY", "channel": "C01SUCCESS"}),
        ("command", {"user": "U01ROBIN", "channel": "C09"}),
        ("look", {"user": "U0NOBODY"}),
    ],
)
def test_nobody_asks_nowhere(sandbox: Rehearsal, what, done):
    assert requests.post(f"{sandbox.http}/slack/{what}", json=done, timeout=10).status_code == 404
