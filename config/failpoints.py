"""Places where a test may make the process die, freeze or fail, and an operator never does.

``SEATSIGNAL_FAILPOINTS="settle=kill@3,mark=freeze"`` arms them when the process starts: at the third
pass (first, if not said) through `settle` the process kills itself, at the first through `mark` it
stops itself until it is continued. Unarmed, a failpoint costs one truth test.
"""

import os
import signal
from collections import Counter

NAMES = (
    "pulled",  # a page is read, nothing of it is stored
    "stored",  # a page and its cursor are stored, the bell is not rung
    "retired",  # what a listing leaves out is moved to the past, nothing of that is stored
    "judged",  # a chunk's verdicts are computed, nothing of them is stored
    "assessed",  # a chunk is stored, the run is not released
    "released",  # a run is released, the bell is not rung
    "slotted",  # a job's slot is taken, its bell is not rung
    "claimed",  # notices are claimed, none is rendered
    "rendered",  # bodies are stored, none is marked
    "marked",  # notices are marked as sending, the first byte is not sent
    "delivered",  # the destination answered, nothing of it is stored
    "settled",  # answers are stored, the next claim is not made
)


class FailpointError(RuntimeError):
    """What an armed ``raise`` raises."""


def _parse(text: str) -> dict[str, tuple[str, int]]:
    armed = {}
    for part in filter(None, text.split(",")):
        name, _, action = part.partition("=")
        what, _, nth = action.partition("@")
        if name not in NAMES or what not in {"kill", "freeze", "raise"}:
            raise ValueError(
                f"SEATSIGNAL_FAILPOINTS: {part!r} is not one of {', '.join(NAMES)} = kill, freeze or raise"
            )
        armed[name] = (what, int(nth or 1))
    return armed


_armed = _parse(os.environ.get("SEATSIGNAL_FAILPOINTS", ""))
_passes: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Do what is armed for this place, if anything is."""
    if _armed and name in _armed:
        _reach(name)


def _reach(name: str) -> None:
    what, nth = _armed[name]
    _passes[name] += 1
    if _passes[name] != nth:
        return
    if what == "raise":
        raise FailpointError(name)
    # to this thread: a signal to the process may reach another one first, and this one goes on meanwhile
    signal.raise_signal(signal.SIGKILL if what == "kill" else signal.SIGSTOP)
