"""Calls that are allowed in a time, counted by fixed windows, not by a bucket."""

import math
from collections.abc import Callable

MINUTE_S = 60.0
TICKET_S = 600.0
"""The time in which a person may update one ticket so often."""


class Minute:
    """So many calls, and again as many when the minute is over; ``clock`` is monotonic, in seconds.

    With another ``length_s`` it is no minute.
    """

    def __init__(self, calls: int, clock: Callable[[], float], length_s: float = MINUTE_S) -> None:
        self.calls = calls
        self._clock = clock
        self._length_s = length_s
        self._began_s = clock()
        self.left = calls

    @property
    def resets_s(self) -> int:
        """Whole seconds until the minute is over."""
        return math.ceil(self._began_s + self._length_s - self._clock())

    def take(self) -> bool:
        """Take a call, if one is left."""
        if self._clock() >= self._began_s + self._length_s:
            self._began_s, self.left = self._clock(), self.calls
        allowed = self.left > 0
        self.left -= allowed
        return allowed
