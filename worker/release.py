"""Release what a run planned, or hold it: the brake looks at the last 24 hours, not at this run alone."""

import structlog

from config.failpoints import failpoint
from health.brake import Hold, Totals, brake
from store import audit, claims, outbox, runs, verdicts
from store.database import Connection, clock
from store.installation import is_live, set_setting
from worker import announce, incidents
from worker.demoted import tell_what_is_quiet
from worker.deployment import Deployment

log = structlog.get_logger()
BRAKE_HOURS = 24
HELD_HOURS = 72
"""A held run waits so long for a person; what it planned is about days that are gone by then."""


def release(deployment: Deployment, run: int) -> str:
    """Release or hold a finished run and return its status: released, held or dry."""
    with deployment.database.write() as connection:
        status, reason = _verdict(deployment, connection, run)
        if not runs.decide_release(connection, run, status, reason):
            return runs.load(connection, run).status
        if status == "released":
            _tell_the_book(deployment, connection, run)
            tell_what_is_quiet(deployment, connection, run)
        if status == "dry" and is_live(connection):  # the run began before going live, and ends after it
            outbox.suppress_planned(connection, "before_go_live", run)
        owed = outbox.make_due(connection, run) if status == "released" else 0
        audit.record(connection, f"run_{status}", str(run), reason)
        incidents.review(deployment, connection)
        waiting = claims.waiting(connection)
    log.info("run_decided", run=run, status=status, notices=owed, reason=reason)
    failpoint("released")
    for destination in waiting:
        deployment.bell.deliver(destination)
    return status


def _tell_the_book(deployment: Deployment, connection: Connection, run: int) -> None:
    """Plan the digest that an installation's first run sends instead of an alert for each account."""
    found = runs.load(connection, run)
    if found.first:
        book = verdicts.book(connection)
        outbox.plan(connection, run, [announce.book_digest(deployment, found.as_of, book)])


def approve(deployment: Deployment, run: int, actor: str) -> int | None:
    """Release a held run because a person says so; return the notices due, `None` if it is held no more."""
    expire(deployment)
    with deployment.database.write() as connection:
        if not runs.decide_release(connection, run, "released", f"approved by {actor}", only="held"):
            return None
        audit.record(connection, "run_approved", str(run), actor=actor)
        return outbox.make_due(connection, run)


def discard(deployment: Deployment, run: int, actor: str) -> int | None:
    """Close a held run because a person says so; return the notices closed, `None` if it is not held."""
    with deployment.database.write() as connection:
        if not runs.decide_release(connection, run, "discarded", f"discarded by {actor}", only="held"):
            return None
        closed = outbox.suppress_planned(connection, "discarded", run)
        audit.record(connection, "run_discarded", str(run), f"{closed} closed", actor)
        return closed


def expire(deployment: Deployment) -> None:
    """Close the held runs for which nobody has decided in `HELD_HOURS`."""
    with deployment.database.read() as connection:
        overdue = runs.overdue(connection, HELD_HOURS)
    for run in overdue:
        with deployment.database.write() as connection:
            if runs.decide_release(connection, run, "discarded", "nobody approved it in time", only="held"):
                closed = outbox.suppress_planned(connection, "expired", run)
                audit.record(connection, "run_expired", str(run), f"{closed} closed")


def go_live(deployment: Deployment) -> int:
    """Let notices leave from now on; close what was planned before and return how many that were."""
    with deployment.database.write() as connection:
        if is_live(connection):
            return 0
        closed = outbox.suppress_planned(connection, "before_go_live")
        set_setting(connection, "live_since_ms", str(clock(connection)))
        audit.record(connection, "went_live", detail=f"{closed} closed", actor="operator")
        return closed


def _verdict(deployment: Deployment, connection: Connection, run: int) -> tuple[str, str]:
    if not runs.load(connection, run).live:
        return "dry", ""
    totals = Totals(
        active_accounts=runs.active_accounts(connection),
        worse=runs.worsened_lately(connection, BRAKE_HOURS, run),
        most_mails=outbox.most_letters(connection),
    )
    verdict = brake(totals, deployment.policy.brake)
    return ("held", verdict.reason) if isinstance(verdict, Hold) else ("released", "")
