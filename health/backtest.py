"""Backtest: did what was said of an account come true?

Cases are accounts that were customers at the start of a day, with what was said of each then and what
became of it within the horizon. Whoever makes them sees to it that nothing later was known.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress
from statistics import median
from typing import NamedTuple

from health.calibration import Knot, brier_skill, calibration_error, monotone, probability
from health.features import Term
from health.nouns import Assessment
from health.policy import RenewalRules
from health.ranking import Interval, auc, hits, interval, lift, lift_between, modal_share, tenth
from health.terms import in_force

CHURNED, NOT_RENEWED, EXPANDED = "churned", "not_renewed", "expanded"
TARGETS = (CHURNED, NOT_RENEWED, EXPANDED)
EVENTS_MIN = 20
"""With fewer who met the outcome, or fewer who did not, nothing is told."""
SEGMENT_MIN, FLAGGED_MIN = 100, 30
"""A segment of fewer cases, or of fewer in the highest tenth, is told nothing of."""
_GAP = 0.10
_FULL = 10_000
_COIN = 0.5

Outcomes = Sequence[tuple[date, str]]
"""How an account's terms ended: the day and the outcome."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days from ``start`` on, ``days`` of them."""

    start: date
    days: int

    def __contains__(self, on: date) -> bool:
        """Say whether a day is one of these."""
        return self.start <= on <= self.last

    @property
    def last(self) -> date:
        """The last of these days."""
        return self.start + timedelta(days=self.days - 1)


class Case(NamedTuple):
    """One account on one day: what was said, and after how many days the outcome came, if it did.

    ``rank``, ``urgency`` and ``priority`` are the higher, the likelier the outcome ought to be. ``segments``
    are by what accounts are told apart. ``triggers`` are the groups of evidence for expansion that were met.
    ``likely`` is the probability that a fitted model told; `None` where none did.
    """

    account: int
    as_of: date
    rank: float
    urgency: float
    priority: float
    health: int
    days: int | None
    segments: tuple[str, ...]
    triggers: tuple[str, ...] = ()
    likely: float | None = None

    @property
    def met(self) -> bool:
        """Whether the outcome came."""
        return self.days is not None


SEGMENTS = ("customer_type", "size_band", "region")
"""What the segments of a case are, in order."""


class Ending(NamedTuple):
    """What became of an account: after how many days the outcome came; `None` if it did not."""

    days: int | None


def ending(
    target: str, outcomes: Outcomes, terms: Sequence[Term], within: Horizon, rules: RenewalRules
) -> Ending | None:
    """Return what became of an account, or `None` where it is no case.

    A case has a term in force at the start of the day and has not left before. Whether it renews is asked
    only of those with a term that ends within the horizon.
    """
    current = in_force(terms, within.start, rules)
    if not current or any(outcome == CHURNED and on < within.start for on, outcome in outcomes):
        return None
    if target == NOT_RENEWED and not any(term.term_end and term.term_end in within for term in current):
        return None
    wanted = EXPANDED if target == EXPANDED else CHURNED
    met = [(on - within.start).days for on, outcome in outcomes if outcome == wanted and on in within]
    return Ending(min(met, default=None))


def rank(target: str, found: Assessment) -> float:
    """Return what the engine says of the outcome: ill health of leaving, use of the limit of expanding."""
    if target != EXPANDED:
        return float(_FULL - found.score.points)
    reached = found.inputs["capacity_pct"]
    return reached if isinstance(reached, float) else -1.0


