"""How many messages wait in the broker. They are bells: what is owed stands in the database."""

from collections.abc import Sequence
from typing import Any

import structlog
from kombu import Connection
from kombu.exceptions import ChannelError, OperationalError

from worker.celery import app

log = structlog.get_logger()


def lengths(queues: Sequence[str]) -> dict[str, int]:
    """Return the messages in each queue; nothing if the broker is away."""
    try:
        with app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1)
            return {queue: _length(connection, queue) for queue in queues}
    except (OperationalError, OSError) as error:
        log.warning("broker_away", bell="lengths", error=type(error).__name__)
        return {}


def _length(connection: Connection, queue: str) -> int:
    channel: Any = connection.default_channel
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except ChannelError:  # Redis keeps no empty list
        return 0
