"""The day on PostgreSQL and Redis: workers of both pools and two beats, each a process of its own."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from cli import demo
from tests.days.played import assert_as_told, play

CELERY = [sys.executable, "-m", "celery", "-A", "worker"]
POOLS = (("threads", "pull,deliver"), ("prefork", "assess"))


@contextmanager
def workers(environment: Mapping[str, str]) -> Iterator[None]:
    commands = [
        [*CELERY, "worker", "-P", pool, "-c", "2", "-Q", queues, "-l", "WARNING"] for pool, queues in POOLS
    ]
    commands += [[*CELERY, "beat", "-l", "WARNING", "--pidfile="]] * 2
    with ExitStack() as stack:
        for command in commands:
            stack.enter_context(demo.process(command, environment))
        yield


def test_every_story_gets_what_it_should_and_nobody_else_hears_anything(
    tmp_path, postgresql_url, redis_server
):
    assert_as_told(play(tmp_path, postgresql_url, redis_server.url, workers))
