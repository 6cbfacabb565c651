"""Whether a process still does what it is there for: tasks end in time, and its loop turns."""

import sys
import traceback
from collections.abc import Callable
from threading import Lock, get_ident
from time import monotonic

FRAMES = 12
"""Of a loop that does not turn, so many of the innermost calls tell what it waits for."""


class Watch:
    """What one role of a process is doing. Times are seconds of a clock that only goes forward."""

    def __init__(self, deadline_s: float, silence_s: float, clock: Callable[[], float] = monotonic) -> None:
        """Watch a role that is idle: its loop is expected to turn from its first turn on."""
        self._deadline_s, self._silence_s, self._clock = deadline_s, silence_s, clock
        self._tasks: dict[str, tuple[str, float]] = {}
        self._turned: float | None = None
        self._thread = 0
        self._worked = clock()
        self._lock = Lock()

    def began(self, task: str, name: str) -> None:
        """Say that a task runs."""
        with self._lock:
            self._tasks[task] = (name, self._clock())

    def ended(self, task: str) -> None:
        """Say that it does no more."""
        with self._lock:
            self._tasks.pop(task, None)
            self._worked = self._clock()

    def turned(self) -> None:
        """Say that the loop has turned, and will again."""
        self._turned, self._thread = self._clock(), get_ident()

    def rests(self) -> None:
        """Say that the loop does not turn for now, for a reason: its broker is away."""
        self._turned = None

    def idle_s(self) -> float:
        """Return for how long no task has run."""
        with self._lock:
            return 0.0 if self._tasks else self._clock() - self._worked

    def where(self) -> str:
        """Return which calls the loop's thread is in: files, lines and names, never a value."""
        frame = sys._current_frames().get(self._thread)  # noqa: SLF001 - the documented way to another thread
        inner = traceback.extract_stack(frame)[-FRAMES:] if frame else []
        return " > ".join(f"{each.filename.rpartition('/')[2]}:{each.lineno} {each.name}" for each in inner)

    def wrong(self) -> str:
        """Return what no process that is well would show, or an empty string."""
        now = self._clock()
        with self._lock:
            late = [
                f"{name} has run for {now - since:.0f} s"
                for name, since in self._tasks.values()
                if now - since > self._deadline_s
            ]
        if late:
            return late[0]
        if self._turned is not None and now - self._turned > self._silence_s:
            return f"its loop has not turned for {now - self._turned:.0f} s"
        return ""
