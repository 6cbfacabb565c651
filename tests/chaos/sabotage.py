"""Takes one safeguard out of the product, so that a bar which cannot fail is found out.

The product has no switch for this: a process of the chaos harness patches itself as it starts.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Select, select, true, update

from config.failpoints import failpoint
from integrations.hubspot.properties import KEY
from integrations.hubspot.tasks import Task, Tasks
from integrations.mail.destination import MailDestination
from integrations.roles import Page
from integrations.slack import destination
from store import claims, deferral, facts, settlement, slots, sources
from store.database import now_ms
from store.tables import notices, source_status
from tests.chaos import sink
from worker import budgets, deliver, tick
from worker.listings import Listings

VARIABLE = "CHAOS_SABOTAGE"
LEAK = 256 * 1024


def no_keys() -> None:
    """The destination claims to honour keys, and does not."""
    sink.register(sink.PretendedSink)


def callwise() -> None:
    """Nothing is taken out: what there is without poison."""
    sink.register(sink.CallwiseSink)


def poison() -> None:
    """Some notices break whoever sends them; what broke is tried again soon."""
    sink.register(sink.PoisonedSink)
    patch.object(settlement, "backoff_s", lambda _attempt: 0.2).start()


def poison_for_ever() -> None:
    """The same, and nobody counts how often."""
    poison()
    patch.object(settlement, "MAX_STRIKES", 10**6).start()


def no_pause() -> None:
    """Who delivers does not ask whether a person has stopped it."""
    patch.object(deferral, "PAUSED", "nobody says so").start()


def leak() -> None:
    """What was delivered is never forgotten."""
    kept, settle = [], settlement.settle

    def settle_and_keep(*given: Any) -> int:
        kept.append(bytearray(LEAK))
        return settle(*given)

    patch.object(settlement, "settle", settle_and_keep).start()


def no_sweep() -> None:
    """What a dead sender left behind stays behind."""

    def lapse(_connection: Connection) -> int:
        return 0

    patch.object(settlement, "lapse", lapse).start()


def no_order() -> None:
    """Any due notice of a thread can be claimed, not only its oldest open one: here the newest of all first.

    Where the oldest is looked for this order changes nothing that anyone sees of a thread.
    """

    def claimable(name: str, *, fragile: bool) -> Select[tuple[int]]:
        del fragile
        due = select(notices.c.id).where(notices.c.destination == name, notices.c.status == "due")
        return due.where(notices.c.due_ms <= now_ms()).order_by(notices.c.id.desc())

    patch.object(claims, "_claimable", claimable).start()


def no_search() -> None:
    """Who tries again does not look for what an earlier attempt left behind in Slack."""
    patch.object(destination, "_left_behind", lambda _notice, _messages: "").start()


def no_restating() -> None:
    """What may have arrived is never sent again, though its key is stated."""
    patch.object(deliver, "Restating", bytes).start()


def no_look_at_the_clock() -> None:
    """Who wakes up does not ask how long it slept."""
    no_keys()
    patch.object(deliver, "_elapsed", float).start()


def cursor_first() -> None:
    """A page's cursor is stored before the page, and who stores the page does not ask where it stood."""
    begin, begin_batch = Listings.begin, sources.begin_batch

    def begin_ahead(listings: Listings, page: Page) -> None:
        begin(listings, page)
        moved = update(source_status).where(source_status.c.source == listings._source)
        with listings._database.write() as connection:
            connection.execute(moved.values(cursor=page.cursor))
        failpoint("pulled")

    def begin_anywhere(
        connection: Connection, source: str, _cursor: str | None, *ids: sources.Met, **how: bool
    ) -> sources.Batch:
        return begin_batch(connection, source, sources.cursor_of(connection, source), *ids, **how)

    patch.object(Listings, "begin", begin_ahead).start()
    patch.object(sources, "begin_batch", begin_anywhere).start()


def no_comparison() -> None:
    """A row that says what is stored already is taken for news."""
    patch.object(facts, "_differs", lambda *_: true()).start()


def no_keys_anywhere() -> None:
    """Nobody looks for what an earlier attempt left behind, tasks carry no key, and mail is sent again."""
    no_search()
    made = Tasks._new

    def made_without(tasks: Tasks, key: str, task: Task) -> dict[str, str]:
        return {name: value for name, value in made(tasks, key, task).items() if name != KEY.name}

    patch.object(Tasks, "_new", made_without).start()
    patch.object(MailDestination, "keyed", new=True).start()


SABOTAGES: dict[str, Callable[[], None]] = {
    act.__name__: act
    for act in (
        no_keys,
        leak,
        no_pause,
        callwise,
        poison,
        poison_for_ever,
        no_sweep,
        no_order,
        no_search,
        no_restating,
        no_look_at_the_clock,
        cursor_first,
        no_comparison,
        no_keys_anywhere,
    )
}


def apply() -> None:
    """Register the sinks, leave less time and less together, and do what the environment asks for."""
    sink.register()
    patch.object(slots, "RING_AGAIN_MS", 1_000).start()
    patch.object(tick, "sweep", partial(tick.sweep, after_ms=1_000)).start()
    patch.object(budgets, "SLICES", 1_000).start()  # what the dead held is lost to the living for a minute
    patch.object(MailDestination, "batch_size", 4).start()
    name = os.environ.get(VARIABLE)
    if name:
        SABOTAGES[name]()
