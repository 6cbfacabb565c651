"""Ring for work. A bell that is not heard costs time, never work: a sweep finds what is due."""

from collections import deque
from time import monotonic
from typing import Protocol

import structlog

from store.runs import Chunk

log = structlog.get_logger()

SILENCE_S = 10.0
"""How long a broker that was away is not rung through: each try costs seconds, and the sweep goes on."""


QUEUES = ("pull", "assess", "deliver")
"""Where bells are heard: somebody must work on each."""
NO_SLOT = 0
"""The slot of a pull that no schedule asked for."""


class Bell(Protocol):
    """What can be rung for."""

    def pull(self, source: str, slot: int) -> None:
        """Ask for a pull of a source, in a slot of its schedule."""

    def judge(self, slot: int) -> None:
        """Ask for a run over every account, in a slot of its schedule."""

    def assess(self, chunk: Chunk) -> None:
        """Ask for a chunk of accounts to be judged."""

    def audit(self, slot: int) -> None:
        """Ask for a look at whether all that was owed is accounted for, in a slot of its schedule."""

    def figures(self, slot: int, look: int = 0) -> None:
        """Ask for the figures of one look at every account, in a slot of their schedule."""

    def colleagues(self, slot: int) -> None:
        """Ask for colleagues to be found by their addresses, in a slot."""

    def deliver(self, destination: str) -> None:
        """Ask for what is due to a destination to be sent."""


class CeleryBell:
    """Rings through the broker; what one that is away does not hear is left to the sweep."""

    def __init__(self) -> None:
        """Take it that the broker is there."""
        self._silent_until = 0.0

    def pull(self, source: str, slot: int) -> None:
        """Ask for a pull of a source, in a slot of its schedule."""
        self._ring("pull", source=source, slot=slot)

    def judge(self, slot: int) -> None:
        """Ask for a run over every account, in a slot of its schedule."""
        self._ring("judge", slot=slot)

    def audit(self, slot: int) -> None:
        """Ask for a look at whether all that was owed is accounted for, in a slot of its schedule."""
        self._ring("audit", slot=slot)

    def figures(self, slot: int, look: int = 0) -> None:
        """Ask for the figures of one look at every account, in a slot of their schedule."""
        self._ring("figures", slot=slot, look=look)

    def assess(self, chunk: Chunk) -> None:
        """Ask for a chunk of accounts to be judged."""
        self._ring("assess", run=chunk.run, first=chunk.first_account, last=chunk.last_account)

    def colleagues(self, slot: int) -> None:
        """Ask for colleagues to be found by their addresses, in a slot."""
        self._ring("colleagues", slot=slot)

    def deliver(self, destination: str) -> None:
        """Ask for what is due to a destination to be sent."""
        self._ring("deliver", destination=destination)

    def _ring(self, name: str, **arguments: object) -> None:
        from kombu.exceptions import OperationalError  # noqa: PLC0415 - only where a broker is used

        from worker.celery import app  # noqa: PLC0415 - commands that need no broker do not load Celery

        if monotonic() < self._silent_until:
            return
        try:
            app.send_task(f"seatsignal.{name}", kwargs=arguments, retry=False)
        except (OperationalError, OSError) as error:
            self._silent_until = monotonic() + SILENCE_S
            log.warning("broker_away", bell=name, error=type(error).__name__)


class Aside:
    """Keeps what is rung for, so that a command does it in turn, without a broker."""

    def __init__(self) -> None:
        """Start with nothing to do."""
        self.chunks: deque[Chunk] = deque()

    def pull(self, source: str, slot: int) -> None:
        """Leave it: a command pulls by name."""

    def judge(self, slot: int) -> None:
        """Leave it: a command opens its own run."""

    def audit(self, slot: int) -> None:
        """Leave it: a command looks by itself."""

    def figures(self, slot: int, look: int = 0) -> None:
        """Leave it: a command tells what it is asked."""

    def assess(self, chunk: Chunk) -> None:
        """Keep a chunk of accounts to be judged."""
        self.chunks.append(chunk)

    def colleagues(self, slot: int) -> None:
        """Leave it: they are found while workers run."""

    def deliver(self, destination: str) -> None:
        """Leave it: a command delivers by name."""
