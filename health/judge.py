"""Judge: the verdict on one account on one day, from its feature row."""

from collections.abc import Callable, Mapping
from datetime import date

from health import expansion, facts
from health.bands import band
from health.calendars import Workdays
from health.engines import deductions, matrix, weighted
from health.features import Features, Pulse
from health.measures import measures
from health.nouns import Assessment, Band, Contribution, Inputs, Score, Signal
from health.policy import Policy, Profile
from health.renewals import term_key
from health.rules import NUMBERS, Findings, Measures
from health.trust import reasons, trusted

ENGINES: Mapping[str, Callable[[Findings, Profile], Score]] = {
    "weighted": weighted.score,
    "deductions": deductions.score,
    "matrix": matrix.score,
}
SCORE = "band"
"""The kind of the signal that the score itself gives."""

COVERAGE = "coverage"
"""The gate that holds while too little is known for a band."""
_REASONS = 2  # of the score, in the evidence of its signal


def judge(features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays) -> Assessment:
    """Return the assessment at the start of ``as_of``.

    Pure: the same feature row, pulse and policy give the same verdict. Unknown inputs widen the score's
    interval and lower its coverage; they never fire a rule.
    """
    row = trusted(features, pulse, policy)
    found = measures(row, as_of, policy, pulse, workdays)
    findings = policy.rules(found)
    score = scored(findings, policy)
    verdict = band(score, policy.bands)
    grown = expansion.expansion(findings, verdict, policy.expansion)
    account = facts.book(row, as_of, policy.renewals, workdays)
    room = "" in [signal.gate for signal in grown]
    said = facts.figures(row, account, found, score, policy, grown=room)
    said["profile"] = findings.profile
    if likely := facts.between(found.licence.active_users, found.licence.seats):
        said["utilisation_low_pct"], said["utilisation_high_pct"] = likely
    if why := reasons(features.sources, pulse, policy):
        said["distrusted"] = why
    return Assessment(
        account=features.account,
        as_of=as_of,
        score=score,
        band=verdict,
        inputs=_inputs(found),
        signals=(
            *findings.signals,
            *_score_signal(score, verdict, findings, policy.bands.watch_from),
            *grown,
        ),
        facts=said,
        term=term_key(account.first.term) if account.first else "",
        undecided=(*findings.undecided, *expansion.undecided(findings, policy.expansion)),
    )


def scored(findings: Findings, policy: Policy) -> Score:
    """Return the score by the profile that fits the account."""
    profile = policy.profiles[findings.profile]
    return ENGINES[profile.engine](findings, profile)


def _inputs(found: Measures) -> Inputs:
    return Inputs(NUMBERS, found.licence + found.use + found.capacity + found.service + found.term)


def _score_signal(score: Score, verdict: Band, findings: Findings, edge: int) -> tuple[Signal, ...]:
    """Return the signal of a score under the edge; too little coverage is a gate like any other."""
    if score.points >= edge:
        return ()
    gate = findings.hold if verdict == "at_risk" else COVERAGE
    worst = sorted(score.contributions, key=_points)[:_REASONS]
    reasons = "; ".join(line.reason for line in worst if line.points < 0)
    return (Signal(SCORE, "risk", f"health {score.points // 100}: {reasons}", gate=gate),)


def _points(line: Contribution) -> int:
    return line.points
