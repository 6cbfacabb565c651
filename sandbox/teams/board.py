"""Channels of the Teams stand-in, and the cards that stand in them."""

import time
from collections.abc import Callable
from itertools import islice
from typing import Any

import msgspec

from sandbox.config import Config
from sandbox.ledger import Ledger
from sandbox.slack.bucket import Bucket
from sandbox.teams.cards import stated, texts

MOST_SHOWN = 200


class Posted(msgspec.Struct, frozen=True):
    """A card as it stands for good: nothing changes it. ``at_s`` is in seconds since 1970."""

    number: int
    at_s: float
    key: str
    follows: str
    card: dict[str, Any]


class Board:
    """Everything the stand-in remembers; each card is an effect in the ledger."""

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config.teams
        self._ledger = ledger
        self._clock = clock
        self._monotonic = monotonic
        self.clear()

    def clear(self) -> None:
        """Empty channels, full buckets."""
        names = self._config.channels
        self.channels: dict[str, list[Posted]] = {name: [] for name in names}
        self._buckets = {name: Bucket(self._config.rate, self._monotonic) for name in names}

    def visible(self) -> int:
        """How many cards there are."""
        return sum(map(len, self.channels.values()))

    def listed(self, channel: str) -> list[Posted]:
        """The last cards of a channel, oldest first."""
        return list(islice(reversed(self.channels[channel]), MOST_SHOWN))[::-1]

    def wait_s(self, channel: str) -> int:
        """Take a call of a channel's: 0, or the whole seconds to wait."""
        return self._buckets[channel].wait_s()

    def post(self, channel: str, card: dict[str, Any]) -> None:
        """Show a card. Nothing here notices a repetition: posting twice shows two."""
        said = stated(card)
        number = self.visible() + 1
        key = said["key"] or f"{channel}:{number}"
        self.channels[channel].append(Posted(number, self._clock(), key, said["follows"], card))
        self._ledger.record(
            system="teams",
            action="post",
            key=key,
            thread=said["follows"] or key,
            channel_or_to=channel,
            text=next(texts(card["body"]), ""),
        )
