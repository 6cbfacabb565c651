"""Auditor: looks every day whether all that was owed is accounted for, and tells once of what is not."""

import structlog

from store import audit as trail
from store import balance, outbox
from store.balance import Defect
from store.database import Connection
from worker import operators
from worker.deployment import Deployment

log = structlog.get_logger()
NOTICES_A_LOOK = 20_000
"""Notices that one query looks at, so that none takes long."""


def audit(deployment: Deployment) -> list[Defect]:
    """Look at every run and notice, part by part, and return what cannot be."""
    with deployment.database.read() as connection:
        found = list(balance.of_runs(connection))
        last = balance.last(connection)
    for first in range(1, last + 1, NOTICES_A_LOOK):
        with deployment.database.read() as connection:
            found += balance.of_notices(connection, first, first + NOTICES_A_LOOK - 1)
    with deployment.database.write() as connection:
        balance.keep_audit(connection, found)
        if found:
            _tell(deployment, connection, found)
    log.info("audited", notices=last, defects=len(found))
    return found


def _tell(deployment: Deployment, connection: Connection, found: list[Defect]) -> None:
    if outbox.plan(connection, None, [operators.unaccounted(deployment, found)]):
        trail.record(connection, "audit_failed", detail=f"{len(found)} defects")
    outbox.make_due(connection, None)
