"""Drift: once a day our records elsewhere are looked at, so that edits are known though nothing is owed."""

import structlog

from integrations.errors import IntegrationError
from integrations.roles import Watched
from store import edits
from worker.deployment import Deployment

log = structlog.get_logger()
RECORDS_A_LOOK = 500
"""Records that are remembered at a time."""


def look(deployment: Deployment) -> int:
    """Look at every record that was written, and return in how many fields people changed them.

    A destination that cannot be asked is looked at the next day: until then what was known stays known.
    """
    with deployment.database.read() as connection:
        names = edits.written_to(connection)
    return sum(_look_at(deployment, name) for name in names)


def _look_at(deployment: Deployment, name: str) -> int:
    try:
        crm = deployment.destination(name)
        return _seen(deployment, name, crm) if isinstance(crm, Watched) else 0
    except IntegrationError as error:
        log.warning("drift_unseen", destination=name, reason=error.reason)
        return 0


def _seen(deployment: Deployment, name: str, crm: Watched) -> int:
    records = found = 0
    after = ""
    while True:
        with deployment.database.read() as connection:
            said = edits.last_said(connection, name, after, RECORDS_A_LOOK)
        if not said:
            log.info("drift_seen", destination=name, records=records, edits=found)
            return found
        seen = list(crm.edits(said))
        with deployment.database.write() as connection:
            found += edits.keep_seen(connection, seen)
        records, after = records + len(seen), said[-1].thread
