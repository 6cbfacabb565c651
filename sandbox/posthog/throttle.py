"""How often a key may ask: so many times in any minute, and in any hour."""

import math
import time
from collections import deque
from collections.abc import Callable

MINUTE_S, HOUR_S = 60.0, 3_600.0


class Throttle:
    """Sliding windows on a monotonic clock in seconds, the same for all keys."""

    def __init__(self, per_minute: int, per_hour: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = ((MINUTE_S, per_minute), (HOUR_S, per_hour))
        self._calls: deque[float] = deque(maxlen=max(per_minute, per_hour))
        self._clock = clock

    def wait_s(self) -> int:
        """Count a call and return 0, or the whole seconds to wait where it is one too many."""
        now = self._clock()
        waits = [
            self._calls[-limit] + span_s - now for span_s, limit in self._limits if len(self._calls) >= limit
        ]
        longest = max(waits, default=0.0)
        if longest > 0:
            return math.ceil(longest)
        self._calls.append(now)
        return 0
