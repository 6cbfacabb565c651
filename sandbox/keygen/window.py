"""Keygen's rate limit: so many requests in each minute of the clock, then none."""

from collections.abc import Callable

PERIOD_S = 60


class Window:
    """Counts the requests of the minute that it is, on a clock in seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._minute = -1
        self._count = 0

    def headers(self, limit: int) -> dict[str, str]:
        """Count a request, and return what the answer says of it; `Retry-After` if it is one too many."""
        now = int(self._clock())
        if now // PERIOD_S != self._minute:
            self._minute, self._count = now // PERIOD_S, 0
        self._count += 1
        wait_s = PERIOD_S - now % PERIOD_S
        told = {
            "X-RateLimit-Window": "1m",
            "X-RateLimit-Count": str(self._count),
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - self._count)),
            "X-RateLimit-Reset": str(now + wait_s),
        }
        return {**told, "Retry-After": str(wait_s)} if self._count > limit else told
