"""Redis as kombu speaks to it, but for a connection that is no more: that is an error of the connection.

Celery 5.7 takes a broken connection apart before it closes it. Whatever is acknowledged or restored after
that asks the transport for a host that it no longer has, and kombu 5.7 answers with an `AttributeError`, of
which no worker expects that the broker is away: its process ended.
"""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(redis.Channel):
    """Says that the connection is lost where there is none any more."""

    def _connparams(self, asynchronous: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as kombu has it
        if self.connection.client is None:
            raise ConnectionLost("the connection was taken apart")
        return super()._connparams(asynchronous)  # type: ignore[misc]  # its types lack it


class Transport(redis.Transport):
    """The transport with that channel."""

    Channel = Channel
