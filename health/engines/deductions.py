"""The engine of fixed deductions: 100, less what is found, never below 0."""

from health.nouns import Score, line
from health.policy import Profile
from health.rules import Findings

_FULL = 10_000


def score(findings: Findings, profile: Profile) -> Score:
    """Return 100 less every deduction found; an unknown one takes nothing, and is taken at the low end.

    What would fall below 0 comes back in a line of its own.
    """
    lines = []
    points = low = _FULL
    known = unknown = 0.0
    for weight, (taken, reason) in zip(profile.weights, findings.lines, strict=True):
        if taken is None:
            unknown += weight.points
            low -= round(100 * weight.points)
            lines.append(line((weight.name, 0, reason)))
            continue
        known += weight.points
        if taken == 1.0:
            deduction = round(100 * weight.points)
            low -= deduction
            points -= deduction
            lines.append(line((weight.name, -deduction, reason)))
    if points < 0:
        lines.append(line(("floor", -points, "a score is never below 0")))
    total = known + unknown
    top = max(0, points)
    return Score(top, max(0, low), top, known / total if total else 0.0, tuple(lines))
