"""The kill switch: a person stops all that leaves at once, and lets it go on."""

from config.errors import Actionable
from integrations.registry import DESTINATIONS
from store import audit, deferral
from store.database import Connection
from store.installation import MOVED, MOVING, paused, set_setting
from worker.deployment import Deployment

BY_A_PERSON = "operator"
"""Why an installation is paused that a person has stopped."""


class Moving(Actionable):
    """The installation moves to another database, or has: it goes on there alone."""


def pause(deployment: Deployment, actor: str) -> None:
    """Stop everything that leaves: no process begins anything more. Raises `Moving`."""
    with deployment.database.write() as connection:
        _set(connection, BY_A_PERSON)
        audit.record(connection, "paused", actor=actor)


def resume(deployment: Deployment, actor: str) -> None:
    """Let it go on, to the destinations too that were left alone for a while. Raises `Moving`."""
    with deployment.database.write() as connection:
        _set(connection, "")
        for destination in DESTINATIONS:
            deferral.lift(connection, destination)
        audit.record(connection, "resumed", actor=actor)


def _set(connection: Connection, reason: str) -> None:
    if paused(connection) in {MOVED, MOVING}:
        raise Moving("This installation moves to another database, or has; `seatsignal move` says more.")
    set_setting(connection, deferral.PAUSED, reason)
