"""Ledger: how right each rule was, by what became of the accounts it alerted about and by what people said.

A rule whose precision is under what the policy agrees on is demoted: what it finds is told in a digest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import NamedTuple

from health.backtest import CHURNED, Horizon, Outcomes
from health.chance import Share
from health.policy import LedgerRules

RENEWED = "renewed"
ALWAYS = frozenset({"explicit", "payment"})
"""Families of signals that are told at once, however often they were right."""


class Case(NamedTuple):
    """A flag of a rule: the day it first fired in its term, and whether somebody said that it is no risk."""

    rule: str
    opened: date
    dismissed: bool


class Closed(NamedTuple):
    """What became of a case: the days until the account left; `None` if the alert was wrong."""

    days: int | None


def closed(case: Case, outcomes: Outcomes, window_days: int, known_until: date | None) -> Closed | None:
    """Return what became of a case, `None` as long as nobody can tell.

    Who left within the window left, whatever was said. Else an answer closes it, or a renewal within the
    window, or the window's end, if outcomes are known until then.
    """
    within = Horizon(case.opened, window_days)
    left = min((on for on, outcome in outcomes if outcome == CHURNED and on in within), default=None)
    if left is not None:
        return Closed((left - case.opened).days)
    renewed = any(outcome == RENEWED and on in within for on, outcome in outcomes)
    over = known_until is not None and within.last <= known_until
    return Closed(None) if case.dismissed or renewed or over else None


class Entry(NamedTuple):
    """A rule's line: flags in all, those somebody dismissed, and how right it was.

    ``precision`` is of the closed ones, ``recall`` of the accounts that left. ``lead_days`` is the median
    from the flag to the day the account left. ``agreed`` is the least precision, if there is one.
    """

    rule: str
    flags: int
    dismissed: int
    precision: Share
    recall: Share
    lead_days: float | None
    agreed: float | None
    demoted: bool


@dataclass
class _Tally:
    """What is counted of a rule."""

    flags: int = 0
    dismissed: int = 0
    closed: int = 0
    foreseen: int = 0
    leads: list[int] = field(default_factory=list)


class Ledger:
    """Counts accounts as they come."""

    def __init__(self, policy: LedgerRules, since: date | None, known_until: date | None) -> None:
        """Begin with none. ``since`` is the first day on which a flag fired: who left before is left out."""
        self._rules = policy
        self._since = since
        self._known_until = known_until
        self._left = 0
        self._tallies: dict[str, _Tally] = defaultdict(_Tally)

    def add(self, cases: Sequence[Case], outcomes: Outcomes) -> None:
        """Count an account: the flags it had, and how its terms ended."""
        for case in cases:
            self._count(case, outcomes)
        for on, outcome in outcomes:
            if outcome == CHURNED and self._since is not None and on >= self._since:
                self._left += 1
                window = self._rules.window_days
                for rule in {case.rule for case in cases if on in Horizon(case.opened, window)}:
                    self._tallies[rule].foreseen += 1

    def _count(self, case: Case, outcomes: Outcomes) -> None:
        tally = self._tallies[case.rule]
        became = closed(case, outcomes, self._rules.window_days, self._known_until)
        tally.flags += 1
        tally.dismissed += case.dismissed
        tally.closed += became is not None
        if became is not None and became.days is not None:
            tally.leads.append(became.days)

    def entries(self) -> list[Entry]:
        """Return the line of each rule that ever fired, or that a precision is agreed for."""
        return [
            self._entry(rule, self._tallies.get(rule, _Tally()))
            for rule in sorted({*self._tallies, *self._rules.agreed})
        ]

    def _entry(self, rule: str, tally: _Tally) -> Entry:
        precision = Share(len(tally.leads), tally.closed)
        agreed = self._rules.agreed.get(rule)
        return Entry(
            rule,
            tally.flags,
            tally.dismissed,
            precision,
            Share(tally.foreseen, self._left),
            float(median(tally.leads)) if tally.leads else None,
            agreed,
            under(precision, agreed, self._rules),
        )


def under(precision: Share, agreed: float | None, rules: LedgerRules) -> bool:
    """Say whether a precision is under the one that is agreed, of enough closed cases to say so."""
    if agreed is None or precision.rate is None or precision.of < rules.cases_min:
        return False
    return precision.rate < agreed


def demoted(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the rules that are told in a digest only."""
    return frozenset(entry.rule for entry in entries if entry.demoted)


def why(entries: Iterable[Entry], rules: Collection[str], called: Mapping[str, str]) -> list[str]:
    """Say of each of some demoted rules, as people call it, how right it was and what is agreed."""
    return [
        f"{called.get(entry.rule, entry.rule)}: "
        f"{entry.precision.hits} of {entry.precision.of} closed alerts were right "
        f"({entry.precision.rate:.0%}), {entry.agreed:.0%} is agreed"
        for entry in entries
        if entry.rule in rules and entry.agreed is not None and entry.precision.rate is not None
    ]
