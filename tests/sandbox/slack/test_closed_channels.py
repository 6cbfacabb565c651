"""With Slack's kind of rate limit, and channels the bot cannot write to."""

from collections.abc import Iterator

import pytest
import requests

from tests.rehearsal import Rehearsal, start_sandbox
from tests.sandbox.slack.conftest import Slack

CHANNELS = [
    {"id": "C1", "name": "open"},
    {"id": "C2", "name": "gone", "is_archived": True},
    {"id": "C3", "name": "closed", "is_private": True, "is_member": False},
]


@pytest.fixture(scope="module")
def strict() -> Iterator[Rehearsal]:
    with start_sandbox({"channels": CHANNELS, "slack_rate": {"per_second": 0.01, "burst": 2}}) as running:
        yield running


@pytest.fixture
def slack(strict: Rehearsal) -> Slack:
    strict.reset()
    return Slack(strict.http)


def test_each_channel_has_its_own_rate_limit(strict: Rehearsal, slack: Slack):
    channels = ["C1", "C1", "C1", "C1", "U01ROBIN"]
    answers = [slack.send("chat.postMessage", {"channel": channel, "text": "Hi"}) for channel in channels]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429, 200]
    assert answers[2].json() == {"ok": False, "error": "ratelimited"}
    assert answers[2].headers["Retry-After"] == "100"
    assert requests.get(f"{strict.http}/slack/traffic", timeout=10).json() == {"limited": 2, "early": 1}
    assert strict.summary()["by_system"]["slack"]["effects"] == 3


@pytest.mark.parametrize(("channel", "error"), [("C2", "is_archived"), ("C3", "not_in_channel")])
def test_a_channel_may_be_closed_to_the_bot(slack: Slack, channel, error):
    assert slack.post(channel=channel)["error"] == error


def test_archived_channels_are_listed_unless_excluded(slack: Slack):
    both = slack.read("conversations.list", types="public_channel,private_channel")
    active = slack.read("conversations.list", exclude_archived="true")
    assert [channel["id"] for channel in both["channels"]] == ["C1", "C2", "C3"]
    assert [channel["id"] for channel in active["channels"]] == ["C1"]
