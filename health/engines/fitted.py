"""The engine that was fitted to outcomes: how likely an account is to go, mapped to a score.

What each driver adds to the logarithm of the odds is told in points, in proportion: together with the line of
the usual account the lines are the score to the hundredth.
"""

from typing import NamedTuple

from health.drivers import words
from health.model import Learned, Model, chance_of
from health.nouns import Contribution, Input, Score
from health.policy import Profile
from health.rules import Findings, Line, Measures

USUAL = "usual"
"""The line of the account at which no driver adds anything."""
_FULL = 10_000
_LITTLE = 1e-3  # of odds: nearer than this the map is as good as straight


class _Part(NamedTuple):
    """What a driver adds to the logarithm of the odds: as it counts, and if it were at its best and worst."""

    learned: Learned
    odds: float
    least: float
    most: float
    known: bool
    reason: str


def lines(model: Model, measures: Measures) -> tuple[tuple[Line, ...], str]:
    """Return the value of each driver of a model with its words, and the segment of the account."""
    values = {**measures.drivers, **measures.numbers()}
    found = [(value, words(each.name, value)) for each in model.learned for value in [values.get(each.name)]]
    return tuple(found), segment_of(model, measures)


def segment_of(model: Model, measures: Measures) -> str:
    """Return the segment by which what is unknown of an account is filled in; empty where it is not known."""
    return measures.traits._asdict().get(model.segment_by) or ""


def likelihood(model: Model, measures: Measures) -> float:
    """Return how likely the model's target is of an account, 0 to 1."""
    return model.probability({**measures.drivers, **measures.numbers()}, segment_of(model, measures))


def score(findings: Findings, profile: Profile) -> Score:
    """Return the score of the probability. What is unknown is filled in with what is usual in the segment.

    The interval puts every unknown driver at the best and the worst that counts.
    """
    model = profile.model
    if model is None:
        raise ValueError(f"profile {profile.name}: the engine fitted has no model")
    parts = [
        _part(learned, value, reason, findings.segment)
        for learned, (value, reason) in zip(model.learned, findings.lines, strict=True)
    ]
    low, points, high = (
        round(model.height(model.intercept + sum(odds)))
        for odds in (
            [part.most for part in parts],
            [part.odds for part in parts],
            [part.least for part in parts],
        )
    )
    total = sum(part.learned.weight for part in parts)
    known = sum(part.learned.weight for part in parts if part.known)
    return Score(
        points,
        min(low, points),
        max(high, points),
        known / total if total else 0.0,
        _contributions(model, parts),
    )


def _part(learned: Learned, value: Input, reason: str, segment: str) -> _Part:
    odds = learned.added(value, segment)
    if value is not None:
        return _Part(learned, odds, odds, odds, True, reason)  # noqa: FBT003 - a field of a tuple
    ends = learned.odds(learned.least), learned.odds(learned.most)
    return _Part(learned, odds, min(ends), max(ends), False, reason)  # noqa: FBT003 - see above


def _contributions(model: Model, parts: list[_Part]) -> tuple[Contribution, ...]:
    """Return the line of the usual account, and one per driver: rounded by their running sum."""
    usual = round(model.height(model.intercept))
    reason = f"of the usual account {100 * chance_of(model.intercept):.1f} % meet it ({model.target})"
    told = [Contribution(USUAL, usual - _FULL, reason)]
    total = sum(part.odds for part in parts)
    slope = _slope(model, total)
    end = round(model.height(model.intercept + total))
    run, points = 0.0, usual
    for place, part in enumerate(parts, 1):
        run += part.odds
        left = end if place == len(parts) else round(usual + slope * run)
        told.append(Contribution(part.learned.name, left - points, part.reason))
        points = left
    return tuple(told)


def _slope(model: Model, total: float) -> float:
    """Return the points that a unit of odds is worth between the usual account and this one."""
    start, end = (0.0, total) if abs(total) > _LITTLE else (-_LITTLE, _LITTLE)
    return (model.height(model.intercept + end) - model.height(model.intercept + start)) / (end - start)
