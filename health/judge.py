"""Judge: the verdict on one account on one day, from its feature row."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from health import commitment, expansion, facts
from health.bands import band
from health.calendars import Workdays
from health.engines import deductions, fitted, matrix, weighted
from health.features import Features, Pulse
from health.measures import measures
from health.nouns import Assessment, Band, Inputs, Score, Signal
from health.policy import Policy, Profile
from health.reasons import reasons
from health.renewals import term_key
from health.rules import NUMBERS, Findings, Measures, measures_of
from health.stale import stale
from health.trust import reasons as distrust
from health.trust import trusted

ENGINES: Mapping[str, Callable[[Findings, Profile], Score]] = {
    "weighted": weighted.score,
    "deductions": deductions.score,
    "matrix": matrix.score,
    "fitted": fitted.score,
}
ENGINE_VERSION = "4"
"""Changes whenever the same facts or the same measures may come to another verdict."""
SCORE = "band"
"""The kind of the signal that the score itself gives."""

COVERAGE = "coverage"
"""The gate that holds while too little is known for a band."""
_REASONS = 2  # of the score, in the evidence of its signal


class Conclusion(NamedTuple):
    """What follows from the measures alone.

    ``room`` says whether an expansion stands ungated, ``stale`` whether what is known of use is behind.
    """

    score: Score
    band: Band
    signals: tuple[Signal, ...]
    undecided: tuple[str, ...]
    room: bool
    profile: str
    stale: bool


def judge(features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays) -> Assessment:
    """Return the assessment at the start of ``as_of``.

    Pure: the same feature row, pulse and policy give the same verdict. Unknown inputs widen the score's
    interval and lower its coverage; they never fire a rule.
    """
    row = trusted(features, pulse, policy)
    found = measures(row, as_of, policy, pulse, workdays)
    follows = conclude(found, policy)
    account = facts.book(row, as_of, policy.renewals, workdays)
    said = facts.figures(row, account, found, follows.score, policy, grown=follows.room)
    said["profile"] = follows.profile
    if policy.profiles[follows.profile].model:
        said |= _foretold(found, policy)
    if features.commitments:
        said |= commitment.outlook(row, account.current, found.use, as_of)
    if likely := facts.between(found.licence.active_users, found.licence.seats):
        said["utilisation_low_pct"], said["utilisation_high_pct"] = likely
    if why := distrust(features.sources, pulse, policy):
        said["distrusted"] = why
    if behind := stale(features.sources, pulse, as_of, policy, held_up=follows.stale):
        said["stale"] = behind
    return Assessment(
        account=features.account,
        as_of=as_of,
        score=follows.score,
        band=follows.band,
        inputs=_inputs(found),
        signals=follows.signals,
        facts=said,
        term=term_key(account.first.term) if account.first else "",
        undecided=follows.undecided,
        traits=found.traits._asdict(),
    )


def conclude(found: Measures, policy: Policy) -> Conclusion:
    """Return what a policy makes of measures, whoever took them: the same for the same, on any machine."""
    findings = policy.rules(found)
    score = scored(findings, policy)
    verdict = band(score, policy.bands)
    grown = expansion.expansion(findings, verdict, policy.expansion)
    return Conclusion(
        score,
        verdict,
        (
            *findings.signals,
            *_score_signal(score, verdict, findings, policy.bands.watch_from),
            *grown,
        ),
        (*findings.undecided, *expansion.undecided(findings, policy.expansion)),
        "" in [signal.gate for signal in grown],
        findings.profile,
        findings.stale,
    )


def scored(findings: Findings, policy: Policy) -> Score:
    """Return the score by the profile that fits the account."""
    profile = policy.profiles[findings.profile]
    return ENGINES[profile.engine](findings, profile)


def profile_of(assessment: Assessment, policy: Policy) -> Profile:
    """Return the profile that fits the measures of an assessment."""
    return policy.profiles[policy.rules(measures_of(assessment.inputs, assessment.traits)).profile]


def _foretold(found: Measures, policy: Policy) -> dict[str, facts.Fact]:
    """Return what a fitted model says in its own words."""
    if policy.model is None:
        return {}
    return {
        "likelihood_pct": round(100 * fitted.likelihood(policy.model, found), 1),
        "likelihood_of": policy.model.target,
        "likelihood_days": policy.model.horizon_days,
        "likelihood_usual_pct": round(100 * policy.model.base_rate, 1),
    }


def _inputs(found: Measures) -> Inputs:
    values = found.licence + found.use + found.capacity + found.service + found.term
    if not found.drivers:
        return Inputs(NUMBERS, values)
    return Inputs((*NUMBERS, *found.drivers), (*values, *found.drivers.values()))


def _score_signal(score: Score, verdict: Band, findings: Findings, edge: int) -> tuple[Signal, ...]:
    """Return the signal of a score under the edge; too little coverage is a gate like any other."""
    if score.points >= edge:
        return ()
    gate = findings.hold if verdict == "at_risk" else COVERAGE
    why = "; ".join(reasons(score, _REASONS))
    return (Signal(SCORE, "risk", f"health {score.points // 100}: {why}", gate=gate),)
