"""Corrections: days that late facts speak of are judged again, and what was told wrongly of them is said so.

The verdict that was told stays as it was. Nothing is judged again but of accounts of which facts came late.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from health.alerts import AT_RISK
from health.corrections import (
    Correction,
    closed,
    corrected,
    differs,
    doubtful,
    ends_otherwise,
    unfounded,
)
from health.decide import Decision
from health.features import Features
from health.judge import ENGINE_VERSION, judge
from health.nouns import Assessment, Flag
from store import history, late, rescored, runs, verdicts
from store.database import Connection
from store.runs import Chunk, Run
from store.verdicts import Verdict
from worker.deployment import Deployment
from worker.pulse import read_pulse


class Decided(NamedTuple):
    """What was decided of an account in a run; ``late`` where days gone by were judged again in it."""

    run: Run
    now: Assessment
    decision: Decision
    standing: Sequence[Flag]
    late: bool


class Reviewed(NamedTuple):
    """A decision after a look at the days on which flags rest, and by kind of flag what was never so."""

    decision: Decision
    corrections: Mapping[str, Correction] = MappingProxyType({})


def rescore(deployment: Deployment, connection: Connection, run: Run, chunk: Chunk) -> Mapping[int, bool]:
    """Judge again the days that late facts of a chunk's accounts speak of.

    Stored is what comes to another verdict than was known of the day so far. Returns the accounts of which
    anything is stored so, in this run or before, each with whether facts came late now: of the others what
    was told is what is known.
    """
    first, last = chunk.first_account, chunk.last_account
    since = late.since(connection, first, last)
    if since:
        _judge_again(deployment, connection, run, since)
    return {account: account in since for account in rescored.accounts(connection, first, last)}


def _judge_again(deployment: Deployment, connection: Connection, run: Run, since: Mapping[int, date]) -> None:
    for number, ids in rescored.touched(connection, since, run).items():
        told = [
            each for each in verdicts.of_run(connection, number, ids) if _by_these_rules(deployment, each)
        ]
        made = runs.load(connection, number)
        news = [*_news(deployment, connection, made, told, today=run.as_of)]
        rescored.keep(connection, made, run.id, news)
    late.settled(connection, since)


def _by_these_rules(deployment: Deployment, told: Verdict) -> bool:
    """Say whether a verdict can be compared: by other rules than today's there is nothing to compare."""
    return (told.policy_hash, told.engine_version) == (deployment.policy.hash, ENGINE_VERSION)


def _news(
    deployment: Deployment, connection: Connection, made: Run, told: Sequence[Verdict], today: date
) -> Iterator[Assessment]:
    """Yield what is known now of the day of a run, where that is another verdict."""
    last = {each.assessment.account: each.assessment for each in told}
    ids = [*last]
    last |= rescored.latest(connection, made.id, ids)
    policy, pulse = deployment.policy, read_pulse(made.pulse)
    for row in _as_known_now(deployment, connection, made, ids, today):
        found = judge(row, made.as_of, policy, pulse, deployment.workdays)
        if differs(last[row.account], found):
            yield found


def _as_known_now(
    deployment: Deployment, connection: Connection, made: Run, ids: Sequence[int], today: date
) -> Iterator[Features]:
    """Yield the rows of accounts on the day of a run, as known now; of today's they may be at hand."""
    there = history.still(connection, made, ids) if made.as_of == today else {}
    yield from there.values()
    others = [account for account in ids if account not in there]
    for known, part in runs.known_by(connection, made, others):
        yield from history.restated(connection, part, known, deployment.policy.metrics, made.as_of)


def reviewed(deployment: Deployment, connection: Connection, decided: Decided) -> Reviewed:
    """Return a decision that says of flags which were never so that they were not."""
    run, now, decision, standing, came_late = decided
    flags = doubtful(decision, standing, now, late=came_late)
    if not flags:
        return Reviewed(decision)
    wrong: list[Flag] = []
    found: dict[str, Correction] = {}
    for told, of_it in verdicts.said(connection, now.account, flags):
        known = rescored.latest(connection, told.run, [now.account]).get(now.account) if told else None
        if told is None or known is None:
            continue
        never = [flag for flag in of_it if unfounded(flag, told.assessment, known)]
        wrong += never
        for flag in never:
            found[flag.kind] = _later(found.get(flag.kind), _correction(told.assessment, known))
    closing = [closed(flag, run.as_of) for flag in wrong]
    after = corrected(decision, standing, closing, deployment.policy, run.demoted)
    if ends_otherwise(after):
        found.pop(AT_RISK, None)
    return Reviewed(after, found)


def _later(one: Correction | None, other: Correction) -> Correction:
    return one if one is not None and one.on >= other.on else other


def _correction(told: Assessment, known: Assessment) -> Correction:
    return Correction(told.as_of, told.score.points, known.score.points)
