"""HubSpot's limits: calls in ten seconds, searches in one, calls in a day."""

from collections.abc import Callable

from sandbox.config import Config
from sandbox.hubspot.errors import limited
from sandbox.slack.bucket import Bucket

DAY_S = 86_400
INTERVAL_S = 10


class Traffic:
    """Counts calls. ``monotonic`` and ``clock`` give seconds; the day is the clock's."""

    def __init__(self, config: Config, monotonic: Callable[[], float], clock: Callable[[], float]) -> None:
        """Start with nothing spent."""
        self._config = config
        self._clock = clock
        self._calls = Bucket(config.hubspot_rate, monotonic)
        self._searches = Bucket(config.hubspot_search_rate, monotonic)
        self._day = 0
        self._in_day = 0
        self.calls = 0
        self.limited = 0

    @property
    def early(self) -> int:
        """Calls that came before there could be one again."""
        return self._calls.early + self._searches.early

    def take(self, *, searching: bool) -> None:
        """Count a call, or refuse it."""
        self.calls += 1
        self._count_day()
        policy = self._policy(searching=searching)
        if policy:
            self.limited += 1
            raise limited(policy)

    def _count_day(self) -> None:
        today = int(self._clock() // DAY_S)
        self._day, self._in_day = today, self._in_day + 1 if today == self._day else 1

    def _policy(self, *, searching: bool) -> str:
        """The limit that this call is beyond, if any."""
        if self._in_day > self._config.hubspot_daily:
            return "DAILY"
        if searching and self._searches.wait_s():
            return "SECONDLY"
        return "TEN_SECONDLY_ROLLING" if self._calls.wait_s() else ""

    def headers(self) -> dict[str, str]:
        """What answers tell of the limits; those to searches tell nothing."""
        rate = self._config.hubspot_rate
        return {
            "X-HubSpot-RateLimit-Daily": str(self._config.hubspot_daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, self._config.hubspot_daily - self._in_day)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(INTERVAL_S * 1000),
            "X-HubSpot-RateLimit-Max": str(rate.burst),
            "X-HubSpot-RateLimit-Remaining": str(self._calls.left),
        }
