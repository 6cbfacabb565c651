"""Channels of a service that knows no keys: whose turn it is, and of which one people were told.

Each channel has an address of its own, so that what a person must mend is of one channel, and not of all.
"""

from threading import Lock
from time import monotonic, sleep

MINUTE_S, DAY_S = 60.0, 86_400.0
LATER_S = 300.0
"""When a channel is tried again that needs a person, once operators were told."""
_clock = monotonic
_rest = sleep


class Turns:
    """Spreads one worker's messages over the second; those of all workers share the budget of a minute."""

    def __init__(self, calls_per_minute: float) -> None:
        """Begin with the first at once."""
        self._every_s = MINUTE_S / calls_per_minute
        self._next_s = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Wait for the next one."""
        with self._lock:
            now = _clock()
            at = max(now, self._next_s)
            self._next_s = at + self._every_s
        _rest(at - now)


class Told:
    """Of which channels people were told today that they need one."""

    def __init__(self) -> None:
        """Begin with none."""
        self._at_s: dict[str, float] = {}
        self._lock = Lock()

    def is_news(self, channel: str) -> bool:
        """Tell whether nobody was told today that a channel needs a person; from now on they were."""
        with self._lock:
            now = _clock()
            is_news = now - self._at_s.get(channel, -DAY_S) >= DAY_S
            if is_news:
                self._at_s[channel] = now
            return is_news

    def well(self, channel: str) -> None:
        """Forget what was told of a channel: it takes messages again."""
        self._at_s.pop(channel, None)
