"""Corrections: a risk that ends because late use changed the day on which its alert rests never was one.

Nothing is judged again unless an alert ends and use of the days before it came after its run.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from health.corrections import Correction, corrected, ended, unfounded
from health.decide import Decision
from health.judge import ENGINE_VERSION, judge
from health.nouns import Assessment, Flag
from store import history, verdicts
from store.database import Connection
from store.verdicts import Verdict
from worker.deployment import Deployment
from worker.pulse import read_pulse


class Reviewed(NamedTuple):
    """A decision after a look at the days on which the alert that ends rests."""

    decision: Decision
    correction: Correction | None = None


def reviewed(deployment: Deployment, connection: Connection, account: int, decision: Decision) -> Reviewed:
    """Return a decision whose recovery is a correction instead, where none of its flags was ever so."""
    flags = ended(decision)
    if not flags:
        return Reviewed(decision)
    said = verdicts.said(connection, account, flags)
    found = [_correction(deployment, connection, told, of_it) for told, of_it in said]
    wrong = [each for each in found if each is not None]
    if not wrong or len(wrong) < len(found):
        return Reviewed(decision)
    return Reviewed(corrected(decision, flags), max(wrong, key=lambda each: each.on))


def _correction(
    deployment: Deployment, connection: Connection, told: Verdict | None, flags: Sequence[Flag]
) -> Correction | None:
    """Return what was told and what is known now of a day, if none of the flags would have been told."""
    known = _known_now(deployment, connection, told) if told else None
    if told is None or known is None:
        return None
    if not all(unfounded(flag, told.assessment, known) for flag in flags):
        return None
    return Correction(told.assessment.as_of, told.assessment.score.points, known.score.points)


def _known_now(deployment: Deployment, connection: Connection, told: Verdict) -> Assessment | None:
    """Judge a verdict's day again with all use of the days before it; `None` where none of it is late.

    By other rules than it was judged by there is nothing to compare.
    """
    policy, now = deployment.policy, told.assessment
    if (told.policy_hash, told.engine_version) != (policy.hash, ENGINE_VERSION):
        return None
    row = history.with_late_use(connection, now.account, json.loads(told.known), policy.metrics, now.as_of)
    return judge(row, now.as_of, policy, read_pulse(told.pulse), deployment.workdays) if row else None
