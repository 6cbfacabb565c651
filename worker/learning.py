"""Learning: a regularised logistic regression over candidates; the only module that needs scikit-learn.

What is learned leaves as plain numbers: a model is scored without this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from health.backtest import EVENTS_MIN
from health.candidates import Candidate, categories, scale_of
from health.model import scaled
from health.nouns import Input

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_STRENGTH = 0.1  # scikit-learn's C, the inverse of the penalty; from 0.03 to 0.3 nothing differs but noise
_KNOWN_MIN = 0.3  # share of accounts of which a driver must be known
_UNEVEN_MAX = 4.0  # a driver stays if it counts at most so many times as much in one half as in the other
_CLEAR = 0.05  # of odds per standard deviation: as much in both halves counts, however uneven
_SEGMENT_MIN = 30
_SLOPE_MAX = 1.25
_UNLIMITED = 1e6
_STEPS = 60  # of a bisection


class Column(NamedTuple):
    """A driver that was kept, with what was learned of it, on its scale."""

    name: str
    scale: str
    coefficient: float
    mean: float
    sd: float
    least: float
    most: float
    usual: dict[str, float]


class Fit(NamedTuple):
    """What was learned: the intercept at the means, the drivers, and how it was set right on others.

    ``apart`` says whether these were of a later ``window``, or other ``accounts``.
    """

    intercept: float
    columns: list[Column]
    slope: float
    shift: float
    apart: str


@dataclass(frozen=True, eq=False)
class Table:
    """Candidates as columns on their scales: NaN is unknown, infinite is not applicable."""

    names: list[str]
    values: Numbers
    met: Flags
    accounts: npt.NDArray[np.int64]
    windows: npt.NDArray[np.int64]
    segments: npt.NDArray[np.str_]

    def of(self, rows: Flags) -> "Table":
        """Return some of the rows."""
        return Table(
            self.names,
            self.values[rows],
            self.met[rows],
            self.accounts[rows],
            self.windows[rows],
            self.segments[rows],
        )


def table(names: Sequence[str], by_window: Sequence[Sequence[Candidate]]) -> Table:
    """Return the candidates of some windows, in their order, as a table."""
    cases = [case for window in by_window for case in window]
    texts = [*categories(cases)]
    scales = [scale_of(name) for name in names]
    rows = [
        [
            *(_number(scale, value) for scale, value in zip(scales, case.numbers, strict=True)),
            *(float(case.texts[at] == wanted) if case.texts[at] else np.nan for _, at, wanted in texts),
        ]
        for case in cases
    ]
    return Table(
        [*names, *(name for name, _, _ in texts)],
        np.array(rows, dtype=np.float64).reshape(len(cases), len(names) + len(texts)),
        np.array([case.met for case in cases], dtype=np.bool_),
        np.array([case.account for case in cases], dtype=np.int64),
        np.array([at for at, window in enumerate(by_window) for _ in window], dtype=np.int64),
        np.array([case.segment for case in cases], dtype=np.str_),
    )


def _number(scale: str, value: Input) -> float:
    if value is None:
        return float("nan")
    return scaled(scale, value) if isinstance(value, float) else float("inf")


# -- fitting -----------------------------------------------------------------------------------------


def learned(cases: Table, ended: Sequence[bool]) -> Fit:
    """Return what the cases teach. ``ended`` says by window whether its outcomes had come before the last.

    Drivers are chosen, and the slope of the calibration is found, with some cases apart from later ones; then
    all cases set the coefficients, and the later ones the level.
    """
    early, late, apart = _apart(cases, ended)
    kept = _told(cases.of(early))
    kept = kept[_stable(cases.of(early), kept)]
    slope = _slope(cases, early, late, kept)
    columns, prepared = _prepared(cases, kept)
    model = _regression(prepared, cases.met)
    weights = slope * model.coef_[0] if len(kept) else np.zeros(0)
    odds = prepared @ weights
    level = _level(odds[late], float(cases.met[late].mean()))
    fitted = [
        column._replace(coefficient=float(weight) / column.sd)
        for column, weight in zip(columns, weights, strict=True)
    ]
    return Fit(level, fitted, slope, level - slope * float(model.intercept_[0]), apart)


def _apart(cases: Table, ended: Sequence[bool]) -> tuple[Flags, Flags, str]:
    """Return which cases are learned from first, and which later ones the probabilities are set right by.

    The later ones are of the last window, the first of windows whose outcomes had ended when it began. Where
    these are too few, all windows but of every other account, so that nobody is in both.
    """
    late = cases.windows == len(ended) - 1
    early = np.array(ended, dtype=np.bool_)[cases.windows]
    if _both(cases, early) and _both(cases, late):
        return early, late, "window"
    half = np.unique(cases.accounts, return_inverse=True)[1] % 2 == 0
    return half, ~half, "accounts"


def _both(cases: Table, rows: Flags) -> bool:
    """Say whether enough accounts of these rows met the outcome, and enough did not."""
    met = np.unique(cases.accounts[rows & cases.met]).size
    return min(met, np.unique(cases.accounts[rows]).size - met) >= EVENTS_MIN


def _told(cases: Table) -> npt.NDArray[np.intp]:
    """Return the columns that are known of enough accounts, and not the same of all."""
    finite = np.isfinite(cases.values)
    known = (~np.isnan(cases.values)).mean(axis=0) >= _KNOWN_MIN
    differ = [
        np.unique(column[there]).size > 1 for column, there in zip(cases.values.T, finite.T, strict=True)
    ]
    return np.flatnonzero(known & np.array(differ, dtype=np.bool_))


def _stable(cases: Table, kept: npt.NDArray[np.intp]) -> Flags:
    """Say of each column whether its coefficient has one sign, and about one size, early and late.

    Where there is but one window, or one kind of outcome in a half, accounts are halved instead.
    """
    if not len(kept):
        return np.zeros(0, dtype=np.bool_)
    _, prepared = _prepared(cases, kept)
    halves = [np.isin(cases.windows, part) for part in np.array_split(np.unique(cases.windows), 2)]
    if not all(_both(cases, half) for half in halves):
        halves = [cases.accounts % 2 == part for part in (0, 1)]
    halves = [half for half in halves if 0 < cases.met[half].sum() < half.sum()]
    found = np.array([_regression(prepared[half], cases.met[half]).coef_[0] for half in halves])
    sizes = np.abs(found)
    agreed = np.abs(np.sign(found).sum(axis=0)) == len(halves)
    even = (_UNEVEN_MAX * sizes.min(axis=0) >= sizes.max(axis=0)) | (sizes.min(axis=0) >= _CLEAR)
    stable: Flags = agreed & even
    return stable


def _slope(cases: Table, early: Flags, late: Flags, kept: npt.NDArray[np.intp]) -> float:
    """Return by how much what early cases teach must be taken back to be right of late ones; 0 at least."""
    if not len(kept):
        return 0.0
    columns, prepared = _prepared(cases.of(early), kept)
    model = _regression(prepared, cases.met[early])
    odds = _standard(columns, cases.of(late), kept) @ model.coef_[0]
    if np.ptp(odds) == 0:
        return 0.0
    later = LogisticRegression(C=_UNLIMITED, max_iter=1000).fit(odds.reshape(-1, 1), cases.met[late])
    return float(min(max(later.coef_[0, 0], 0.0), _SLOPE_MAX))


def _regression(prepared: Numbers, met: Flags) -> Any:  # noqa: ANN401 - scikit-learn brings no types
    if not prepared.shape[1]:
        prepared = np.zeros((len(met), 1))
    return LogisticRegression(C=_STRENGTH, max_iter=1000).fit(prepared, met)


def _level(odds: Numbers, rate: float) -> float:
    """Return the intercept with which the mean probability is the rate."""
    low, high = -_LEVEL_MAX, _LEVEL_MAX
    for _ in range(_STEPS):
        middle = (low + high) / 2
        likely = float(np.mean(1 / (1 + np.exp(-(odds + middle)))))
        low, high = (middle, high) if likely < rate else (low, middle)
    return (low + high) / 2


_LEVEL_MAX = 25.0


# -- columns -----------------------------------------------------------------------------------------


def _prepared(cases: Table, kept: npt.NDArray[np.intp]) -> tuple[list[Column], Numbers]:
    """Return the columns with means and fillings, and the cases by them: filled in and standardised."""
    columns = [_column(cases, at) for at in kept]
    return columns, _standard(columns, cases, kept)


def _column(cases: Table, at: np.intp) -> Column:
    values = cases.values[:, at]
    there = values[np.isfinite(values)]
    least, most = np.percentile(there, (1, 99))
    if most <= least:
        least, most = there.min(), there.max()
    within = np.clip(there, least, most)
    name = cases.names[at]
    spread = float(within.std())
    return Column(
        name,
        scale_of(name),
        0.0,
        float(within.mean()),
        spread or 1.0,
        float(least),
        float(most),
        _usual(cases, values),
    )


def _usual(cases: Table, values: Numbers) -> dict[str, float]:
    """Return what stands in for unknown values: the median, of all and by segment of enough cases."""
    there = np.isfinite(values)
    found = {"": float(np.median(values[there]))}
    for segment in np.unique(cases.segments[there]):
        of_segment = values[there & (cases.segments == segment)]
        if segment and of_segment.size >= _SEGMENT_MIN:
            found[str(segment)] = float(np.median(of_segment))
    return found


def _standard(columns: Sequence[Column], cases: Table, kept: npt.NDArray[np.intp]) -> Numbers:
    found = np.zeros((len(cases.met), len(columns)))
    for place, (column, at) in enumerate(zip(columns, kept, strict=True)):
        values = cases.values[:, at].copy()
        unknown, absent = np.isnan(values), np.isinf(values)
        if unknown.any():
            filled = [column.usual.get(segment, column.usual[""]) for segment in cases.segments[unknown]]
            values[unknown] = filled
        values = (np.clip(values, column.least, column.most) - column.mean) / column.sd
        values[absent] = 0.0
        found[:, place] = values
    return found
