"""Recompute: judge accounts again as a run of before judged them, whatever is known by now."""

from collections.abc import Sequence

from health.judge import judge
from health.nouns import Assessment
from store import history, runs
from store.database import Connection
from store.runs import Run
from worker.deployment import Deployment
from worker.pulse import read_pulse


def judged_again(
    deployment: Deployment, connection: Connection, run: Run, ids: Sequence[int]
) -> list[Assessment]:
    """Return the assessments of some accounts, in their order, by the facts and the pulse that a run knew.

    They are those that the run found, as long as the policy and the engine are the same and the past
    versions of the facts are kept.
    """
    policy, pulse = deployment.policy, read_pulse(run.pulse)
    rows = [
        row
        for known, part in runs.known_by(connection, run, ids)
        for row in history.features_at(connection, part, known, policy.metrics, run.as_of)
    ]
    rows.sort(key=lambda row: row.account)
    return [judge(row, run.as_of, policy, pulse, deployment.workdays) for row in rows]
