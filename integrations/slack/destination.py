"""Notices as Slack messages, seen once each however often they are sent.

A message carries its notice's key unseen. Whoever tries again first looks for that key and, if it is
there, changes the message in place: Slack itself knows no idempotency key.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from time import time

from health.nouns import Notice, Receipt
from integrations.budget import Budget
from integrations.channels import LATER_S, Told
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.roles import Prepared
from integrations.slack.answers import Message
from integrations.slack.channels import examined
from integrations.slack.client import OF_A_CHANNEL, SlackClient
from integrations.slack.message import Body, Post, Update, Words, body, key, metadata
from integrations.slack.settings import SlackSettings
from integrations.turns import again, in_turn
from integrations.vitals import Vitals

LOOK_BACK_S = 7 * 86_400.0
"""How old a message may be that an earlier attempt left behind."""
LOST = frozenset({"cant_update_message", "edit_window_closed", "message_not_found", "thread_not_found"})
"""Somebody deleted a message, or it is no longer ours to change: the app was made anew, or it is too old."""
_PERSON = re.compile(r"[UW][A-Z0-9]{2,31}")
_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{2,}")


class SlackDestination:
    """Posts to the channel, ``#name`` or person that is a notice's owner.

    A notice with ``remote`` (``channel:ts`` of its thread's first message) changes that message in place
    and tells its news in the thread. Without, it starts a thread.
    """

    batch_size = 5
    keyed = True

    def __init__(
        self, settings: SlackSettings, *, budget: Budget | None = None, clock: Callable[[], float] = time
    ) -> None:
        """Open no connection yet. ``clock`` gives seconds since 1970."""
        self._slack = SlackClient(settings, budget)
        self._clock = clock
        self._channel_ids: dict[str, str] = {}
        self._told = Told()

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Slack."""
        return self._slack.vitals

    def close(self) -> None:
        """Close the connections."""
        self._slack.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless Slack knows the bot."""
        self._slack.auth_test()

    def person(self, address: str) -> str:
        """Return the id of whoever has an address; empty where nobody has it, or nobody any more."""
        found = self._slack.user(address)
        return "" if found is None or found.deleted or found.is_bot else found.id

    def examine(self, named: Collection[str]) -> Iterator[Prepared]:
        """Yield what is there of each channel that is named. Raises what clients raise."""
        return examined(self._slack, named)

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order, one receipt each; Slack's wish to wait holds for the rest of them too.

        Raises:
            Misconfigured: the notice at hand and those after it were not sent. Over a channel that takes
                nothing once a day; then what is owed to it waits, and the rest goes on.
        """
        yield from in_turn(notices, self._receipt)

    def _receipt(self, notice: Notice) -> Receipt:
        try:
            remote = self._sent(notice, body(notice))
        except RetryLater as error:
            return again(notice, error.reason, error.after_s)
        except Rejected as error:
            return Receipt(notice.key, "rejected", error.reason)
        except Misconfigured as error:
            if error.reason not in OF_A_CHANNEL:
                raise
            if _PERSON.fullmatch(notice.owner):
                return Receipt(notice.key, "rejected", error.reason)
            return self._closed(notice, error)
        self._told.well(notice.owner)
        return Receipt(notice.key, "sent", remote=remote)

    def _closed(self, notice: Notice, error: Misconfigured) -> Receipt:
        """Let what is owed to a channel wait. Raises `Misconfigured` once a day: so people are told."""
        if self._told.is_news(notice.owner):
            raise Misconfigured(error.reason, str(error), notice.owner)
        return again(notice, error.reason, LATER_S)

    def _sent(self, notice: Notice, said: Body) -> str:
        if not notice.owner:
            raise Rejected("no_channel", "slack: the notice names no channel")
        if not notice.remote:
            return self._thread(notice, said)
        channel, _, ts = notice.remote.partition(":")
        try:
            self._change(channel, ts, said.words)
            self._tell(notice, channel, ts, said.told)
        except Rejected as error:
            if error.reason not in LOST:
                raise
            return self._thread(notice, said)  # a new thread, or the news is lost
        return notice.remote

    def _thread(self, notice: Notice, said: Body) -> str:
        if notice.attempt > 1:
            channel = self._channel_id(notice.owner)
            ts = _left_behind(notice, self._slack.history(channel, self._clock() - LOOK_BACK_S))
            if ts:
                self._change(channel, ts, said.words)
                return f"{channel}:{ts}"
        message = Post(channel=notice.owner, text=said.text, blocks=said.blocks, metadata=metadata(notice))
        posted = self._slack.post(message)
        return f"{posted.channel}:{posted.ts}"

    def _tell(self, notice: Notice, channel: str, parent: str, words: Words) -> None:
        ts = _left_behind(notice, self._slack.replies(channel, parent)) if notice.attempt > 1 else ""
        if ts:
            self._change(channel, ts, words)
            return
        self._slack.post(
            Post(
                channel=channel,
                text=words.text,
                blocks=words.blocks,
                metadata=metadata(notice),
                thread_ts=parent,
            )
        )

    def _change(self, channel: str, ts: str, words: Words) -> None:
        self._slack.update(Update(channel=channel, ts=ts, text=words.text, blocks=words.blocks))

    def _channel_id(self, owner: str) -> str:
        if _CHANNEL_ID.fullmatch(owner):
            return owner
        if owner not in self._channel_ids:
            self._channel_ids = {
                name: found.id
                for found in self._slack.conversations()
                for name in ((f"#{found.name}", found.name) if found.name else (found.user,))
            }
        if owner not in self._channel_ids:
            raise Misconfigured("channel_not_found", "slack: a channel that is named does not exist")
        return self._channel_ids[owner]


def _left_behind(notice: Notice, messages: Iterable[Message]) -> str:
    """The name of the message that an earlier attempt at this notice left behind, or nothing."""
    return next((message.ts for message in messages if key(message) == notice.key), "")
