"""Release what a run planned, or hold it: the brake looks at the last 24 hours, not at this run alone."""

from typing import NamedTuple

import structlog

from config.failpoints import failpoint
from health.brake import Hold, Totals, brake, most_worse
from store import audit, claims, outbox, runs, verdicts
from store.database import Connection, clock
from store.installation import LIVE, is_live, set_setting
from worker import digests, incidents, operators
from worker.demoted import tell_what_is_quiet
from worker.deployment import Deployment
from worker.experiments import tell_of_enough

log = structlog.get_logger()
BRAKE_HOURS = 24
USUAL_DAYS = 28


def release(deployment: Deployment, run: int) -> str:
    """Release or hold a finished run and return its status: released, held or dry."""
    with deployment.database.write() as connection:
        status, reason = _verdict(deployment, connection, run)
        if not runs.decide_release(connection, run, status, reason):
            return runs.load(connection, run).status
        if status == "released":
            _tell_the_book(deployment, connection, run)
            tell_what_is_quiet(deployment, connection, run)
            if runs.load(connection, run).kind == runs.FULL:
                tell_of_enough(deployment, connection)
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
        outbox.plan(connection, run, [digests.book_digest(deployment, found.as_of, book)])


def approve(deployment: Deployment, run: int, actor: str) -> int | None:
    """Release a held run because a person says so; return the notices due, `None` if it is not held."""
    with deployment.database.write() as connection:
        if not runs.decide_release(connection, run, "released", f"approved by {actor}", only="held"):
            return None
        audit.record(connection, "run_approved", str(run), actor=actor)
        return outbox.make_due(connection, run)


def discard(deployment: Deployment, run: int, actor: str) -> int | None:
    """Close a held run because a person says so; return the notices closed, `None` if it is not held."""
    with deployment.database.write() as connection:
        return _discarded(connection, run, "discarded", actor)


def expire(deployment: Deployment, after_s: float) -> None:
    """Close the runs that nobody has approved for so long, and tell operators: what they owe is old news."""
    with deployment.database.write() as connection:
        for run in runs.overdue(connection, after_s):
            closed = _discarded(connection, run, "approval_expired", "system")
            if closed is not None:
                outbox.plan(connection, None, [operators.approval_expired(deployment, run, closed)])
                outbox.make_due(connection, None)
                log.warning("approval_expired", run=run, notices=closed)


def _discarded(connection: Connection, run: int, reason: str, actor: str) -> int | None:
    if not runs.decide_release(connection, run, "discarded", f"{reason} by {actor}", only="held"):
        return None
    closed = outbox.suppress_planned(connection, reason, run)
    audit.record(connection, f"run_{reason}", str(run), f"{closed} closed", actor)
    return closed


def go_live(deployment: Deployment, actor: str = "operator") -> int:
    """Let notices leave from now on; close what was planned before and return how many that were."""
    with deployment.database.write() as connection:
        if is_live(connection):
            return 0
        closed = outbox.suppress_planned(connection, "before_go_live")
        set_setting(connection, LIVE, str(clock(connection)))
        audit.record(connection, "went_live", detail=f"{closed} closed", actor=actor)
        return closed


class Brake(NamedTuple):
    """How near the brake is: accounts that got worse lately, of the active ones, and how many may."""

    worse: int
    active: int
    most: float


def measured(deployment: Deployment, connection: Connection) -> Brake:
    """Return how near the brake is by what is usual for no book in particular."""
    active, limits = runs.active_accounts(connection), deployment.policy.brake
    worse = runs.worsened_lately(connection, BRAKE_HOURS, 0)
    return Brake(worse, active, most_worse(active, limits))


def _verdict(deployment: Deployment, connection: Connection, run: int) -> tuple[str, str]:
    if not runs.load(connection, run).live:
        return "dry", ""
    totals = Totals(
        active_accounts=runs.active_accounts(connection),
        worse=runs.worsened_lately(connection, BRAKE_HOURS, run),
        most_mails=outbox.most_letters(connection),
        before=runs.worsened_before(connection, BRAKE_HOURS, USUAL_DAYS),
    )
    verdict = brake(totals, deployment.policy.brake)
    return ("held", verdict.reason) if isinstance(verdict, Hold) else ("released", "")
