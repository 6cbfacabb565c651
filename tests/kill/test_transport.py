"""A broker dies while a worker holds messages: what is said of them later is an error of the connection.

Of the connection nothing is left once the worker's loop begins anew, and nobody waits for what is not there.
"""

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from kombu import Connection, Exchange, Message, Queue
from kombu.asynchronous.hub import Hub

from config.settings import Settings
from tests import services
from worker import celery
from worker.transport import Transport

QUEUE = Queue("pull")


@pytest.fixture
def held() -> Iterator[tuple[Connection, Message]]:
    """A message that is not acknowledged, on a connection that was taken apart once its broker had died."""
    with services.redis() as server:
        connection = Connection(f"redis://127.0.0.1:{server.port}/0", transport=Transport)
        channel = connection.default_channel
        connection.Producer(channel).publish({}, routing_key=QUEUE.name, declare=[QUEUE], serializer="json")
        message = QUEUE(channel).get(no_ack=False)
        assert message is not None
    channel._disconnect_pools()  # as kombu does where it reads of the broker's death
    connection.transport.client = None  # as it does where it takes a connection apart
    yield connection, message
    connection.close()


def test_redis_is_spoken_to_so(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(celery, "settings", lambda: Settings(broker_url=url))
    assert celery.make_app().connection().get_transport_cls() is Transport
    assert Connection(url.replace("redis", "rediss")).get_transport_cls() is Transport


def test_a_connection_that_broke_is_closed_without_a_word(held: tuple[Connection, Message]) -> None:
    connection, _ = held
    connection.close()


def test_what_is_acknowledged_too_late_is_told_as_a_lost_connection(held: tuple[Connection, Message]) -> None:
    connection, message = held
    with pytest.raises(connection.connection_errors):
        message.ack()


def test_nobody_waits_for_a_word_that_is_not_there() -> None:
    with ThreadPoolExecutor() as aside, services.redis() as server:
        connection = Connection(f"redis://127.0.0.1:{server.port}/0", transport=Transport)
        channel = connection.default_channel
        with connection.Consumer(Queue("told", Exchange("told", type="fanout")), callbacks=[print]):
            connection.drain_events(timeout=10)  # of which the first is that it listens
            silence = aside.submit(channel._receive_one, channel.subclient).exception(timeout=10)
            server.restart()
            lost = aside.submit(channel._receive_one, channel.subclient).exception(timeout=10)
    assert isinstance(silence, Empty)
    assert isinstance(lost, connection.connection_errors)


def test_of_a_connection_that_broke_a_loop_keeps_nothing() -> None:
    with services.redis() as server:
        url = f"redis://127.0.0.1:{server.port}/0"
        loop, lost = Hub(), Connection(url, transport=Transport)
        lost.transport.register_with_event_loop(lost.connection, loop)
        kept = weakref.ref(lost.transport)
        assert len(loop.on_tick) == 1
        lost.close()
    loop.reset()  # as a worker's does when its connection breaks
    loop.timer.clear()  # in which their entries are cancelled
    del lost
    gc.collect()
    assert (loop.on_tick, loop.on_close, kept()) == (set(), set(), None)
    loop.close()
