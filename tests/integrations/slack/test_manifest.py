"""The manifest asks Slack for what the code calls and serves, and for nothing else."""

import inspect
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from dashboard.desks import PATH
from integrations.desk import Opened
from integrations.slack import calls, client
from templates.asked import ReplyContent
from templates.render import render
from tests.templates.examples import payload
from worker.asked import commands

ROOT = Path(__file__).parents[3]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "slack-app-manifest.yaml").read_text())
FEATURES, SETTINGS = MANIFEST["features"], MANIFEST["settings"]
NEEDS = {
    "auth.test": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write", "chat:write.public"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.list": {"channels:read", "groups:read", "im:read"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "users.lookupByEmail": {"users:read.email", "users:read"},
    "views.open": set(),
    "views.publish": set(),
}
"""The bot scopes of each method that is called, as its page of Slack's reference has them.

That of `users:read.email` says that it must be asked for together with `users:read`.
"""


def test_its_scopes_are_those_of_what_is_called_and_those_that_a_refusal_names():
    called = set(re.findall(r'"([a-z]+\.[a-zA-Z]+)"', inspect.getsource(client)))
    assert called == set(NEEDS)
    needed = set().union(*NEEDS.values()) | {"commands"}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed
    assert set(re.findall(r"[a-z]+(?::[a-z.]+)+|commands", client.SCOPES)) == needed


def test_its_addresses_are_served_all_by_the_desk():
    (command,) = FEATURES["slash_commands"]
    events, interactivity = SETTINGS["event_subscriptions"], SETTINGS["interactivity"]
    addresses = {command["url"], events["request_url"], interactivity["request_url"]}
    assert {urlsplit(each).path for each in addresses} == {PATH.format(name="slack")}
    assert {urlsplit(each).netloc for each in addresses} == {"seatsignal.example"}
    assert interactivity["is_enabled"] is True


def test_its_events_are_those_that_are_read():
    for kind in SETTINGS["event_subscriptions"]["bot_events"]:
        event = {"type": kind, "user": "U01ANN", "tab": "home"}
        told = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": event}).encode()
        assert calls.come(told) == Opened("Ev1", "U01ANN")
    assert FEATURES["app_home"]["home_tab_enabled"] is True


def test_its_hint_and_the_help_name_every_command():
    (command,) = FEATURES["slash_commands"]
    hint = [each.split()[0] for each in command["usage_hint"].split(" · ")]
    assert hint == commands()
    said = render("reply", payload(ReplyContent(kind="help"))).decode()
    assert re.findall(rf"{command['command']} (\w+)", said) == commands()
