"""Versus: which of two engines foresaw more, on the same cases."""

from collections.abc import Sequence
from typing import NamedTuple

from health.backtest import Case, likelihoods
from health.calibration import Knot
from health.ranking import Interval, auc, auc_apart, mean_apart


class Apart(NamedTuple):
    """How much a figure is above that of another engine, with its 95 % interval; `None` without either."""

    here: float | None
    there: float | None
    by: float | None
    low: float | None
    high: float | None


class Versus(NamedTuple):
    """What two engines said of the same cases: the AUC, and the mean squared error of probabilities."""

    auc: Apart
    brier: Apart
    verdict: str


def versus(
    cases: Sequence[Case], knots: Sequence[Knot], others: Sequence[Case], other_knots: Sequence[Knot]
) -> Versus:
    """Compare two engines on the same cases in the same order, by a bootstrap that draws accounts for both.

    One is ahead of the other where the interval of the difference in AUC leaves 0 out.
    """
    told_of = [(case.account, case.as_of, case.days) for case in cases]
    if told_of != [(case.account, case.as_of, case.days) for case in others]:
        raise ValueError("two engines can be compared on the same cases only")
    events, whose = [case.met for case in cases], [case.account for case in cases]
    ranks, other_ranks = [case.rank for case in cases], [case.rank for case in others]
    ranked = _apart(
        auc(ranks, events), auc(other_ranks, events), auc_apart(ranks, other_ranks, events, whose)
    )
    errors = _errors(likelihoods(cases, knots), events)
    other_errors = _errors(likelihoods(others, other_knots), events)
    within = mean_apart(errors, other_errors, whose) if errors and other_errors else None
    squared = _apart(_mean(errors), _mean(other_errors), within)
    return Versus(ranked, squared, _ahead(ranked))


def _apart(here: float | None, there: float | None, within: Interval | None) -> Apart:
    low, high = within or (None, None)
    by = here - there if here is not None and there is not None else None
    return Apart(here, there, by, low, high)


def _errors(likely: Sequence[float], events: Sequence[bool]) -> list[float]:
    return [(each - met) ** 2 for each, met in zip(likely, events, strict=True)] if likely else []


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _ahead(ranked: Apart) -> str:
    if ranked.low is None or ranked.high is None:
        return "too few outcomes"
    if ranked.low > 0:
        return "ahead"
    return "behind" if ranked.high < 0 else "no difference"