@dataclass(frozen=True, slots=True)
class Strength:
    """How well a number told who would meet the outcome; `None` where it cannot be said.

    ``precision_at_k`` is of the ``k`` highest, as many as met it. ``lift_top_decile`` is the rate of the
    highest tenth ÷ that of all.
    """

    auc: float | None
    auc_low: float | None
    auc_high: float | None
    lift_top_decile: float | None
    precision_at_k: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a set of cases says of the engine: see docs/backtest.md for each figure."""

    n: int
    events: int
    base_rate: float
    score: Strength
    k: int
    ece: float | None
    brier_skill: float | None
    modal_share: float
    lead_days: float | None
    verdict: str
    priority: Strength
    priority_with_revenue: Strength


def told(cases: Sequence[Case], knots: Sequence[Knot]) -> Told:
    """Return the figures of some cases; without a calibration those that need probabilities are `None`."""
    events = [case.met for case in cases]
    likely = likelihoods(cases, knots)
    score = strength(cases, lambda case: case.rank)
    return Told(
        n=len(cases),
        events=sum(events),
        base_rate=sum(events) / len(events) if events else 0.0,
        score=score,
        k=sum(events),
        ece=calibration_error(likely, events) if likely else None,
        brier_skill=brier_skill(likely, events) if likely else None,
        modal_share=modal_share([case.health for case in cases]),
        lead_days=_lead(cases),
        verdict=_verdict(score),
        priority=strength(cases, lambda case: case.urgency),
        priority_with_revenue=strength(cases, lambda case: case.priority),
    )


def likelihoods(cases: Sequence[Case], knots: Sequence[Knot]) -> list[float]:
    """Return how likely the outcome was told to be: by a model, else by calibration; empty without either."""
    own = [case.likely for case in cases if case.likely is not None]
    if len(own) == len(cases):
        return own
    return [probability(knots, case.rank) for case in cases] if knots else []


def strength(cases: Sequence[Case], of: Callable[[Case], float]) -> Strength:
    """Return how well a number of theirs sorts the cases."""
    scores, events = [of(case) for case in cases], [case.met for case in cases]
    k = sum(events)
    within = interval(scores, events, [case.account for case in cases])
    low, high = within or (None, None)
    precision = hits(scores, events, k) / k if k else None
    return Strength(auc(scores, events), low, high, lift(scores, events), precision)


def _verdict(score: Strength) -> str:
    low, high = score.auc_low, score.auc_high
    return _beyond(None if low is None or high is None else Interval(low, high), _COIN)


def _beyond(within: Interval | None, chance: float) -> str:
    """Return what an interval says: evidence, or the contrary, where it leaves chance out."""
    if within is None:
        return "too few outcomes"
    if within.low > chance:
        return "evidence"
    return "worse than chance" if within.high < chance else "no evidence"


def _lead(cases: Sequence[Case]) -> float | None:
    """Return the median days from what was said to the outcome, over those in the highest tenth."""
    days = [case.days for case in _flagged(cases) if case.days is not None]
    return float(median(days)) if days else None


def _flagged(cases: Sequence[Case]) -> list[Case]:
    """Return the highest tenth and whoever is tied with the last of it."""
    ranks = sorted((case.rank for case in cases), reverse=True)
    edge = ranks[tenth(len(ranks)) - 1] if ranks else 0.0
    return [case for case in cases if case.rank >= edge]


def enough(cases: Sequence[Case]) -> bool:
    """Say whether enough cases met the outcome, and enough did not, to tell anything."""
    met = sum(case.met for case in cases)
    return min(met, len(cases) - met) >= EVENTS_MIN


def learned(cases: Sequence[Case]) -> tuple[Knot, ...]:
    """Return the map from rank to probability that earlier cases teach; nothing if they are too few."""
    return monotone([case.rank for case in cases], [case.met for case in cases]) if enough(cases) else ()


class Gap(NamedTuple):
    """A segment for which the engine is more than ten points off: what it is there, and in all."""

    by: str
    segment: str
    figure: str
    here: float
    overall: float
    n: int


def gaps(cases: Sequence[Case], knots: Sequence[Knot]) -> Iterator[Gap]:
    """Yield where precision of the highest tenth, or calibration, is off by more than ten points.

    Segments of few cases are left out. Calibration is off where told and met differ.
    """
    flagged = _flagged(cases)
    overall = _rate(flagged)
    for at, by in enumerate(SEGMENTS):
        for segment in sorted({case.segments[at] for case in cases} - {""}):
            here = [case for case in cases if case.segments[at] == segment]
            chosen = [case for case in flagged if case.segments[at] == segment]
            if len(chosen) >= FLAGGED_MIN and abs(_rate(chosen) - overall) > _GAP:
                yield Gap(by, segment, "precision", _rate(chosen), overall, len(chosen))
            told_here = likelihoods(here, knots)
            if told_here and len(here) >= SEGMENT_MIN:
                likely = sum(told_here) / len(here)
                if abs(likely - _rate(here)) > _GAP:
                    yield Gap(by, segment, "calibration", likely, _rate(here), len(here))


def _rate(cases: Collection[Case]) -> float:
    return sum(case.met for case in cases) / len(cases) if cases else 0.0


class Trigger(NamedTuple):
    """A group of evidence: of how many cases it was met, and their rate ÷ that of all, with its interval."""

    n: int
    lift: float
    low: float | None
    high: float | None
    verdict: str


def triggers(cases: Sequence[Case]) -> Mapping[str, Trigger]:
    """Return each trigger for expansion that was met anywhere, by name."""
    base = _rate(cases)
    names = sorted({name for case in cases for name in case.triggers})
    return {name: _trigger(cases, name, base) for name in names if base}


def _trigger(cases: Sequence[Case], name: str, base: float) -> Trigger:
    """Return what a trigger was worth; of fewer than so many cases nothing is said but their number."""
    chosen = [name in case.triggers for case in cases]
    n, lift_here = sum(chosen), _rate(list(compress(cases, chosen))) / base
    if n < EVENTS_MIN:
        return Trigger(n, lift_here, None, None, "too few cases")
    within = lift_between(chosen, [case.met for case in cases], [case.account for case in cases])
    low, high = within or (None, None)
    return Trigger(n, lift_here, low, high, _beyond(within, 1.0))
