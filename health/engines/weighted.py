"""The default engine: measures mapped to 0 to 100 by curves, weighed, and capped."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor
from typing import NamedTuple

from health.nouns import NOT_APPLICABLE, Contribution, Score, line
from health.policy import Profile, Weight
from health.rules import Findings

_FULL = 10_000
_MIDDLE = _FULL // 2


class _Weights(NamedTuple):
    """Weight that is known and unknown, and what the known earns of it, in weight times points."""

    known: float
    unknown: float
    earned: float


def score(findings: Findings, profile: Profile) -> Score:
    """Return the weighted mean of what is known; the weight of what is not is spread over the rest.

    The interval puts every unknown input at 0 and at 100, and takes a cap whose condition is unknown as
    met at the low end. Lines that share a weight have their part of it each. With nothing known the score is
    the middle of the range.
    """
    if findings.shares:
        profile = _by_shares(profile, findings.shares)
    weights = _weights(findings, profile)
    total = weights.known + weights.unknown
    lines, points = _lines(findings, profile, weights.known)
    low, high = 0, _FULL
    if total:
        low = min(points, floor(100.0 * weights.earned / total))
        high = max(points, ceil(100.0 * (weights.earned + 100.0 * weights.unknown) / total))
    for cap, (met, reason) in zip(profile.caps, findings.caps, strict=True):
        if met is None or met == 1.0:
            low = min(low, cap.at)
        if met == 1.0:
            high = min(high, cap.at)
            if points > cap.at:
                lines.append(Contribution(f"cap:{cap.name}", cap.at - points, reason))
                points = cap.at
    return Score(points, low, high, weights.known / total if total else 0.0, tuple(lines))


def _by_shares(profile: Profile, shares: Sequence[float]) -> Profile:
    """Return the profile with of each weight the share that a line has of it."""
    parts = [
        Weight(weight.name, weight.points * share)
        for weight, share in zip(profile.weights, shares, strict=True)
    ]
    return replace(profile, weights=tuple(parts))


def _weights(findings: Findings, profile: Profile) -> _Weights:
    known = unknown = earned = 0.0
    for weight, (value, _) in zip(profile.weights, findings.lines, strict=True):
        if value is None:
            unknown += weight.points
        elif value is not NOT_APPLICABLE:
            known += weight.points
            earned += weight.points * value
    return _Weights(known, unknown, earned)


def _lines(findings: Findings, profile: Profile, known: float) -> tuple[list[Contribution], int]:
    """Return a line per applicable input and the points they leave: rounded by their running sum."""
    if not known:
        return [Contribution("unknown", -_MIDDLE, "no input is known: the middle of the range")], _MIDDLE
    lines = []
    lost = 0.0
    points = _FULL
    for weight, (value, reason) in zip(profile.weights, findings.lines, strict=True):
        if value is NOT_APPLICABLE:
            continue
        if value is not None:
            lost += weight.points * (100.0 - value) * 100.0
        left = _FULL - round(lost / known)
        lines.append(line((weight.name, left - points, reason)))
        points = left
    return lines, points
