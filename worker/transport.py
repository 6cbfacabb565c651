"""Redis as kombu speaks to it, but for connections that are no more: they are errors, and they are forgotten.

- Celery 5.7 takes a broken connection apart before it closes it. Whatever is acknowledged or restored after
  that asks the transport for a host that it no longer has, and kombu 5.7 answers with an `AttributeError`, of
  which no worker expects that the broker is away: its process ended.
- Each transport leaves a callback with the worker's loop, which asked those long dead at every turn, and kept
  them: kombu 5.7 takes none away, since it once took away the successor's.
- What is broadcast to workers is read when the loop says that there is something. Where that is wrong, since
  a closed socket's number is soon another's, redis-py 8.1 waits without end: the loop stood still.
"""

from queue import Empty
from typing import Any

from kombu.transport import redis
from redis.client import PubSub
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(redis.Channel):
    """Says that the connection is lost where there is none any more, and waits for nothing."""

    def _connparams(self, asynchronous: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as kombu has it
        if self.connection.client is None:
            raise ConnectionLost("the connection was taken apart")
        return super()._connparams(asynchronous)  # type: ignore[misc]  # its types lack it

    def _receive_one(self, c: PubSub) -> Any:  # noqa: ANN401 - as kombu has it
        if c.connection is None or not c.connection.can_read(timeout=0):  # raises at a connection's end
            raise Empty
        return super()._receive_one(c)


class Transport(redis.Transport):
    """The transport with that channel, of which nothing is left with a loop that begins anew."""

    Channel = Channel

    def register_with_event_loop(self, connection: object, loop: Any) -> None:  # noqa: ANN401 - kombu's types lag
        """Take turns in a loop until it is closed, or begins anew because the connection broke."""
        others = set(loop.on_tick)
        super().register_with_event_loop(connection, loop)
        ours = loop.on_tick - others

        def forget(_: object) -> None:
            loop.on_tick.difference_update(ours)
            loop.on_close.discard(forget)

        loop.on_close.add(forget)
