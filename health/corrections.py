"""Corrections: an alert that would not have been sent, had the use of its day been known when it was."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from health.decide import Decision
from health.nouns import Assessment, Flag, Why


@dataclass(frozen=True, slots=True)
class Correction:
    """The day on which an alert rests, and the points in hundredths that were told and that are known now."""

    on: date
    told: int
    known: int


def unfounded(flag: Flag, told: Assessment, known: Assessment) -> bool:
    """Say whether a flag rests on a verdict that is another with what is known now, without its signal.

    A signal that is gated now would not have been told either. A flag that its day's verdict does not
    explain, such as a band set by hand, is left alone.
    """
    return _met(flag, told) and not _met(flag, known)


def _met(flag: Flag, of: Assessment) -> bool:
    return any(signal.kind == flag.reason and not signal.gate for signal in of.signals)


def ended(decision: Decision) -> tuple[Flag, ...]:
    """Return the flags whose end is told as a recovery; none where nothing is told of them."""
    told = (alert.flags for alert in decision.alerts if alert.why is Why.RECOVERED)
    return next(told, ())


def corrected(decision: Decision, wrong: Collection[Flag]) -> Decision:
    """Return a decision in which flags that were never so are corrected, and so the alert of their end."""
    return replace(
        decision,
        flags=tuple(_corrected(flag) if flag in wrong else flag for flag in decision.flags),
        alerts=tuple(
            replace(alert, why=Why.CORRECTED, flags=tuple(map(_corrected, alert.flags)))
            if alert.why is Why.RECOVERED
            else alert
            for alert in decision.alerts
        ),
    )


def _corrected(flag: Flag) -> Flag:
    return replace(flag, why=Why.CORRECTED)
