"""Held: whose alerts wait because the data looks ill, and which source it is that looks so."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from health.alerts import OPEN
from health.calendars import Workdays
from health.features import Features, Freshness, Pulse
from health.nouns import Assessment, Flag
from health.policy import Policy
from health.track import known, track
from health.use import metric_of_fleet

STALE, FLEET = "stale", "fleet"
"""The gates of the policy that speak of a source, and not of the account: operators hear of them."""
_OF_SOURCES = frozenset({STALE, FLEET})


class Held(NamedTuple):
    """The gate that keeps an account's alerts back, and the source that looks ill."""

    gate: str
    source: str


def held(  # noqa: PLR0917 - one caller, which has them all at hand
    features: Features,
    assessment: Assessment,
    standing: Sequence[Flag],
    policy: Policy,
    pulse: Pulse,
    workdays: Workdays,
) -> Held | None:
    """Return what an account's alerts wait for; `None` where none waits, or no source can be named.

    What a person has been told of already does not wait: a gate leaves an open flag as it is.
    """
    gated = {signal.kind: signal.gate for signal in assessment.signals if signal.gate in _OF_SOURCES}
    if not gated:
        return None
    told = {flag.reason for flag in standing if flag.state in OPEN}
    gates = {gate for reason, gate in gated.items() if reason not in told}
    as_of = assessment.as_of
    if STALE in gates:
        return _named(STALE, furthest_behind(features.sources, pulse, as_of, policy))
    if FLEET in gates:
        return _named(FLEET, _fallen(features, as_of, policy, pulse, workdays))
    return None


def _named(gate: str, source: str) -> Held | None:
    return Held(gate, source) if source else None


def furthest_behind(sources: Sequence[str], pulse: Pulse, as_of: date, policy: Policy) -> str:
    """Return which of an account's sources holds up what is known of its use, or nothing."""
    kinds = known(tuple(sources), pulse, as_of, policy).kinds
    kind = "usage" if "usage" in kinds else "validations"
    stating = {name: pulse.freshness[name] for name in sources if _states(pulse.freshness, name, kind)}
    return min(stating, key=lambda name: (stating[name].complete_through or as_of, name), default="")


def _states(freshness: Mapping[str, Freshness], source: str, kind: str) -> bool:
    return source in freshness and kind in freshness[source].kinds


def _fallen(features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays) -> str:
    """Return the source at which the metric that tells an account's use fell most, or nothing."""
    end = known(features.sources, pulse, as_of, policy).end
    if end is None:
        return ""
    metric = track(features, end, policy, workdays).first_of(policy.use_metrics)
    of_fleet = metric_of_fleet(metric, policy.use_metrics, pulse)
    return pulse.fleet_sources.get(of_fleet or "", "")
