"""Decide: what changed since the flags that stand, why, and who hears of it.

Nothing is said while nothing changed. A flag opens when its signal is met and closes when the signal is
surely cleared; what is undecided, or stopped by a gate, leaves a standing flag as it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from health.alerts import AT_RISK, HIGH, LICENSING, OPEN, RECOVERED, WINDOW, Alert, alerts
from health.answers import snoozed_until
from health.bands import worse
from health.expansion import GROUP as EXPANSION
from health.judge import SCORE
from health.ledger import ALWAYS
from health.nouns import Assessment, Band, Flag, Signal, Why
from health.overrides import by_hand
from health.policy import Policy

__all__ = ["AT_RISK", "OPEN", "RECOVERED", "WINDOW", "Alert", "Decision", "Previous", "decide"]


class Previous(NamedTuple):
    """The account's assessment before this one: its band, and its points in hundredths.

    ``known`` is the last band that was not unknown, in it or in one before; empty without any.
    """

    band: Band
    points: int
    known: Band = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Flags that are new or changed, and the alerts they give."""

    flags: tuple[Flag, ...] = ()
    alerts: tuple[Alert, ...] = ()


_NOTHING = Decision()


class _Case(NamedTuple):
    """All that a decision rests on. ``standing`` is by kind and reason, the open one or the latest."""

    assessment: Assessment
    previous: Previous | None
    standing: Mapping[tuple[str, str], Flag]
    policy: Policy
    as_of: date
    first_run: bool


def decide(  # noqa: PLR0917 - the order is the interface
    assessment: Assessment,
    previous: Previous | None,
    standing: Sequence[Flag],
    policy: Policy,
    as_of: date,
    first_run: bool,  # noqa: FBT001 - the order is the interface
    demoted: Collection[str] = (),
) -> Decision:
    """Compare an assessment with the account's flags, of all terms and states, and say what changed.

    On an installation's first run every flag is recorded, but only explicit intent alerts: the rest of
    the book is told by a digest. ``Flag.since`` is the day of its last change or repeat. Flags of
    ``demoted`` rules are kept as any others, and alert nobody.
    """
    if not standing and not assessment.signals and assessment.facts.get("window") is None:
        return _NOTHING
    latest = _latest(standing, assessment.term)
    case = _Case(assessment, previous, latest, policy, as_of, first_run)
    opened = [flag for signal in assessment.signals if (flag := _opened(case, signal)) is not None]
    flags = (*opened, *_windows(case, standing), *_closed(case, standing))
    if not flags:
        return _NOTHING
    return Decision(flags, alerts(standing, flags, policy, first_run=first_run, demoted=demoted))


def _latest(standing: Sequence[Flag], term: str) -> dict[tuple[str, str], Flag]:
    """Return one flag per kind and reason: the open one of any term, else the one of this term."""
    found: dict[tuple[str, str], Flag] = {}
    for flag in standing:
        key = (flag.kind, flag.reason)
        if flag.state in OPEN or (flag.term == term and key not in found):
            found[key] = flag
    return found


def _kind(signal: Signal) -> str:
    return signal.group if signal.group in {EXPANSION, LICENSING} else AT_RISK


# -- what opens --------------------------------------------------------------------------------------


def _opened(case: _Case, signal: Signal) -> Flag | None:
    """Return the flag of a signal that is met, if it is new or changed."""
    stands = case.standing.get((_kind(signal), signal.kind))
    if signal.gate:
        return _suppressed(case, signal, stands)
    if stands is None or stands.state == "ok":
        return _new(case, signal)
    if stands.state == "resolved":
        return None if _closed_by_hand(stands) else _new(case, signal)
    if signal.severity == HIGH and stands.severity != HIGH:
        return _flag(case, signal, Why.WORSENED, term=stands.term)
    if _repeat_is_due(case, stands) or _snooze_is_over(case, stands):
        return _flag(case, signal, Why.REPEAT_DUE, term=stands.term)
    return None


def _new(case: _Case, signal: Signal) -> Flag:
    """Return the flag of a signal that nothing stood of.

    It is silent where its alert is snoozed, unless it is urgent or of what is always told.
    """
    flag = _flag(case, signal, _why_new(case, signal))
    until = snoozed_until(tuple(case.standing.values()), flag.kind, case.as_of)
    rule = case.policy.signals.get(signal.kind)
    if until is None or signal.severity == HIGH or (rule and rule.family in ALWAYS):
        return flag
    return replace(flag, state="snoozed", until=until)


def _snooze_is_over(case: _Case, flag: Flag) -> bool:
    return flag.state == "snoozed" and flag.until is not None and flag.until <= case.as_of


