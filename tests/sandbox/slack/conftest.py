from dataclasses import dataclass
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from tests.rehearsal import Rehearsal

TOKEN = "xoxb-sandbox-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SUCCESS = "C01SUCCESS"
Json = dict[str, Any]


@dataclass(frozen=True)
class Slack:
    """Calls the stand-in without Slack's own client, so that wrong things can be sent too."""

    http: str

    def send(self, method: str, body: Json) -> requests.Response:
        return requests.post(f"{self.http}/slack/api/{method}", json=body, headers=BEARER, timeout=10)

    def call(self, method: str, body: Json) -> Json:
        return self.send(method, body).json()

    def read(self, method: str, **query: str | int) -> Json:
        url = f"{self.http}/slack/api/{method}"
        return requests.get(url, params=query, headers=BEARER, timeout=10).json()

    def post(self, **more: object) -> Json:
        return self.call("chat.postMessage", {"channel": SUCCESS, "text": "Hello", **more})


@pytest.fixture
def slack(sandbox: Rehearsal) -> Slack:
    return Slack(sandbox.http)


@pytest.fixture
def client(sandbox: Rehearsal) -> WebClient:
    """Slack's own client: what it sends must pass."""
    return WebClient(TOKEN, base_url=f"{sandbox.http}/slack/api/", retry_handlers=[])


def keyed(key: str, **payload: str) -> Json:
    return {"event_type": "notice", "event_payload": {"key": key, **payload}}


def texts(answer: Json) -> list[str]:
    return [message["text"] for message in answer["messages"]]
