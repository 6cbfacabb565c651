"""Calls that are allowed in a minute, counted as Zendesk does: by the minute, not by a bucket."""

import math
from collections.abc import Callable

MINUTE_S = 60.0


class Minute:
    """So many calls, and again as many when the minute is over; ``clock`` is monotonic, in seconds."""

    def __init__(self, calls: int, clock: Callable[[], float]) -> None:
        self.calls = calls
        self._clock = clock
        self._began_s = clock()
        self.left = calls

    @property
    def resets_s(self) -> int:
        """Whole seconds until the minute is over."""
        return math.ceil(self._began_s + MINUTE_S - self._clock())

    def take(self) -> bool:
        """Take a call, if one is left."""
        if self._clock() >= self._began_s + MINUTE_S:
            self._began_s, self.left = self._clock(), self.calls
        allowed = self.left > 0
        self.left -= allowed
        return allowed
