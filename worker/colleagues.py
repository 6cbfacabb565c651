"""Colleagues in Slack: whoever is named by an address is asked for there, and who was found is remembered."""

from collections.abc import Collection

import structlog

from config.routes import SLACK, Routes
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.roles import Directory
from store import colleagues, outbox, owners
from store.database import Connection
from worker import operators
from worker.deployment import Deployment

log = structlog.get_logger()
A_TURN = 20
"""Addresses that are asked about at a time: Slack allows fifty in a minute."""


def routed(deployment: Deployment, connection: Connection) -> Routes:
    """Return the routes as they lead by now: with the Slack ids that were found."""
    routes, made = deployment.routes, deployment.completed
    if not routes.by_address:
        return routes
    found = colleagues.found(connection)
    if made is None or made[0] is not routes or made[1] != found:
        made = deployment.completed = (routes, found, routes.completed(found))
    return made[2]


def find(deployment: Deployment) -> int:
    """Ask Slack about the addresses that it is time to ask about, and return how many it answered.

    Where it cannot be asked what is known stays, and it is asked again minutes later.
    """
    with deployment.database.read() as connection:
        sought = sought_by(deployment.routes, connection)
        due = colleagues.due(connection, sought, A_TURN)
    answered = 0
    try:
        for address in due:
            found = _asked(deployment, address)
            with deployment.database.write() as connection:
                colleagues.keep(connection, address, found)
            answered += 1
    except (RetryLater, Misconfigured) as error:
        log.warning("colleagues_unasked", reason=error.reason)
        if isinstance(error, Misconfigured):
            _tell_unasked(deployment, error)
    if answered:
        log.info("colleagues_asked", addresses=answered)
        _tell_missing(deployment, sought)
    return answered


def sought_by(routes: Routes, connection: Connection) -> frozenset[str]:
    """Return the addresses (small letters) whose Slack id nobody has set."""
    if not routes.find_owners:
        return routes.sought
    return routes.sought | owners.addresses(connection) - {address.lower() for address in routes.people}


def _asked(deployment: Deployment, address: str) -> str:
    """Return the id of whoever has an address; empty where Slack knows nobody, or cannot read it."""
    slack = deployment.destination(SLACK)
    assert isinstance(slack, Directory)  # noqa: S101 - the one that is registered is
    try:
        return slack.person(address)
    except Rejected as error:
        log.warning("colleague_refused", reason=error.reason)
        return ""


def _tell_missing(deployment: Deployment, sought: Collection[str]) -> None:
    """Tell operators once of those whom nobody in Slack is: their alerts go to whoever stands in.

    Who is sought no more is forgotten in time.
    """
    with deployment.database.write() as connection:
        colleagues.forget(connection, sought)
        missing = colleagues.untold(connection, sought)
        if missing:
            outbox.plan(connection, None, [operators.colleagues_missing(deployment, connection, missing)])
            outbox.make_due(connection, None)
            colleagues.told(connection, missing)


def _tell_unasked(deployment: Deployment, error: Misconfigured) -> None:
    with deployment.database.write() as connection:
        outbox.plan(connection, None, [operators.colleagues_unasked(deployment, connection, error)])
        outbox.make_due(connection, None)
