"""The product's workers and a bare task, for `benchmarks.live`: ``celery -A benchmarks.answering worker``."""

import redis
from celery.signals import worker_init

from benchmarks.event import Silent
from config.settings import settings
from worker.celery import app

__all__ = ["app"]


@worker_init.connect
def begin(**_more: object) -> None:
    """Let the vendor have nothing beside what it calls in."""
    from worker.process import deployment  # noqa: PLC0415 - as it starts, not as it is imported

    deployment().use_source("stripe", Silent())


@app.task(name="bench.echo")
def echo(*, to: str) -> None:
    """Answer, and do nothing else."""
    with redis.Redis.from_url(settings().broker_url) as connection:
        connection.rpush(to, b"1")
