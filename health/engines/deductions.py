"""The engine of fixed deductions: 100, less what is found, never below 0."""

from health.nouns import NOT_APPLICABLE, Contribution, Score
from health.policy import Profile
from health.rules import Findings

_FULL = 10_000


def score(findings: Findings, profile: Profile) -> Score:
    """Return 100 less every deduction found; an unknown one takes nothing, and is taken at the low end.

    What would fall below 0 comes back in a line of its own.
    """
    lines = []
    points = low = _FULL
    known = total = 0.0
    for weight, (taken, reason) in zip(profile.weights, findings.lines, strict=True):
        total += weight.points
        deduction = round(100 * weight.points)
        if taken is not None:
            known += weight.points
        if taken is None or taken == 1.0:
            low -= deduction
        if taken == 1.0:
            points -= deduction
        if taken != 0.0 and taken is not NOT_APPLICABLE:
            lines.append(Contribution(weight.name, -deduction if taken else 0, reason))
    if points < 0:
        lines.append(Contribution("floor", -points, "a score is never below 0"))
    top = max(0, points)
    return Score(top, max(0, low), top, known / total if total else 0.0, tuple(lines))
