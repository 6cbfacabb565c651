"""What Zendesk holds of the rehearsed company."""

from sandbox.clock import Clock


class ZendeskBook:
    """Everything that the stand-in knows."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""

    def clear(self) -> None:
        """Hold nothing."""
