"""Budgets of calls, shared by all workers through the database; each holds a slice at a time."""

from threading import Lock
from time import monotonic

from store.budgets import Slice, lease
from store.database import Database

SLICES = 20
"""Parts that a minute's budget is leased in: what a worker that dies leaves unused is one of them."""


class SharedBudget:
    """One vendor's calls per minute. Safe to share between threads."""

    def __init__(self, database: Database, vendor: str, calls_per_minute: int) -> None:
        """Hold nothing yet."""
        self._database = database
        self._vendor = vendor
        self._calls_per_minute = calls_per_minute
        self._held = 0
        self._until = 0.0
        self._lock = Lock()

    def take(self, calls: int) -> float:
        """Take so many calls: 0, or the seconds to wait before asking again, and none are taken."""
        with self._lock:
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

    def _leased(self, calls: int) -> Slice:
        with self._database.write() as connection:
            return lease(connection, self._vendor, calls, self._calls_per_minute)
