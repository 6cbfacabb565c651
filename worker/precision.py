"""Precision: counts once a day how right rules were and how much of each band is known."""

from store import ledger, precision
from store.installation import business_day
from store.precision import Counted
from worker.deployment import Deployment


def count(deployment: Deployment) -> Counted:
    """Look at every account, keep what it comes to, and return it."""
    policy = deployment.policy
    with deployment.database.read() as connection:
        counted = Counted(
            business_day(connection),
            ledger.entries(connection, policy.ledger),
            precision.coverage(connection, policy.bands.coverage_min),
        )
    with deployment.database.write() as connection:
        precision.keep(connection, counted)
    return counted
