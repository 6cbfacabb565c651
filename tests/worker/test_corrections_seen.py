"""Corrections as people see them in Slack: one message, changed in place, and news in its thread."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.integrations.slack import rig as slack
from tests.rehearsal import PATIENCE_S, Rehearsal, start_sandbox
from tests.worker.test_assess import keep
from tests.worker.test_corrections import (
    DAY,
    NAMES,
    SILENT,
    alerted,
    answer,
    invoice,
    judge,
    later,
    used,
)
from worker.deliver import deliver
from worker.deployment import Deployment

__all__ = ["alerted"]
CHANNEL = "#customer-success"
DIGEST = "Your accounts"


@pytest.fixture(scope="module")
def started() -> Iterator[Rehearsal]:
    with start_sandbox({"slack_rate": {"per_second": 10_000, "burst": 10_000}}) as running:
        yield running


@pytest.fixture
def seen(alerted: Deployment, started: Rehearsal, monkeypatch: pytest.MonkeyPatch):
    """Deliver what is due, and read the channel as people do: each message with the replies in its thread."""
    started.reset()
    for variable, value in slack.rig(started).good.items():
        monkeypatch.setenv(variable, value)

    def read(method: str, **query: str) -> list[dict[str, Any]]:
        url, token = f"{started.http}/slack/api/{method}", {"Authorization": "Bearer xoxb-sandbox-token"}
        found = requests.get(url, params=query, headers=token, timeout=PATIENCE_S).json()
        return list(found["messages"] if "messages" in found else found["channels"])

    def threads() -> list[list[dict[str, Any]]]:
        deliver(alerted, "slack")
        channel = next(c["id"] for c in read("conversations.list") if f"#{c['name']}" == CHANNEL)
        messages = reversed(read("conversations.history", channel=channel))
        parents = (each for each in messages if not each["text"].startswith(DIGEST))
        return [read("conversations.replies", channel=channel, ts=parent["ts"]) for parent in parents]

    yield threads
    for destination in alerted._destinations.values():
        destination.close()  # type: ignore[attr-defined]  # all have it


def test_an_alert_that_was_never_right_is_one_message_that_says_so(alerted, seen):
    (before,) = seen()
    assert len(before) == 1
    assert before[0]["text"].startswith("a0 is ")
    keep(alerted.database, used("a0", *range(1, SILENT + 1)))
    for days in (0, 1):
        keep(alerted.database, later(days))
        judge(alerted, DAY + timedelta(days=days))
    ((parent, reply),) = seen()
    assert parent["ts"] == before[0]["ts"]
    assert parent["text"] == "Correction: a0 was not at risk on Jun 1, 2026."
    assert "came late" in str(parent["blocks"])
    assert "no alert would have been sent" in str(reply["blocks"])


def test_where_another_risk_stands_the_alert_goes_on_and_its_thread_says_what_was_never_so(alerted, seen):
    name = NAMES[1]
    keep(alerted.database, [invoice(name), answer(name, 2)])
    judge(alerted, DAY)
    _, before = seen()
    assert len(before) == 1
    assert "NPS answer 2 of 10" in str(before[0]["blocks"])
    keep(alerted.database, [answer(name, 9)])
    for _ in range(2):
        judge(alerted, DAY + timedelta(days=1))
    _, (parent, reply) = seen()
    assert parent["text"].startswith(f"Correction: part of what was told of {name} was not so. It is ")
    assert "this was told and was not so*\n" in str(parent["blocks"][1:]).replace("\\n", "\n")
    assert "It was never so" in str(reply["blocks"])
    assert "NPS answer 2 of 10" in str(reply["blocks"])
