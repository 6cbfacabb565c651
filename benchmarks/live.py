"""Workers, broker and database as in service, while things break: how soon an event and an outage are over.

An event goes from a vendor's call, kept, to the stored verdict: two bells and all that is between them. Its
rival is a bare Celery task there and back, in turns with it, while workers are killed and started again.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from random import Random
from statistics import median

import psycopg
import redis
import requests
from celery import Celery

from benchmarks.book import fill
from benchmarks.event import call, join, signed, stripe_webhook
from benchmarks.measure import Result
from dashboard.app import create_app
from dashboard.webhooks import Hooks
from store import inbox
from store.database import Database
from tests.chaos.fleet import BEAT, THREADS, Fleet, fleet, open_crib
from tests.chaos.load import Load
from tests.chaos.stage import Servers, Stage, serve, stage
from tests.dashboard.conftest import served

CALLS = 200
KEPT_MS = 100
"""How soon a vendor's call is answered, 95 of 100."""
EVENTS, ACCOUNTS = 200, 1_000
GOAL = 6
"""Times a bare round trip that the median event may take."""
WHOSE = "a7"
KILL_EVERY_S = 4.0
PATIENCE_S = 2.0
"""How long an answer is waited for before the bell is rung again, as the sweep would."""
OUTAGE_S, OWED_A_SECOND = 60, 10
CAUGHT_UP_S = 60
"""How soon after an outage of the broker all of it is sent."""
TICK_S = "10"
ANSWERING = tuple(part.replace("tests.chaos.app", "benchmarks.answering") for part in THREADS)
_WEBHOOK = stripe_webhook(time.time)
_numbers = count(1)


class NeverAnswered(Exception):  # noqa: N818 - named by what happened
    """Nobody answered, so that there is nothing to compare."""


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    with serve() as servers:
        yield _calls(servers)
        yield _events(servers)
        yield _caught_up(servers)


# -- calls -------------------------------------------------------------------------------------------


def _calls(servers: Servers) -> Result:
    """Let a vendor call in over HTTP: verified, kept and rung for before it is answered."""
    with stage(servers, "postgresql") as chosen:
        return _kept(chosen.database, chosen.broker)


def _kept(database: Database, broker: str) -> Result:
    hooks = Hooks(lambda _name: _WEBHOOK, partial(_ring, _ringing(broker)))
    with served(create_app(database, "Bench", hooks)) as url, requests.Session() as vendor:
        times = [_answered_s(vendor, url) for _ in range(CALLS)]
    with database.read() as connection:
        if len(inbox.waiting(connection, "stripe", CALLS + 1)) != CALLS:
            raise NeverAnswered
    slow_ms = sorted(times)[int(0.95 * CALLS)] * 1000
    return Result("call_kept_p95", slow_ms, "ms", f"{KEPT_MS} ms", slow_ms / KEPT_MS, 1, at_most=True)


def _answered_s(vendor: requests.Session, url: str) -> float:
    headers, body = signed(next(_numbers), int(time.time()))
    began = time.monotonic()
    answer = vendor.post(f"{url}/webhooks/stripe", data=body, headers=headers, timeout=10)
    answer.raise_for_status()
    return time.monotonic() - began


def _ring(app: Celery, source: str = "stripe") -> None:
    app.send_task("seatsignal.pull", kwargs={"source": source, "slot": 0}, queue="pull")


# -- events ------------------------------------------------------------------------------------------


def _events(servers: Servers) -> Result:
    vendor = {"SEATSIGNAL_STRIPE_API_KEY": "rk_bench", "SEATSIGNAL_STRIPE_WEBHOOK_SECRET": "whsec_bench"}
    with stage(servers, "postgresql", live=False) as chosen, open_crib() as crib:
        fill(chosen.database, ACCOUNTS)
        join(chosen.database, WHOSE)
        with fleet(chosen, crib, [ANSWERING, ANSWERING], **vendor) as workers:
            app = _ringing(chosen.broker)
            _warmed(chosen, app)
            with _killed(workers) as kills:
                times = [(_bare_s(chosen, app), _event_s(chosen.database, app)) for _ in range(EVENTS)]
    bare, event = (median(side) for side in zip(*times, strict=True))
    against = f"a bare Celery round trip of {bare * 1000:.1f} ms, {len(kills)} workers killed"
    return Result("event_live", event * 1000, "ms", against, event / bare, GOAL, at_most=True)


