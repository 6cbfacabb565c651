"""Explanations: what changed of a verdict, and what would change it; made only where somebody asks."""

import json
from dataclasses import replace
from typing import NamedTuple

from config.policy import PolicyError, stated
from health.delta import Delta, delta
from health.judge import ENGINE_VERSION
from health.nouns import Assessment
from health.outlook import Outlook, outlook
from health.overrides import computed_band
from health.policy import Policy
from store import policies, verdicts
from store.database import Connection
from store.verdicts import Verdict as Stored
from worker.deployment import Deployment
from worker.letters import Verdict


class Explanation(NamedTuple):
    """``delta`` is `None` where there is no verdict before.

    ``same_rules`` says whether that one was judged by the same policy and engine.
    """

    delta: Delta | None
    outlook: Outlook
    same_rules: bool


def policy_of(deployment: Deployment, connection: Connection, hash_: str) -> Policy | None:
    """Return the policy that a verdict rests on, which need not be that of today.

    `None` where it was never kept, or where this version cannot read it any more.
    """
    if hash_ == deployment.policy.hash:
        return deployment.policy
    data = policies.data(connection, hash_)
    try:
        return stated(json.loads(data)) if data else None
    except PolicyError:
        return None


def explained(now: Stored, before: Stored | None, policy: Policy) -> Explanation:
    """Return the explanation of a stored verdict against an earlier one."""
    same = before is not None and _rules(before) == _rules(now)
    return _explained(now.assessment, before, policy, same=same)


def explained_new(deployment: Deployment, connection: Connection, verdict: Verdict) -> Explanation:
    """Return the explanation of a verdict that a run has just come to and not yet stored."""
    policy = deployment.policy
    before = verdicts.verdict(connection, verdict.features.key)
    same = before is not None and _rules(before) == (policy.hash, ENGINE_VERSION)
    return _explained(verdict.assessment, before, policy, same=same)


def _rules(verdict: Stored) -> tuple[str, str]:
    return verdict.policy_hash, verdict.engine_version


def _explained(now: Assessment, before: Stored | None, policy: Policy, *, same: bool) -> Explanation:
    since = delta(now, before.assessment, policy, same_rules=same) if before else None
    return Explanation(since, outlook(replace(now, band=computed_band(now)), policy), same)
