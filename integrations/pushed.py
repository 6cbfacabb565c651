"""A source that is never asked: it calls us, and what it has called in is stored before each pull."""

from collections.abc import Iterator
from time import time

from pydantic_settings import BaseSettings

from integrations.budget import Budget
from integrations.errors import Misconfigured
from integrations.roles import Clock, Cursor, Page
from integrations.vitals import Vitals

SECRET = "webhook_secret"  # noqa: S105 - the name of a setting


class Pushed:
    """What is left of a source where the webhook does all."""

    vitals = Vitals()

    def __init__(self, settings: BaseSettings, *, budget: Budget | None = None, clock: Clock = time) -> None:
        """Keep nothing but whether there is a secret."""
        del budget, clock
        self._variable = f"{settings.model_config['env_prefix']}{SECRET}".upper()
        self._given = bool(getattr(settings, SECRET))

    def check(self) -> None:
        """Raise `Misconfigured` with what to set, unless calls can be known."""
        if not self._given:
            raise Misconfigured("no_webhook_secret", f"set {self._variable} to the secret it signs with")

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield nothing: there is nobody to ask."""
        del cursor
        yield from ()

    def close(self) -> None:
        """Hold nothing open."""
