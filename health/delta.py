"""Delta: what changed of a score since another verdict on the same account, line by line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from health.judge import conclude, profile_of
from health.nouns import Assessment, Input, Score
from health.policy import Ground, Policy
from health.rules import measures_of

RULES = "rules"
"""The name of the line that says what another policy or engine makes of the same measures."""
Value = Input | str


class Move(NamedTuple):
    """A measure that a line rests on, before and now."""

    measure: str
    before: Value
    now: Value


class Change(NamedTuple):
    """What a line of the score gained or lost, in hundredths, and the measures that moved under it.

    A line moves without its measures where weight was spread anew: another input became known or unknown.
    """

    name: str
    points: int
    moves: tuple[Move, ...] = ()


class Delta(NamedTuple):
    """The change of the score in hundredths; ``changes`` sum to it exactly, the largest first."""

    points: int
    changes: tuple[Change, ...]


def delta(now: Assessment, before: Assessment, policy: Policy, *, same_rules: bool) -> Delta:
    """Return what changed between two verdicts. ``policy`` is that of the later one.

    Where the rules changed too, the measures of before are judged again by those of now: what that alone
    makes of the score is a line of its own, and the others compare like with like.
    """
    score = before.score
    changes = []
    if not same_rules:
        score = conclude(measures_of(before.inputs, before.traits), policy).score
        changes.append(Change(RULES, score.points - before.score.points))
    grounds = profile_of(now, policy).grounds
    was, value_now = _values(before), _values(now)
    still = _unmoved(now, before, policy)
    for name, points in _lines(now.score, score).items():
        moves = () if name in still else _moves(grounds.get(name), was, value_now)
        changes.append(Change(name, points, moves))
    told = sorted((change for change in changes if change.points), key=lambda change: -abs(change.points))
    return Delta(now.score.points - before.score.points, tuple(told))


def _lines(now: Score, before: Score) -> Mapping[str, int]:
    """Return by line what it gained; a line that only one of the two has counts as 0 in the other."""
    found: dict[str, int] = defaultdict(int)
    for line in now.contributions:
        found[line.name] += line.points
    for line in before.contributions:
        found[line.name] -= line.points
    return found


def _unmoved(now: Assessment, before: Assessment, policy: Policy) -> frozenset[str]:
    """Return the lines whose own value is the same in both: what else moved under them made no difference."""
    was = _findings(before, policy)
    return frozenset(name for name, value in _findings(now, policy).items() if (name, value) in was.items())


def _findings(assessment: Assessment, policy: Policy) -> Mapping[str, tuple[Input, float]]:
    """Return the value of each line, and which share of its weight it has."""
    findings = policy.rules(measures_of(assessment.inputs, assessment.traits))
    weights = policy.profiles[findings.profile].weights
    shares = findings.shares or [1.0] * len(weights)
    lines = zip(weights, findings.lines, shares, strict=False)
    return {weight.name: (value, share) for weight, (value, _), share in lines}


def _values(assessment: Assessment) -> Mapping[str, Value]:
    return {**assessment.inputs, **assessment.traits}


def _moves(
    ground: Ground | None, was: Mapping[str, Value], value_now: Mapping[str, Value]
) -> tuple[Move, ...]:
    names: Sequence[str] = ground.measures if ground else ()
    found = (Move(name, was.get(name), value_now.get(name)) for name in names)
    return tuple(move for move in found if move.before != move.now)
