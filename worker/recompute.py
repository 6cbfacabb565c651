"""Recompute: judge accounts again as a run of before judged them, whatever is known by now."""

import json
from collections.abc import Iterator, Sequence
from datetime import date

from health.judge import judge
from health.nouns import Assessment
from health.policy import Policy
from store import history, runs
from store.database import Connection
from store.runs import Run
from worker.deployment import Deployment
from worker.pulse import read_pulse
from worker.statement import Difference, Statement, compared, policy_of, remeasured


def judged_again(
    deployment: Deployment,
    connection: Connection,
    run: Run,
    ids: Sequence[int],
    policy: Policy | None = None,
) -> list[Assessment]:
    """Return the assessments of some accounts, in their order, by the facts and the pulse that a run knew.

    They are those that the run found, as long as the policy (by default that of today) and the engine are the
    same and the past versions of the facts are kept.
    """
    policy, pulse = policy or deployment.policy, read_pulse(run.pulse)
    rows = [
        row
        for known, part in runs.known_by(connection, run, ids)
        for row in history.features_at(connection, part, known, policy.metrics, run.as_of)
    ]
    rows.sort(key=lambda row: row.account)
    return [judge(row, run.as_of, policy, pulse, deployment.workdays) for row in rows]


def by_the_facts(deployment: Deployment, connection: Connection, read: Statement) -> Iterator[Difference]:
    """Yield where a statement is not what its run found, or its measures are not those of the facts.

    Its policy is one that this version can read.
    """
    account, run = history.account(connection, read.account), runs.found(connection, read.run)
    if account is None:
        yield Difference("account", f"{read.account!r} is none of this installation's")
        return
    if run is None or run.as_of != read.as_of:
        yield Difference("run", f"this installation has no run {read.run} as of {read.as_of}")
        return
    ((known, _),) = runs.known_by(connection, run, [account])
    yield from compared(read.known, known, "known")
    yield from compared(read.pulse, json.loads(run.pulse), "pulse")
    (again,) = judged_again(deployment, connection, run, [account], policy_of(read))
    yield from remeasured(read, again)


def gone(policy: Policy, as_of: date, today: date) -> str:
    """Say that what was known on a day may be kept no longer; empty while it is."""
    kept = min(policy.retention.get(name, (today - as_of).days) for name in ("past_versions", "usage"))
    age = (today - as_of).days
    if age <= kept:
        return ""
    return f"facts as they were known are kept for {kept} days, and that was {age} days ago: they may be gone"
