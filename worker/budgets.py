"""Budgets of calls, shared by all workers through the database; each holds a slice at a time."""

from threading import Lock
from time import monotonic

from store.budgets import BY_THE_SECOND, SECOND_MS, Slice, lease
from store.database import Database

SLICES = 20
"""Parts that a minute's budget is leased in: what a worker that dies leaves unused is one of them."""


PACED = range(600, 6_000)
"""Calls a minute that are spread over its seconds: so many at once, and the vendor refuses some.

Of fewer a vendor takes a minute's at once; more are no faster asked for.
"""


RESERVE = 5
"""One in so many calls is left to what is written, where reading takes of the same budget."""


class SharedBudget:
    """One vendor's calls per minute, of the larger ones no more in a second. Threads may share it."""

    def __init__(
        self, database: Database, vendor: str, calls_per_minute: int, *, leaves_reserve: bool = False
    ) -> None:
        """Hold nothing yet. What ``leaves_reserve`` is never the last to take of a minute or a second."""
        self._database = database
        self._vendor = vendor
        self._calls_per_minute = calls_per_minute
        self._leaves_reserve = leaves_reserve
        self._held = 0
        self._until = 0.0
        self._lock = Lock()

    def take(self, calls: int) -> float:
        """Take so many calls: 0, or the seconds to wait before asking again, and none are taken."""
        with self._lock:
            if self._calls_per_minute in PACED and (wait_s := self._paced(calls)):
                return wait_s
            if monotonic() >= self._until:
                self._held = 0
            if self._held < calls:
                got = self._leased(max(calls - self._held, self._calls_per_minute // SLICES))
                if not got.calls:
                    return got.seconds
                self._held += got.calls
                self._until = monotonic() + got.seconds
            self._held -= calls
            return 0.0

    def _paced(self, calls: int) -> float:
        """Take calls of this second: 0, or the seconds until the next one."""
        row, allowed = f"{self._vendor}{BY_THE_SECOND}", self._calls_per_minute // 60
        with self._database.write() as connection:
            got = lease(connection, row, calls, allowed, SECOND_MS, reserved=self._reserved(allowed))
        return 0.0 if got.calls else got.seconds

    def _leased(self, calls: int) -> Slice:
        with self._database.write() as connection:
            allowed = self._calls_per_minute
            return lease(connection, self._vendor, calls, allowed, reserved=self._reserved(allowed))

    def _reserved(self, allowed: int) -> int:
        return allowed // RESERVE if self._leaves_reserve else 0
