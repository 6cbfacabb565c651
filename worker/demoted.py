"""Demoted rules: what they find alerts nobody, and is told in a digest, with how right they were."""

from collections import defaultdict

from health.ledger import demoted, why
from health.policy import Policy
from store import ledger, outbox, runs, verdicts
from store.database import Connection
from store.installation import set_setting, setting
from worker.deployment import Deployment
from worker.digests import quiet_digest

_TOLD = "demoted_told_run"
"""The last run whose quiet flags a digest has told."""


def demoted_rules(connection: Connection, policy: Policy) -> tuple[str, ...]:
    """Return the rules under their agreed precision; where none is agreed nothing is read."""
    if not policy.ledger.agreed:
        return ()
    return tuple(sorted(demoted(ledger.entries(connection, policy.ledger))))


def tell_what_is_quiet(deployment: Deployment, connection: Connection, run: int) -> None:
    """Plan the digest of what demoted rules found since the last one: with each run over every account.

    Runs over what was touched leave it to the next of those, and so does one that is held.
    """
    found = runs.load(connection, run)
    if not found.demoted or found.kind != runs.FULL:
        return
    told = max(int(setting(connection, _TOLD) or 0), ledger.last_with_none_demoted(connection, run))
    evidence: dict[int, list[str]] = defaultdict(list)
    for flag in ledger.quiet(connection, found.demoted, told):
        evidence[flag.account].append(flag.evidence)
    set_setting(connection, _TOLD, str(run))
    if evidence:
        judged = verdicts.current(connection, [*evidence])
        entries = ledger.entries(connection, deployment.policy.ledger)
        called = {rule: play.title for rule, play in deployment.plays.items()}
        digest = quiet_digest(deployment, found, judged, evidence, why(entries, found.demoted, called))
        outbox.plan(connection, run, [digest])
