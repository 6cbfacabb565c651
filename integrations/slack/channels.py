"""Channels that routes name: whether the app sees them, and can read what it has posted there."""

import re
from collections.abc import Collection, Iterator

from integrations.roles import Prepared
from integrations.slack.answers import Conversation
from integrations.slack.client import SlackClient

_ALONE = re.compile(r"[UWD][A-Z0-9]{2,31}")
"""A person, or direct messages with one: nobody invites the app there."""


def examined(slack: SlackClient, named: Collection[str]) -> Iterator[Prepared]:
    """Yield what is there of each channel among what is ``named``. Raises what clients raise."""
    app = slack.auth_test()
    channels = sorted(each for each in named if not _ALONE.fullmatch(each))
    there = {name: each for each in slack.channels() for name in (each.id, each.name)} if channels else {}
    for channel in channels:
        found = there.get(channel.removeprefix("#"))
        difference = _difference(app, channel, found)
        outcome = "missing" if found is None else "differs" if difference else "there"
        yield Prepared("the workspace", "channel", channel, outcome, difference)


def _difference(app: str, channel: str, found: Conversation | None) -> str:
    """What keeps the app from a channel, and what to do; empty if nothing does."""
    if found is None:
        return f"the app sees none of that name: make it, or /invite @{app} in {channel} if it is private"
    if found.is_archived:
        return "is archived: name another one in routes.yaml"
    return "" if found.is_member else f"the app is not in it: /invite @{app} in {channel}"
