"""A channel of Slack's stand-in in which a day's alerts stand, the people in it, and our side of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import select

from config.routes import Person, Routes, load_routes
from dashboard.app import create_app
from dashboard.desks import Reception
from store.tables import flags
from tests import book
from tests.dashboard.conftest import COMPANY, NOBODY, served
from tests.integrations.slack.rig import rig
from tests.rehearsal import Rehearsal
from worker import asked
from worker.deliver import deliver
from worker.deployment import Deployment
from worker.desk import filled, pressed
from worker.release import go_live

CHANNEL, ROBIN, NOOR = "C01SUCCESS", "U01ROBIN", "U02NOOR"
SECRET = "signing-secret"  # invented
PATIENCE_S = 10
MOST_LOOKS = 1_000


@dataclass
class Channel:
    """The channel of customer success, the people in it, and our side of it."""

    sandbox: Rehearsal
    url: str
    deployment: Deployment
    forms: set[str] = field(default_factory=set)
    """Those that were shown so far."""

    def messages(self, ts: str = "") -> list[dict[str, Any]]:
        """What the channel shows outside threads, or a thread from its first message on."""
        method = "conversations.replies" if ts else "conversations.history"
        asked = {"channel": CHANNEL} | ({"ts": ts} if ts else {})
        headers = {"Authorization": "Bearer xoxb-sandbox-token"}
        url = f"{self.sandbox.http}/slack/api/{method}"
        return list(requests.get(url, asked, headers=headers, timeout=10).json()["messages"])

    def about(self, account: str) -> dict[str, Any]:
        return next(each for each in self.messages() if f"Account {account}" in str(each["blocks"]))

    def act(self, what: str, **done: object) -> Any:
        return requests.post(f"{self.sandbox.http}/slack/{what}", json=done, timeout=10).json()

    def press(self, account: str, action: str, user: str = ROBIN) -> Any:
        ts = self.about(account)["ts"]
        return self.act("press", channel=CHANNEL, ts=ts, action=action, user=user)

    def private(self) -> dict[str, Any]:
        return dict(requests.get(f"{self.sandbox.http}/slack/private", timeout=10).json())

    def form(self) -> dict[str, Any]:
        """The form that was asked back, one that was not shown before; it is sent after the answer."""
        until = time.monotonic() + PATIENCE_S
        while not (new := [each for each in self.private()["forms"] if each["id"] not in self.forms]):
            assert time.monotonic() < until, f"no form within {PATIENCE_S} s"
        self.forms.add(new[-1]["id"])
        return dict(new[-1])

    def whispers(self) -> list[dict[str, Any]]:
        return list(self._shown("whispers"))

    def _shown(self, what: str) -> Any:
        until = time.monotonic() + PATIENCE_S
        while not (found := self.private()[what]):
            assert time.monotonic() < until, f"no {what} within {PATIENCE_S} s"
        return found

    def delivered(self) -> None:
        deliver(self.deployment, "slack")

    def states(self, account: str = book.UNPAID) -> set[str]:
        with self.deployment.database.read() as connection:
            query = select(flags.c.state).where(flags.c.term.like(f"%{account}@%"))
            return set(connection.execute(query).scalars())

    def ask(self, text: str, user: str = ROBIN, channel: str = CHANNEL) -> Any:
        """Give the command, and return the answer, which Slack must take."""
        answer = self.act("command", user=user, channel=channel, text=text)
        assert (answer["status"], answer["problems"]) == (200, [])
        return answer["said"]

    def home(self, user: str = ROBIN) -> list[dict[str, Any]]:
        """Look at somebody's home tab and return its blocks; it is published after the answer."""
        assert self.act("look", user=user)["status"] == 200
        for _ in range(MOST_LOOKS):
            if shown := self.private()["homes"].get(user):
                return list(shown["blocks"])
        raise AssertionError(f"nothing is shown to {user}")


def people(**more: Person) -> Routes:
    """The routes as they are shipped, with Ann, whose accounts all are, and who is Robin in Slack."""
    named = {book.OWNER: Person(slack=ROBIN)} | {f"{k}@seller.example": v for k, v in more.items()}
    return load_routes(None).model_copy(update={"people": named})


@contextmanager
def opened(
    sandbox: Rehearsal,
    url: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    routes: Routes | None = None,
) -> Iterator[Channel]:
    """A day's alerts, delivered; of the database the eve was judged."""
    sandbox.reset()
    for name, value in {**rig(sandbox).good, "SEATSIGNAL_SLACK_SIGNING_SECRET": SECRET}.items():
        monkeypatch.setenv(name, value)
    made = book.deployment(url)
    made.routes = routes or made.routes
    go_live(made)
    book.judge_day(made, folder / "day", book.DAY)
    with served(_app(made)) as site:
        found = Channel(sandbox, site, made)
        found.act("app", request_url=f"{site}/desks/slack", signing_secret=SECRET)
        found.delivered()
        yield found
    made.desk("slack").close()
    made.database.close()


def _app(made: Deployment) -> FastAPI:
    reception = Reception(
        made.desk,
        partial(pressed, made),
        partial(filled, made),
        partial(asked.asked, made),
        partial(asked.opened, made),
    )
    return create_app(made.database, COMPANY, NOBODY, reception)
