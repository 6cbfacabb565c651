"""The stand-ins' clock: real, or set to an instant of the rehearsed company's time."""

import time


class Clock:
    """Stands still once it is set; stand-ins show only what has happened by then."""

    def __init__(self) -> None:
        """Start with the real time."""
        self._at_s: float | None = None

    def now_s(self) -> float:
        """The instant it is, in seconds since 1970."""
        return time.time() if self._at_s is None else self._at_s

    def set(self, at_s: float) -> None:
        """Stand at an instant."""
        self._at_s = at_s

    def clear(self) -> None:
        """Go with the real time again."""
        self._at_s = None