def _suppressed(case: _Case, signal: Signal, stands: Flag | None) -> Flag | None:
    """Return the flag of a candidate that a gate stopped, once.

    An open risk stays as it is, since the gate only says that nobody knows; an open expansion ends, in the
    term that it stands under.
    """
    if stands is not None and (stands.gate == signal.gate or _endures(stands)):
        return None
    term = stands.term if stands is not None and stands.state in OPEN else None
    return replace(_flag(case, signal, Why.SUPPRESSED, term), state="ok", gate=signal.gate)


def _endures(flag: Flag) -> bool:
    """Say whether a gate leaves a flag as it is: an open risk, and what a person has closed."""
    if flag.state == "resolved":
        return _closed_by_hand(flag)
    return flag.kind == AT_RISK and flag.state in OPEN


def _why_new(case: _Case, signal: Signal) -> Why:
    """Return `WORSENED` where the score fell into the band, `FIRST` for all else and on a first run."""
    fell = case.previous is not None and worse(case.assessment.band, case.previous.band)
    return Why.WORSENED if signal.kind == SCORE and fell and not case.first_run else Why.FIRST


def _closed_by_hand(flag: Flag) -> bool:
    """Say whether a person closed the flag: it is not opened again in the term."""
    return flag.why not in {Why.RECOVERED, Why.CORRECTED}


def _repeat_is_due(case: _Case, flag: Flag) -> bool:
    """Say whether an at-risk flag nobody acknowledged has been silent long enough."""
    if flag.kind != AT_RISK or flag.state != "firing" or flag.since is None:
        return False
    return (case.as_of - flag.since).days >= case.policy.alerts.repeat_days


def _flag(case: _Case, signal: Signal, why: Why, term: str | None = None) -> Flag:
    return Flag(
        account=case.assessment.account,
        kind=_kind(signal),
        reason=signal.kind,
        term=case.assessment.term if term is None else term,
        state="firing",
        why=why,
        severity=signal.severity,
        evidence=_evidence(case, signal),
        since=case.as_of,
    )


def _evidence(case: _Case, signal: Signal) -> str:
    if signal.kind != SCORE or case.previous is None or case.previous.band == "unknown":
        return signal.evidence
    return f"{signal.evidence} (health was {case.previous.points // 100})"


# -- what closes -------------------------------------------------------------------------------------


def _closed(case: _Case, standing: Sequence[Flag]) -> list[Flag]:
    """Return the flags whose signal is surely cleared; windows close in `_windows`."""
    met = [(_kind(signal), signal.kind) for signal in case.assessment.signals]
    return [
        replace(flag, state="resolved", why=Why.RECOVERED, since=case.as_of, until=None)
        for flag in standing
        if flag.state in OPEN and flag.kind != WINDOW
        if (flag.kind, flag.reason) not in met and _cleared(case, flag)
    ]


def _cleared(case: _Case, flag: Flag) -> bool:
    assessment = case.assessment
    if flag.reason != SCORE:
        return flag.reason not in assessment.undecided
    if by_hand(assessment):
        return assessment.band != AT_RISK
    bands = case.policy.bands
    return assessment.band != "unknown" and assessment.score.points >= bands.watch_from + bands.exit_margin


# -- renewal windows ---------------------------------------------------------------------------------


def _windows(case: _Case, standing: Sequence[Flag]) -> list[Flag]:
    """Return the window that opened, if none as near was entered in the term, and those it closes.

    A window of another term closes with its term. None of it is a recovery that anybody is told of.
    """
    assessment = case.assessment
    days = assessment.facts.get("window")
    entered = [flag for flag in standing if flag.kind == WINDOW]
    nearest = min([int(flag.reason) for flag in entered if flag.term == assessment.term], default=None)
    opens = isinstance(days, int) and (nearest is None or days < nearest)
    left = [
        replace(flag, state="resolved", why=Why.RECOVERED, since=case.as_of, until=None)
        for flag in entered
        if flag.state in OPEN and (opens or flag.term != assessment.term)
    ]
    return [_window(case, days), *left] if opens and isinstance(days, int) else left


def _window(case: _Case, days: int) -> Flag:
    facts = case.assessment.facts
    return Flag(
        account=case.assessment.account,
        kind=WINDOW,
        reason=str(days),
        term=case.assessment.term,
        state="firing",
        why=Why.FIRST if case.first_run else Why.WINDOW_OPENED,
        evidence=f"{facts.get('days_to_anchor')} days to {_ANCHORS[str(facts.get('anchor_kind'))]}",
        since=case.as_of,
    )


_ANCHORS = {"notice": "the notice deadline", "review": "the review", "term_end": "the end of the term"}
