"""The three ways a vendor can fail, named by what happens next.

``reason`` is a short label, fit for a metric and a log: never a secret, never an address.
"""

from config.errors import Actionable


class IntegrationError(Actionable):
    """Base of the three; catch the three by name where what happens next differs."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the label apart from the sentence a person reads."""
        super().__init__(detail or reason)
        self.reason = reason


class RetryLater(IntegrationError):  # noqa: N818 - named by what happens next
    """Nothing is wrong that time does not mend. ``after_s`` is the vendor's wish in seconds, or 0."""

    def __init__(self, reason: str, detail: str = "", after_s: float = 0.0) -> None:
        """Carry the vendor's Retry-After."""
        super().__init__(reason, detail)
        self.after_s = after_s


class Rejected(IntegrationError):  # noqa: N818 - named by what happens next
    """The vendor will never take this one; others may pass."""


class Misconfigured(IntegrationError):  # noqa: N818 - named by what happens next
    """Nothing will pass until a person changes something; ``detail`` says what and where.

    With ``channel`` that is so of what goes there, and the rest may pass.
    """

    def __init__(self, reason: str, detail: str = "", channel: str = "") -> None:
        """Name the channel, as routes do."""
        super().__init__(reason, detail)
        self.channel = channel
