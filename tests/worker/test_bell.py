"""A broker that is away, full, frozen or strange costs time, never work."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis as client
from kombu import pools

from config.settings import settings
from store import claims
from store.runs import Chunk
from tests.owed import notice, owe
from tests.services import Redis, free_port, redis
from worker import bell as module
from worker import celery
from worker.bell import CeleryBell
from worker.tick import sweep

PATIENCE_S = 20.0
CHUNKS = 100


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], CeleryBell]]:
    """Makes bells that ring through the broker under a URL."""
    apps = []

    def made(url: str) -> CeleryBell:
        monkeypatch.setenv("SEATSIGNAL_BROKER_URL", url)
        settings.cache_clear()
        apps.append(celery.make_app())
        apps[-1].conf.broker_transport_options["socket_timeout"] = 1  # of 10, for a test's patience
        monkeypatch.setattr(celery, "app", apps[-1])
        return CeleryBell()

    yield made
    pools.reset()
    for app in apps:
        app.close()
    settings.cache_clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the bell's silence, in seconds, as a test sets it."""
    seconds = [0.0]
    monkeypatch.setattr(module, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture(scope="module")
def broker() -> Iterator[Redis]:
    """A Redis that these tests may mistreat."""
    with redis() as server:
        yield server


@contextmanager
def configured(broker: Redis, name: str, value: str, back: str) -> Iterator[None]:
    with client.Redis(port=broker.port) as connection:
        connection.config_set(name, value)
        try:
            yield
        finally:
            connection.config_set(name, back)


@contextmanager
def frozen(broker: Redis) -> Iterator[None]:
    os.kill(broker.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.process.pid, signal.SIGCONT)


def ring_all(bell: CeleryBell) -> float:
    """Ring for everything, as a big run does, and return the seconds it took."""
    began = time.monotonic()
    bell.pull("files", 1)
    bell.judge(1)
    for chunk in range(CHUNKS):
        bell.assess(Chunk(1, chunk, chunk))
    bell.deliver("slack")
    return time.monotonic() - began


def rung(broker: Redis) -> int:
    with client.Redis(port=broker.port) as connection:
        return sum(connection.llen(f"seatsignal:{queue}") for queue in ("pull", "assess", "deliver"))


def test_a_bell_is_heard(through, broker):
    before = rung(broker)
    ring_all(through(broker.url))
    assert rung(broker) == before + CHUNKS + 3


def test_a_broker_that_is_away_costs_one_wait(through):
    assert ring_all(through(f"redis://:canary@127.0.0.1:{free_port()}/0")) < PATIENCE_S


def test_a_broker_that_refuses_us_costs_one_wait(through, broker):
    with configured(broker, "requirepass", "secret", back=""):
        assert ring_all(through(f"redis://:canary@127.0.0.1:{broker.port}/0")) < PATIENCE_S


def test_a_broker_that_is_full_is_left_to_the_sweep(through, broker, clock):
    bell, before = through(broker.url), rung(broker)
    with configured(broker, "maxmemory", "1", back="0"):
        assert ring_all(bell) < PATIENCE_S
        assert rung(broker) == before
    bell.deliver("slack")
    assert rung(broker) == before
    clock[0] += module.SILENCE_S
    bell.deliver("slack")
    assert rung(broker) == before + 1


def test_a_frozen_broker_does_not_freeze_us(through, broker):
    bell = through(broker.url)
    bell.deliver("slack")
    with frozen(broker):
        assert ring_all(bell) < PATIENCE_S


def test_a_broker_that_went_away_is_rung_through_again_once_it_is_back(through, broker, clock):
    bell = through(broker.url)
    bell.deliver("slack")
    broker.restart()
    bell.deliver("slack")
    clock[0] += module.SILENCE_S
    before = rung(broker)
    bell.deliver("slack")
    assert rung(broker) == before + 1


def test_what_nobody_heard_is_found_by_the_sweep(deployment, through):
    owe(deployment.database, notice("a"), notice("b", destination="mail"))
    heard, deployment.bell = deployment.bell, through(f"redis://127.0.0.1:{free_port()}/0")
    sweep(deployment)
    with deployment.database.read() as connection:
        assert claims.waiting(connection) == ["mail", "sink"]
    deployment.bell = heard
    sweep(deployment)
    assert heard.rung == [("deliver", "mail"), ("deliver", "sink")]
