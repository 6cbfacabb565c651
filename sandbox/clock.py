"""The stand-ins' clock: real, or set to an instant of the rehearsed company's time."""

import time


class Clock:
    """Stands still once it is set; stand-ins show only what has happened by then."""

    def __init__(self) -> None:
        """Start with the real time."""
        self._at_s: float | None = None
        self._skew_s = 0.0

    def now_s(self) -> float:
        """The instant it is, in seconds since 1970."""
        return time.time() if self._at_s is None else self._at_s

    def date_s(self) -> float:
        """What an answer's `Date` says: the real time, as far off as it is told to be."""
        return time.time() + self._skew_s

    def set(self, at_s: float, skew_s: float = 0.0) -> None:
        """Stand at an instant, and let answers be dated that many seconds later than they are."""
        self._at_s, self._skew_s = at_s, skew_s

    def clear(self) -> None:
        """Go with the real time again."""
        self._at_s, self._skew_s = None, 0.0
