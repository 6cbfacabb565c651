"""Corrections: what was told and would not have been, had the facts of the days before it been known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from health.alerts import AT_RISK, LICENSING, OPEN, RECOVERED, alerts
from health.decide import Decision
from health.expansion import GROUP as EXPANSION
from health.judge import SCORE
from health.nouns import Assessment, Flag, Why
from health.policy import Policy

_TOLD = frozenset({AT_RISK, EXPANSION, LICENSING})
"""The kinds of flag that somebody is told of for what was so on a day."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The day on which an alert rests, and the points in hundredths that were told and that are known now."""

    on: date
    told: int
    known: int


def differs(told: Assessment, known: Assessment) -> bool:
    """Say whether a day comes to another verdict with what is known now: another score, or other signals."""
    return (told.score[:4], told.band, _signals(told)) != (known.score[:4], known.band, _signals(known))


def _signals(of: Assessment) -> set[tuple[str, str]]:
    return {(signal.kind, signal.gate) for signal in of.signals}


def unfounded(flag: Flag, told: Assessment, known: Assessment) -> bool:
    """Say whether a flag rests on a verdict that is another with what is known now, without its signal.

    A signal that is gated now would not have been told either. Where it can no longer be told whether it was
    so, and where the day's verdict does not explain the flag, such as a band set by hand, it is left alone.
    """
    return _met(flag, told) and not _met(flag, known) and not _open_question(flag, known)


def _met(flag: Flag, of: Assessment) -> bool:
    return any(signal.kind == flag.reason and not signal.gate for signal in of.signals)


def _open_question(flag: Flag, known: Assessment) -> bool:
    return known.band == "unknown" if flag.reason == SCORE else flag.reason in known.undecided


def doubtful(decision: Decision, standing: Sequence[Flag], now: Assessment, *, late: bool) -> list[Flag]:
    """Return the flags of which it is worth a look whether they ever were so: those that end.

    Where facts came late these are also the ones that stand and that nothing of today speaks for.
    """
    ending = [flag for flag in decision.flags if flag.kind in _TOLD and flag.why is Why.RECOVERED]
    if not late:
        return ending
    changed = {_key(flag) for flag in decision.flags}
    stand = [flag for flag in standing if flag.kind in _TOLD and flag.state in OPEN]
    return [*ending, *(flag for flag in stand if _key(flag) not in changed and not _met(flag, now))]


def corrected(
    decision: Decision,
    standing: Sequence[Flag],
    wrong: Sequence[Flag],
    policy: Policy,
    demoted: Collection[str] = (),
) -> Decision:
    """Return a decision in which flags that were never so are closed as such, and what is told of that.

    ``wrong`` are the flags as they stood or as the decision ends them. Where no other risk stands the alert
    ends with a correction, if all that it listed was wrong; else it goes on and says what was. Room to grow
    is corrected if nothing of it was so.
    """
    if not wrong:
        return decision
    keys = {_key(flag) for flag in wrong}
    kept = [flag for flag in decision.flags if _key(flag) not in keys]
    flags = (*kept, *wrong)
    return Decision(flags, alerts(standing, flags, policy, first_run=False, demoted=demoted))


def closed(flag: Flag, as_of: date) -> Flag:
    """Return a flag that was never so as it is kept."""
    return replace(flag, state="resolved", why=Why.CORRECTED, since=as_of, until=None)


def ends_otherwise(decision: Decision) -> bool:
    """Say whether an alert ends of which something was so: that is a recovery, and no correction."""
    return any(alert.kind == RECOVERED and alert.why is Why.RECOVERED for alert in decision.alerts)


def _key(flag: Flag) -> tuple[str, str, str]:
    return flag.kind, flag.reason, flag.term
