"""Budget: how many calls a vendor allows us."""

from typing import Protocol


class Budget(Protocol):
    """Calls that a vendor allows us, shared by all workers. Several threads may take at once."""

    def take(self, calls: int) -> float:
        """Take so many calls: 0, or the seconds to wait before asking again, and none are taken."""


class Unlimited:
    """A budget without end, for what is not shared."""

    def take(self, calls: int) -> float:
        """Always go."""
        del calls
        return 0.0
