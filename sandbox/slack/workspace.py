"""Channels, people and messages of the Slack stand-in."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgspec

from sandbox.config import Channel, Config, User
from sandbox.ledger import Action, Ledger
from sandbox.slack.bucket import Bucket

TEAM = "T00REHEARSAL"
BOT_USER = "U00SEATSIGNAL"
BOT = "B00SEATSIGNAL"
DAY_S = 86_400
MOST_SHOWN = 200


class Content(msgspec.Struct, frozen=True):
    """What the sender decides: `text` for notifications, `blocks` for display, `metadata` for machines."""

    text: str
    blocks: tuple[Any, ...] = ()
    metadata: dict[str, Any] = {}

    def payload(self, name: str) -> str:
        """A value of the metadata's event payload, empty if it is not there."""
        return str(self.metadata.get("event_payload", {}).get(name, ""))


class Message(msgspec.Struct, frozen=True):
    """A message as it stands now. `ts` is its name within the conversation."""

    ts: str
    content: Content
    thread_ts: str = ""
    broadcast: bool = False
    edited_ts: str = ""

    @property
    def is_reply(self) -> bool:
        """Whether it belongs under another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True)
class Conversation:
    """A channel, or the direct messages with `person`; messages in order of posting, by `ts`."""

    channel: Channel
    bucket: Bucket
    person: User | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    threads: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def label(self) -> str:
        """How people refer to it."""
        return self.person.name if self.person else f"#{self.channel.name}"

    def replies(self, ts: str) -> list[Message]:
        """The answers under a message, oldest first."""
        return [self.messages[reply] for reply in self.threads.get(ts, ())]

    def listed(self) -> list[Message]:
        """What the channel shows outside threads, newest first."""
        return [m for m in reversed(self.messages.values()) if m.broadcast or not m.is_reply]

    def by_day(self) -> Iterator[tuple[int, list[Message]]]:
        """The last of what the channel shows, oldest first, by the UTC day's first second."""
        for day, posted in groupby(
            reversed(self.listed()[:MOST_SHOWN]), lambda message: int(float(message.ts)) // DAY_S
        ):
            yield day * DAY_S, list(posted)


class App(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the app is told what people do, and by what it knows that it is Slack who tells."""

    request_url: str
    signing_secret: str


class Form(msgspec.Struct, frozen=True):
    """A form that one person sees."""

    id: str
    user: str
    view: dict[str, Any]


class Whisper(msgspec.Struct, frozen=True):
    """Words that one person of a channel sees."""

    channel: str
    user: str
    text: str


class Workspace:
    """Everything the stand-in remembers; each visible change is an effect in the ledger."""

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._ledger = ledger
        self._clock = clock
        self._monotonic = monotonic
        self._last_us = 0
        self.conversations: dict[str, Conversation] = {}
        self.limited = 0
        self.app: App | None = None
        self.clear()

    @property
    def bot_name(self) -> str:
        """What the bot calls itself."""
        return self._config.bot_name

    def clear(self) -> None:
        """Empty channels, full buckets."""
        people = [(Channel(id=f"D{user.id[1:]}", name=user.name), user) for user in self._config.users]
        channels = [(channel, None) for channel in self._config.channels]
        self.conversations = {
            channel.id: Conversation(channel, Bucket(self._config.slack_rate, self._monotonic), person)
            for channel, person in [*channels, *people]
        }
        self.limited = 0
        self.triggers: dict[str, str] = {}
        self.forms: dict[str, Form] = {}
        self.whispers: list[Whisper] = []
        self.homes: dict[str, dict[str, Any]] = {}

    @property
    def people(self) -> dict[str, User]:
        """Everybody, by their id."""
        return {user.id: user for user in self._config.users}

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    def trigger(self, user: str) -> str:
        """A name of what somebody just did, by which they can be asked back once."""
        name = f"{self.next_ts()}.trigger"
        self.triggers[name] = user
        return name

    def show_form(self, user: str, view: dict[str, Any]) -> Form:
        """Let one person see a form."""
        form = Form(f"V{self.next_ts().replace('.', '')}", user, view)
        self.forms[form.id] = form
        return form

    def visible(self) -> int:
        """How many messages there are, replies included."""
        return sum(len(conversation.messages) for conversation in self.conversations.values())

    def destination(self, name: str) -> Conversation | None:
        """The conversation a message may be addressed to by id, #name, or a person's id."""
        plain = name.removeprefix("#")
        for conversation in self.conversations.values():
            person = conversation.person
            names = {conversation.channel.id, person.id if person else conversation.channel.name}
            if name in names or plain in names:
                return conversation
        return None

    def post(
        self, conversation: Conversation, content: Content, thread_ts: str, *, broadcast: bool
    ) -> Message:
        """Add a message. Nothing here notices a repetition: posting twice shows two."""
        message = Message(self.next_ts(), content, thread_ts, broadcast)
        conversation.messages[message.ts] = message
        if thread_ts:
            conversation.threads[thread_ts].append(message.ts)
        self._record("post", conversation, message)
        return message

    def update(self, conversation: Conversation, ts: str, content: Content) -> Message:
        """Replace what a message says, in its place."""
        message = msgspec.structs.replace(
            conversation.messages[ts], content=content, edited_ts=self.next_ts()
        )
        conversation.messages[ts] = message
        self._record("update", conversation, message)
        return message

    def next_ts(self) -> str:
        """The instant as Slack names it; no two are the same."""
        self._last_us = max(self._last_us + 100, round(self._clock() * 1e6))
        seconds, micros = divmod(self._last_us, 1_000_000)
        return f"{seconds}.{micros:06}"

    def _record(self, action: Action, conversation: Conversation, message: Message) -> None:
        content = message.content
        self._ledger.record(
            system="slack",
            action=action,
            key=content.payload("key") or f"{conversation.channel.id}:{message.ts}",
            thread=content.payload("thread") or message.thread_ts,
            account=content.payload("account"),
            channel_or_to=conversation.channel.id,
            text=content.text,
        )
