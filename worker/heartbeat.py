"""Heartbeats: a process says that it is there, and ends itself once it no longer does its work.

Whoever started it starts it again. What it held is free once its lease ends, so that nothing is lost.
"""

import atexit
import gc
import os
import socket
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import uuid4

import structlog
from celery import Task, bootsteps
from celery.signals import before_task_publish, task_postrun, task_prerun

from config.settings import settings
from store import processes
from store.database import Database, Unavailable
from store.processes import SILENCE_S, Process
from worker.celery import LONGEST_TASK_S
from worker.watch import Watch

log = structlog.get_logger()

BEAT_S = 15.0
TURN_S = 5.0
DEADLINE_S = LONGEST_TASK_S + 30.0
"""A pool of threads cannot end a task: the process has to go."""
STUCK = 70
"""The exit status of a process that ended itself."""
PARTING_S = 5.0
TICKS = "deliver"
"""The queue that ticks come by."""


class Heartbeat:
    """One role of this process: said to the database, and watched."""

    def __init__(
        self, process: Process, watch: Watch, database_url: str, *, end: Callable[[int], object] = os._exit
    ) -> None:
        """Prepare; a connection is made for each beat, so that none is shared with a fork."""
        self.watch = watch
        self._process, self._database_url, self._end = process, database_url, end
        self._thread = threading.Thread(target=self._run, name=f"{process.role}-heartbeat", daemon=True)
        self._stopping = threading.Event()

    def start(self) -> None:
        """Beat from now on, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Say that this process ends as it should."""
        self._stopping.set()
        self._in_the_database(lambda connection: processes.ended(connection, self._process))

    def _run(self) -> None:
        self.beat()
        while not self._stopping.wait(BEAT_S):
            self.beat()

    def beat(self) -> None:
        """Say that we are there; if something is wrong, say what and end the process."""
        wrong = self.watch.wrong() or self._in_the_database(self._said) or ""
        if not wrong:
            return
        log.critical("process_stuck", role=self._process.role, reason=wrong, where=self.watch.where())
        parting = threading.Timer(PARTING_S, self._end, args=(STUCK,))  # should the database hang too
        parting.daemon = True
        parting.start()
        self._in_the_database(lambda connection: processes.seen(connection, self._process, wrong))
        parting.cancel()
        self._end(STUCK)

    def _said(self, connection: Any) -> str:  # noqa: ANN401 - a connection of either database
        processes.seen(connection, self._process)
        return self._deaf(connection)

    def _deaf(self, connection: Any) -> str:  # noqa: ANN401 - see above
        """Return that ticks go out and none arrives, where this worker had nothing else to do."""
        if TICKS not in self._process.queues or self.watch.idle_s() <= SILENCE_S:
            return ""
        age_s = processes.tick_age_s(connection)
        ticking = any(process.role == "beat" for process in processes.alive(connection))
        return f"no tick for {age_s:.0f} s" if age_s and age_s > SILENCE_S and ticking else ""

    def _in_the_database(self, work: Callable[[Any], str | None]) -> str | None:
        """Do something in the database if it is there; a heartbeat that it misses is no fault of ours.

        Nor is any other trouble a reason to stop watching.
        """
        database = Database(self._database_url, pool_size=1)
        try:
            with database.write() as connection:
                return work(connection)
        except Unavailable:
            return None
        except Exception as error:
            log.exception("heartbeat_broke", error=type(error).__name__)
            return None
        finally:
            database.close()


def _begun(role: str, queues: Sequence[str], silence_s: float) -> Heartbeat:
    process = Process(uuid4().hex, role, socket.gethostname(), os.getpid(), tuple(queues))
    heartbeat = Heartbeat(process, Watch(DEADLINE_S, silence_s), settings().database_url)
    heartbeat.start()
    atexit.register(heartbeat.stop)
    return heartbeat


@cache
def _worker(queues: tuple[str, ...]) -> Heartbeat:
    heartbeat = _begun("worker", queues, SILENCE_S)
    task_prerun.connect(_task_begins(heartbeat.watch), weak=False)
    task_postrun.connect(_task_ends(heartbeat.watch), weak=False)
    return heartbeat


def _task_begins(watch: Watch) -> Callable[..., None]:
    def begins(task_id: str, task: Task, **_more: object) -> None:  # type: ignore[type-arg]  # generic in its stubs alone
        watch.began(task_id, str(task.name))

    return begins


def _task_ends(watch: Watch) -> Callable[..., None]:
    def ends(task_id: str, **_more: object) -> None:
        watch.ended(task_id)

    return ends


class Turns(bootsteps.StartStopStep):
    """A step of every worker's consumer: while it consumes, its loop is expected to turn."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:  # noqa: ANN401 - as Celery has it
        """Watch the loop of a consumer that has its queues.

        What the connection before left behind hangs together in cycles, sockets and all: it goes now, since
        garbage is looked for seldom (`worker.process.COLLECTED_AFTER`).
        """
        gc.collect()
        self._heartbeat = _worker(tuple(sorted(queue.name for queue in consumer.task_consumer.queues)))
        self._heartbeat.watch.turned()
        self._timer = consumer.timer.call_repeatedly(TURN_S, self._heartbeat.watch.turned)

    def stop(self, consumer: Any) -> None:  # noqa: ANN401, ARG002 - as Celery has it
        """Expect nothing of one that has lost its broker, or ends."""
        self._timer.cancel()
        self._heartbeat.watch.rests()


def begin_beat() -> None:
    """Watch beat in this process: it is expected to send a tick every few seconds."""
    heartbeat = _begun("beat", (), max(SILENCE_S, 6 * settings().tick_s))
    heartbeat.watch.turned()

    def sent(**_more: object) -> None:
        heartbeat.watch.turned()

    before_task_publish.connect(sent, sender="seatsignal.tick", weak=False)
