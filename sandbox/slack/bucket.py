"""The rate limit of one channel."""

import math
from collections.abc import Callable

from sandbox.config import Rate


class Bucket:
    """Token bucket on a monotonic clock in seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = float(rate.burst)
        self._filled_at = clock()
        self._not_before = 0.0
        self.early = 0

    @property
    def left(self) -> int:
        """Tokens that were left by the last call."""
        return int(self._tokens)

    def wait_s(self) -> int:
        """Take a token: 0, or the whole seconds to wait if there is none.

        A call that comes before the wait it was told is over is counted in `early`.
        """
        now = self._clock()
        self.early += now < self._not_before
        gained = (now - self._filled_at) * self._rate.per_second
        self._tokens = min(self._rate.burst, self._tokens + gained)
        self._filled_at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        wait_s = math.ceil((1 - self._tokens) / self._rate.per_second)
        self._not_before = now + wait_s
        return wait_s
