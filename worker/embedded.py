"""Worker and beat in threads of one process, over an in-memory broker: the embedded mode.

The main thread owns the signals and waits; each part runs in a thread of its own and is stopped in
order. A part that does not stop within the deadline is left behind by ending the process.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from celery.beat import Scheduler, Service
from celery.worker import WorkController

from worker.bell import QUEUES
from worker.celery import app

log = structlog.get_logger()
STOP_S = 10.0
ENDINGS = (signal.SIGTERM, signal.SIGINT)
THREADS = 8
LONGEST_SLEEP_S = 1
"""Beat sleeps no longer at once, since nothing wakes it when it should end."""


class Part(Protocol):
    """Something that runs beside the others."""

    def start(self) -> None:
        """Start in a thread of its own and return."""

    def stop(self) -> None:
        """Ask it to end."""

    def join(self, timeout: float) -> None:
        """Wait for its end."""


class Worker:
    """Celery's worker with a pool of threads."""

    def __init__(self) -> None:
        """Prepare the controller; it connects when started."""
        self._controller = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=THREADS,
            queues=list(QUEUES),
            loglevel="WARNING",
            quiet=True,
        )
        self._thread = threading.Thread(target=self._controller.start, name="worker", daemon=True)

    def start(self) -> None:
        """Start consuming."""
        self._thread.start()

    def stop(self) -> None:
        """Stop consuming; what runs may end."""
        self._controller.stop(in_sighandler=False)

    def join(self, timeout: float) -> None:
        """Wait for the consumer's end."""
        self._thread.join(timeout)


class Beat:
    """Celery's beat with its one entry."""

    def __init__(self) -> None:
        """Prepare the service."""
        self._service = Service(app, scheduler_cls=Scheduler, max_interval=LONGEST_SLEEP_S)
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def _run(self) -> None:
        self._service.start(embedded_process=True)

    def start(self) -> None:
        """Start ticking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._service.stop()

    def join(self, timeout: float) -> None:
        """Wait for the last tick's end."""
        self._thread.join(timeout)


def run(parts: Sequence[Part], ready: Callable[[], None]) -> None:
    """Start the parts, wait for SIGTERM or SIGINT, stop them in turn, and end the process."""
    # blocked everywhere and waited for here: a handler would run only once the main thread wakes up,
    # and a signal that the system hands to another thread does not wake it
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    for part in parts:
        part.start()
    ready()
    signal.sigwait(ENDINGS)
    _stop(parts)


def _stop(parts: Sequence[Part]) -> None:
    watchdog = threading.Timer(STOP_S, os._exit, args=(1,))
    watchdog.daemon = True
    watchdog.start()
    for part in parts:
        part.stop()
        part.join(STOP_S)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
