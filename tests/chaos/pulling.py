"""A worker that pulls one source, once, and waits to be killed: ``python -m tests.chaos.pulling NAME``."""

import sys
from threading import Event

from celery.signals import task_received

from tests.chaos import sabotage
from worker import embedded
from worker.bell import NO_SLOT, CeleryBell
from worker.embedded import Worker, run

AGAIN_S = 2.0
_heard = Event()


def hear(**_: object) -> None:
    """Note that the bell was heard."""
    _heard.set()


def ring() -> None:
    """Ask for the pull until somebody hears it: the worker may not listen yet."""
    while not _heard.is_set():
        CeleryBell().pull(sys.argv[1], NO_SLOT)
        _heard.wait(AGAIN_S)


if __name__ == "__main__":
    sabotage.apply()
    task_received.connect(hear)
    embedded.QUEUES = ("pull",)
    run([Worker()], ring)
