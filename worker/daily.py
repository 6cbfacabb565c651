"""What is looked at once a day: what was owed, what people changed in a CRM, and how right rules were."""

from worker import auditor, drift, precision
from worker.deployment import Deployment


def look(deployment: Deployment) -> None:
    """Look at all of it; each is a unit of work of its own."""
    auditor.audit(deployment)
    drift.look(deployment)
    precision.count(deployment)
