"""Every few seconds: ring for what is due, sweep up what was left behind, let go of what is old."""

from collections.abc import Callable
from functools import partial

from config.failpoints import failpoint
from config.schedule import Schedule
from store import claims, inbox, processes, retention, runs, settlement, slots
from worker import incidents, lateness
from worker.bell import NO_SLOT
from worker.deployment import Deployment
from worker.digests import person_digests
from worker.escalation import escalate, follow
from worker.lateness import Turns
from worker.release import expire, release
from worker.waiting import look
from worker.weekly import weekly_digest

CALLED_S = 60
"""How often a pull is rung for while calls of its vendor wait."""
JUDGE = "judge"
"""The job that judges every account."""
CLIMB, CLIMB_S = "climb", 300
"""The job that tells the next one of what nobody has taken on or decided, and sends digests; how often."""
FIND, FIND_S = "colleagues", 300
"""The job that finds colleagues in Slack by their addresses, and how often it looks whether any is due."""
AUDIT = "audit"
"""The job that looks whether all that was owed is accounted for."""
FIGURES = "figures"
"""The job that tells the figures of a large book, one look at every account after the other."""


def tick(deployment: Deployment, schedule: Schedule) -> None:
    """Do what the schedule and the sweep ask for; any number of these may run at once."""
    turns = [
        Turns(source, pull_job(source), interval_s)
        for source, interval_s in schedule.pull.items()
        if deployment.has_source(source)
    ]
    for source, job, interval_s in turns:
        _if_due(deployment, job, interval_s, partial(deployment.bell.pull, source))
    lateness.look(deployment, turns)
    incidents.end_unused(deployment)
    _answer_calls(deployment)
    _if_due(deployment, JUDGE, schedule.assess, deployment.bell.judge)
    _if_due(deployment, AUDIT, schedule.audit, deployment.bell.audit)
    _if_due(deployment, FIGURES, schedule.figures, deployment.bell.figures)
    if deployment.routes.by_address:
        _if_due(deployment, FIND, FIND_S, deployment.bell.colleagues)
    expire(deployment, schedule.approval)
    _if_due(deployment, CLIMB, CLIMB_S, lambda slot: _climb(deployment, slot))
    sweep(deployment)
    with deployment.database.write() as connection:
        processes.ticked(connection)
    with deployment.database.write() as connection:
        retention.retain(connection, deployment.policy.retention)


def _climb(deployment: Deployment, slot: int) -> None:
    follow(deployment)
    escalate(deployment)
    person_digests(deployment)
    look(deployment)
    weekly_digest(deployment)
    slot_done(deployment, CLIMB, slot)


def _answer_calls(deployment: Deployment) -> None:
    """Ring for what vendors called in and is not stored: whoever took the call may have rung in vain."""
    with deployment.database.read() as connection:
        called = inbox.called(connection)
    for source in called:
        job = f"inbox:{source}"

        def ring(slot: int, source: str = source, job: str = job) -> None:
            deployment.bell.pull(source, NO_SLOT)
            slot_done(deployment, job, slot)

        _if_due(deployment, job, CALLED_S, ring)


def pull_job(source: str) -> str:
    """Return the name under which a source's pulls have their slots."""
    return f"pull:{source}"


def _if_due(deployment: Deployment, job: str, interval_s: int, ring: Callable[[int], None]) -> None:
    with deployment.database.write() as connection:
        slot = slots.due_slot(connection, job, interval_s)
    if slot is not None:
        failpoint("slotted")
        ring(slot)


def slot_begun(deployment: Deployment, job: str, slot: int) -> bool:
    """Keep a slot from being rung for again while its work lasts; false if it is done."""
    with deployment.database.write() as connection:
        return slots.begin(connection, job, slot)


def slot_done(deployment: Deployment, job: str, slot: int) -> None:
    """Say that a slot's work is done: its bell is not rung again."""
    with deployment.database.write() as connection:
        slots.done(connection, job, slot)


def sweep(deployment: Deployment, after_ms: int = runs.RING_AGAIN_MS) -> None:
    """Settle lapsed claims, release finished runs, ring again for chunks and for what is due.

    A chunk is rung for again ``after_ms`` after its last bell.
    """
    with deployment.database.write() as connection:
        settlement.lapse(connection)
        chunks, finished = runs.unfinished(connection, after_ms)
        waiting = claims.waiting(connection)
    for chunk in chunks:
        deployment.bell.assess(chunk)
    for destination in waiting:
        deployment.bell.deliver(destination)
    for run in finished:  # last, so that a release that breaks silences no bell
        release(deployment, run)
