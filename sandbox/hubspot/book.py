"""What HubSpot holds of the rehearsed company."""

from sandbox.clock import Clock
from sandbox.ledger import Ledger


class HubSpotBook:
    """Everything that the stand-in knows."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        """Start with nothing."""
        self._clock = clock
        self._ledger = ledger

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""

    def clear(self) -> None:
        """Hold nothing."""
