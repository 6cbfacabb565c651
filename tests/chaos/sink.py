"""Destinations without a vendor: what they show, the sandbox's ledger counts."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus

import urllib3
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from health.nouns import Notice, Receipt
from integrations import registry
from integrations.budget import Budget
from integrations.errors import RetryLater

SETTINGS = "tests.chaos.sink:SinkSettings"
PATIENCE_S = 5.0
HANGS_S = 2.0
"""Longer than the lease."""
AT_ONCE = 4


class SinkSettings(BaseSettings):
    """Where the sandbox is."""

    model_config = SettingsConfigDict(env_prefix="CHAOS_SINK_")

    url: str = Field(description="the sandbox's HTTP address")


class KeyedSink:
    """Shows each notice once: the sandbox leaves out a key that it has shown before."""

    batch_size = 10
    keyed = True
    endpoint = "keyed"

    def __init__(self, given: SinkSettings, *, budget: Budget) -> None:
        """Keep connections, one a thread; a sink has no budget to keep to."""
        del budget
        self._url = f"{given.url}/sink/{self.endpoint}"
        self._pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=PATIENCE_S)

    def check(self) -> None:
        """Nothing can be set wrongly here."""

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Show a few notices at a time, so that a kill may fall between any two of these."""
        for start in range(0, len(notices), AT_ONCE):
            part = notices[start : start + AT_ONCE]
            self._show([{"key": one.key, "thread": one.thread, "ordinal": ordinal(one.key)} for one in part])
            yield from (Receipt(one.key, "sent") for one in part)

    def _show(self, items: list[dict[str, object]]) -> None:
        try:
            answer = self._pool.request("POST", self._url, json=items)
        except urllib3.exceptions.HTTPError as error:
            raise RetryLater(type(error).__name__) from error
        if answer.status != HTTPStatus.OK:
            raise RetryLater(f"http_{answer.status}")
        try:
            shown = [each["key"] for each in answer.json()["results"]]
        except (ValueError, TypeError, KeyError):
            raise RetryLater("unexpected_answer") from None
        if shown != [item["key"] for item in items]:
            raise RetryLater("unexpected_answer")


class PlainSink(KeyedSink):
    """Shows whatever arrives, as mail does, and says so."""

    keyed = False
    endpoint = "plain"


class PretendedSink(KeyedSink):
    """Shows whatever arrives, and claims to honour keys."""

    endpoint = "plain"


POISON_EVERY, POISONED = 100, 7
"""One thread in a hundred is poison."""
KILLS = "kills"


def poisoned(key: str) -> str:
    """Return what comes of sending a notice: it raises, hangs, kills its sender, or nothing of the kind."""
    hundreds, rest = divmod(int(key.rpartition(" ")[2].partition(".")[0]), POISON_EVERY)
    return (KILLS, "raises", "hangs")[hundreds % 3] if rest == POISONED else ""


class CallwiseSink(KeyedSink):
    """Shows each notice once, and all that is claimed in one call."""

    batch_size = AT_ONCE


class PoisonedSink(CallwiseSink):
    """The same, but breaks over some of it."""

    def _show(self, items: list[dict[str, object]]) -> None:
        for item in items:
            match poisoned(str(item["key"])):
                case "raises":
                    raise ArithmeticError("of a notice that nobody can send")
                case "hangs":
                    time.sleep(HANGS_S)
                    raise RetryLater("nobody_answered")
                case "kills":
                    os.kill(os.getpid(), signal.SIGKILL)
        super()._show(items)


def ordinal(key: str) -> int:
    """Return a notice's place in its thread: what stands after the last dot of its key."""
    return int(key.rpartition(".")[2])


def register(sink: type[KeyedSink] = KeyedSink) -> None:
    """Put the sinks among the product's destinations: ``sink``, and ``plain`` which knows no keys."""
    registry.DESTINATIONS = {
        **registry.DESTINATIONS,
        "sink": registry.Entry(f"tests.chaos.sink:{sink.__name__}", SETTINGS),
        "plain": registry.Entry("tests.chaos.sink:PlainSink", SETTINGS),
    }
