"""Documents: a verdict and its explanation as programs read them, of commands and of the analytics API."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import NamedTuple

from health.delta import Delta
from health.family import Kin
from health.outlook import Outlook, Way
from health.reasons import reasons
from store import rescored, stops, verdicts
from store.database import Connection
from store.installation import business_day
from store.rescored import Rescored
from store.stops import Stop
from store.verdicts import Verdict
from templates.explained import ahead, changes
from worker.deployment import Deployment
from worker.explanations import Explanation, explained, policy_of
from worker.families import Families

Document = dict[str, object]


class Beside(NamedTuple):
    """What is told beside a verdict: the one it is compared with, and what was told wrongly of days before.

    ``why`` is `None` where the policy of the verdict is not kept. ``stop`` is what lets no nudge leave.
    """

    before: Verdict | None
    why: Explanation | None
    kin: Kin | None
    rescored: Sequence[Rescored]
    stop: Stop | None = None


def beside(
    deployment: Deployment, connection: Connection, found: Verdict, since: date | None = None
) -> Beside:
    """Return what is told beside a verdict, compared with the one of a day or else with the one before."""
    before = verdicts.before(connection, found, since)
    policy = policy_of(deployment, connection, found.policy_hash)
    return Beside(
        before,
        explained(found, before, policy) if policy else None,
        Families(connection, deployment.policy).kin(found),
        rescored.days(connection, found.assessment.account),
        stops.of(connection, found.assessment.account, business_day(connection)),
    )


def verdict(found: Verdict) -> Document:
    """Return a verdict; points are of 100."""
    assessment, override = found.assessment, found.override
    score = assessment.score
    return {
        "account": found.key,
        "as_of": assessment.as_of,
        "band": found.shown.band,
        "computed_band": assessment.band,
        "override": {"reason": override.reason, "until": override.until} if override else None,
        "health": score.points / 100,
        "interval": [score.low / 100, score.high / 100],
        "coverage": score.coverage,
        "contributions": [
            {"name": c.name, "points": c.points / 100, "reason": c.reason} for c in score.contributions
        ],
        "reasons": list(reasons(score)),
        "inputs": dict(assessment.inputs),
        "signals": [
            {"kind": s.kind, "group": s.group, "severity": s.severity, "gate": s.gate, "evidence": s.evidence}
            for s in assessment.signals
        ],
        "facts": dict(assessment.facts),
        "run": found.run,
        "policy": found.policy_hash,
        "engine": found.engine_version,
        "known": found.known,
    }


def explanation(told: Beside) -> Document:
    """Return what is told beside a verdict."""
    return {
        "kin": asdict(told.kin) if told.kin else None,
        "rescored": [_again(each) for each in told.rescored],
        "do_not_contact": told.stop._asdict() if told.stop else None,
        **(_why(told.why, told.before) if told.why else {}),
    }


def _again(day: Rescored) -> Document:
    return {
        "as_of": day.as_of,
        "run": day.run,
        "by_run": day.by_run,
        "told": {"health": day.told_points / 100, "band": day.told_band},
        "known": {"health": day.known_points / 100, "band": day.known_band},
    }


def _why(why: Explanation, before: Verdict | None) -> Document:
    return {
        "delta": _delta(why, why.delta, before) if why.delta and before else None,
        "outlook": _outlook(why.outlook),
    }


def _delta(why: Explanation, delta: Delta, before: Verdict) -> Document:
    then = before.assessment
    return {
        "since": {
            "run": before.run,
            "as_of": then.as_of,
            "band": then.band,
            "health": then.score.points / 100,
        },
        "points": delta.points / 100,
        "same_rules": why.same_rules,
        "changes": [
            {
                "name": change.name,
                "points": change.points / 100,
                "moves": [move._asdict() for move in change.moves],
            }
            for change in delta.changes
        ],
        "words": list(changes(delta)),
    }


def _outlook(outlook: Outlook) -> Document:
    return {
        "better": outlook.better or None,
        "worse": outlook.worse or None,
        "up": [_way(each) for each in outlook.up],
        "down": [_way(each) for each in outlook.down],
        "held_by": [
            {"cap": each.cap.name, "at": each.cap.at / 100, "why": dict(each.why)} for each in outlook.held
        ],
        "largest": [_way(each) for each in outlook.largest],
        "unknown": list(outlook.unknown),
        "words": list(ahead(outlook)),
    }


def _way(each: Way) -> Document:
    return {
        "measure": each.measure,
        "change": each.change,
        "moves": [move._asdict() for move in each.moves],
        "health": each.points / 100,
        "band": each.band,
    }