def _ringing(broker: str) -> Celery:
    """Return an app that only rings, for the workers of a broker."""
    app = Celery("ringing", broker=broker)
    app.conf.update(task_ignore_result=True, broker_transport_options={"global_keyprefix": "seatsignal:"})
    return app


def _warmed(chosen: Stage, app: Celery) -> None:
    """See both ways walked once, by workers that have just begun."""
    for _ in range(4):
        _bare_s(chosen, app)
        _event_s(chosen.database, app)


@contextmanager
def _killed(workers: Fleet) -> Iterator[list[float]]:
    """Kill a worker every few seconds and start it again, as its supervisor would; yield when that was."""
    over, rng, kills = threading.Event(), Random(1), list[float]()

    def strike() -> None:
        while not over.wait(KILL_EVERY_S):
            workers.strike(rng)
            kills.append(time.monotonic())

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()


def _bare_s(chosen: Stage, app: Celery) -> float:
    """Return the seconds that a task takes there and back."""
    to = f"echo {next(_numbers)}"
    with redis.Redis.from_url(chosen.broker) as connection:
        return _timed(
            lambda: app.send_task("bench.echo", kwargs={"to": to}, queue="pull"),
            lambda left_s: connection.blpop([to], left_s) is not None,
        )


def _event_s(database: Database, app: Celery) -> float:
    """Return the seconds from a call, verified and kept, to the verdict that it leads to."""
    with _looking(database) as judged_run:
        return _judged_s(database, app, judged_run)


def _judged_s(database: Database, app: Celery, judged_run: Callable[[], object]) -> float:
    before = judged_run()

    def judged(left_s: float) -> bool:
        until = time.monotonic() + left_s
        while time.monotonic() < until:
            if judged_run() != before:
                return True
            time.sleep(0.001)
        return False

    began = time.monotonic()
    event, body = call(next(_numbers), _WEBHOOK, int(time.time()))
    with database.write() as connection:
        inbox.append(connection, "stripe", event, body)
    kept_s = time.monotonic() - began
    return kept_s + _timed(partial(_ring, app), judged)


@contextmanager
def _looking(database: Database) -> Iterator[Callable[[], object]]:
    """Yield what looks which run has judged the account, at so little cost that it may look all the time."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        query = "SELECT judged_run FROM accounts WHERE key = %s"
        yield lambda: cursor.execute(query, (WHOSE,), prepare=True).fetchone()


def _timed(ring: Callable[[], object], answered: Callable[[float], bool]) -> float:
    began = time.monotonic()
    for _ in range(30):
        ring()
        if answered(PATIENCE_S):
            return time.monotonic() - began
    raise NeverAnswered


# -- an outage ---------------------------------------------------------------------------------------


def _caught_up(servers: Servers) -> Result:
    """Freeze the broker for a minute while notices are owed, and time what is sent once it goes on."""
    load = Load(OUTAGE_S * OWED_A_SECOND)
    with (
        stage(servers, "postgresql") as chosen,
        open_crib() as crib,
        fleet(chosen, crib, [THREADS, BEAT], SEATSIGNAL_TICK_S=TICK_S) as workers,
    ):
        first = OWED_A_SECOND
        load.plan(chosen.database, 0, first)
        workers.wait(
            lambda: load.account(chosen.database)["sent"] == first, "nothing was sent before the outage"
        )
        broker = servers.redis.process
        broker.send_signal(signal.SIGSTOP)
        for owed in range(first, load.size, OWED_A_SECOND):
            load.plan(chosen.database, owed, owed + OWED_A_SECOND)
            time.sleep(1)
        broker.send_signal(signal.SIGCONT)
        began = time.monotonic()
        while not load.settled(chosen.database) and time.monotonic() - began < 5 * CAUGHT_UP_S:
            workers.raise_fallen()
            time.sleep(0.1)
        taken_s = time.monotonic() - began
    against = f"{CAUGHT_UP_S} s, after {OUTAGE_S} s without a broker"
    return Result("caught_up", taken_s, "s", against, taken_s / CAUGHT_UP_S, 1, at_most=True)
