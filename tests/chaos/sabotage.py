"""Takes one safeguard out of the product, so that a bar which cannot fail is found out.

The product has no switch for this: a process of the chaos harness patches itself as it starts.
"""

import os
from collections.abc import Callable
from unittest.mock import patch

from sqlalchemy import Connection, Select, select

from integrations.mail.destination import MailDestination
from integrations.slack import destination
from store import outbox, slots
from store.database import now_ms
from store.tables import notices
from tests.chaos import sink
from worker import deliver

VARIABLE = "CHAOS_SABOTAGE"


def no_keys() -> None:
    """The destination claims to honour keys, and does not."""
    sink.register(sink.PretendedSink)


def no_sweep() -> None:
    """What a dead sender left behind stays behind."""

    def lapse(_connection: Connection) -> int:
        return 0

    patch.object(outbox, "lapse", lapse).start()


def no_order() -> None:
    """Any due notice of a thread can be claimed, not only its oldest open one."""

    def claimable(name: str) -> Select[tuple[int]]:
        due = select(notices.c.id).where(notices.c.destination == name, notices.c.status == "due")
        return due.where(notices.c.due_ms <= now_ms()).order_by(notices.c.due_ms, notices.c.id)

    patch.object(outbox, "_claimable", claimable).start()


def no_search() -> None:
    """Who tries again does not look for what an earlier attempt left behind in Slack."""
    patch.object(destination, "_left_behind", lambda _notice, _messages: "").start()


def no_look_at_the_clock() -> None:
    """Who wakes up does not ask how long it slept."""
    no_keys()
    patch.object(deliver, "_elapsed", float).start()


SABOTAGES: dict[str, Callable[[], None]] = {
    act.__name__: act for act in (no_keys, no_sweep, no_order, no_search, no_look_at_the_clock)
}


def apply() -> None:
    """Register the sinks, leave less time and fewer mails together, and do what the environment asks for."""
    sink.register()
    patch.object(slots, "RING_AGAIN_MS", 1_000).start()
    patch.object(MailDestination, "batch_size", 4).start()
    name = os.environ.get(VARIABLE)
    if name:
        SABOTAGES[name]()
