"""Overrides: a band that a person sets for a while, with a reason; the computed one goes on beneath it."""

from dataclasses import dataclass, replace
from datetime import date

from health.alerts import AT_RISK
from health.expansion import GROUP as EXPANSION
from health.judge import SCORE
from health.nouns import Assessment, Band, Signal

COMPUTED = "computed_band"
REASON = "override_reason"
UNTIL = "override_until"
"""The facts of an assessment that say what was computed, why that does not count, and its last day."""


@dataclass(frozen=True, slots=True)
class Override:
    """A band set by hand; ``until`` is the last day that it counts."""

    band: Band
    reason: str
    until: date


def overridden(computed: Assessment, override: Override | None) -> Assessment:
    """Return a verdict with the band that a person set: alerts about the score follow that band.

    The score, its lines and all other signals stay: a cancellation is one whatever anybody believes.
    """
    if override is None:
        return computed
    signals = tuple(signal for signal in computed.signals if signal.kind != SCORE)
    facts = {
        **computed.facts,
        COMPUTED: computed.band,
        REASON: override.reason,
        UNTIL: override.until.isoformat(),
    }
    if override.band == AT_RISK:
        signals = (*map(_blocked, signals), Signal(SCORE, "risk", f"set at risk by hand: {override.reason}"))
        facts["expansion"] = False
    return replace(computed, band=override.band, signals=signals, facts=facts)


def _blocked(signal: Signal) -> Signal:
    """Return a signal as it is, or an expansion with the gate that at risk is."""
    return replace(signal, gate=signal.gate or AT_RISK) if signal.group == EXPANSION else signal


def computed_band(now: Assessment) -> Band:
    """Return the band that was computed, whatever a person set."""
    return str(now.facts.get(COMPUTED, now.band))


def by_hand(now: Assessment) -> bool:
    """Say whether a person has set the band."""
    return UNTIL in now.facts
