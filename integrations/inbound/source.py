"""Inbound as a source: it calls and is never asked; what can be wrong are its secret and its maps."""

from collections.abc import Iterator
from time import time

from integrations.budget import Budget
from integrations.inbound.maps import maps
from integrations.inbound.settings import InboundSettings
from integrations.pushed import Pushed
from integrations.roles import Clock, Cursor, Page
from integrations.vitals import Vitals


class InboundSource:
    """What is left of a source where the webhook does all."""

    vitals = Vitals()

    def __init__(
        self, settings: InboundSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Read nothing yet."""
        self._pushed = Pushed(settings, budget=budget, clock=clock)
        self._maps = settings.maps

    def check(self) -> None:
        """Raise `Misconfigured` with what to set, or with what is wrong in the file of maps."""
        self._pushed.check()
        maps(self._maps)

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield nothing: there is nobody to ask."""
        return self._pushed.pull(cursor)

    def close(self) -> None:
        """Hold nothing open."""
