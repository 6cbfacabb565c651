"""Fit: learn from accounts whose outcomes are known who leaves, or grows, within a horizon."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from config.errors import Actionable
from config.models import ModelData, fingerprint
from health import candidates
from health.backtest import EVENTS_MIN, Horizon, ending
from health.calendars import Workdays
from health.candidates import Candidate, candidate
from health.drivers import subject
from health.measures import measures
from health.model import QUIET, RATE, score_knots
from health.policy import Policy
from store import history
from store.behaviours import behaviours
from store.database import Connection
from worker.backtest import SETTLED_DAYS, Refused
from worker.past import known

if TYPE_CHECKING:
    from worker.learning import Column, Fit

STEP_DAYS, WINDOWS_MOST = 30, 12
"""Training windows begin so many days apart, the last one so that its outcomes end in time."""
ACCOUNTS_MOST = 20_000
"""Accounts that are learned from, evenly spread; more would only take longer."""
OUTCOMES_MIN = 2 * EVENTS_MIN
"""Half of them to learn from, half to set the probabilities right by."""
_USE_DAYS = 28


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a model is to tell: a target within so many days, learned from what had ended by a day."""

    target: str
    horizon: int
    train_until: date


class Windows(NamedTuple):
    """Training windows by the day they begin, the oldest first, and the metrics that use was stated in."""

    by_day: Mapping[date, Sequence[Candidate]]
    metrics: tuple[str, ...]


def fit(connection: Connection, policy: Policy, workdays: Workdays, wanted: Wanted) -> ModelData:
    """Return the model that the facts teach. Raises `Refused` where too little is known.

    Needs the extra `fit`; raises `Actionable` without it.
    """
    learning = _learning()
    windows = _windows(connection, policy, workdays, wanted)
    _enough(windows, wanted)
    days, cases = [*windows.by_day], [*windows.by_day.values()]
    table = learning.table(candidates.names(windows.metrics), cases)
    ended = [day + timedelta(days=wanted.horizon) <= days[-1] for day in days]
    return _document(learning.learned(table, ended), days, cases, wanted)


def _learning() -> ModuleType:
    try:
        from worker import learning  # noqa: PLC0415 - needs the extra, and a second
    except ImportError as error:
        missing = error.name or "scikit-learn"
        raise Actionable(
            f"fitting needs the extra `fit` ({missing} is missing): pip install 'seatsignal[fit]'"
        ) from None
    return learning


# -- windows -----------------------------------------------------------------------------------------


def _windows(connection: Connection, policy: Policy, workdays: Workdays, wanted: Wanted) -> Windows:
    days = _days(wanted, history.extent(connection))
    metrics = behaviours(connection, days[0] - timedelta(_USE_DAYS), days[-1] - timedelta(1))
    wider = replace(policy, metrics=tuple(dict.fromkeys((*policy.metrics, *metrics))), model=None)
    one = _Learner(connection, wider, workdays, wanted, metrics)
    found = {day: [*one.cases(day)] for day in days}
    return Windows({day: cases for day, cases in found.items() if cases}, metrics)


def _days(wanted: Wanted, reach: history.Extent) -> list[date]:
    """Return the days that training windows begin on. Raises `Refused` where there is none."""
    if reach.last_outcome is None:
        raise Refused("there are no outcomes to learn from: import outcomes")
    end = min(filter(None, (reach.last_use, reach.last_outcome)))
    if wanted.train_until > end + timedelta(days=1):
        raise Refused(f"training until {wanted.train_until} is asked for; facts and outcomes end on {end}")
    last = wanted.train_until - timedelta(days=wanted.horizon)
    days = [last - timedelta(days=STEP_DAYS * back) for back in reversed(range(WINDOWS_MOST))]
    first = reach.first_use
    settled = [day for day in days if first is None or (day - first).days >= SETTLED_DAYS]
    if not settled:
        raise Refused(
            f"use begins on {first}: no window of {wanted.horizon} days after {SETTLED_DAYS} days of it "
            f"ends by {wanted.train_until}"
        )
    return settled


class _Learner:
    """Takes what accounts were like on days gone by, and what became of them."""

    def __init__(
        self,
        connection: Connection,
        policy: Policy,
        workdays: Workdays,
        wanted: Wanted,
        metrics: tuple[str, ...],
    ) -> None:
        self._connection = connection
        self._policy = policy
        self._workdays = workdays
        self._wanted = wanted
        self._metrics = metrics

    def cases(self, day: date) -> Iterator[Candidate]:
        """Yield the accounts that could meet the target as of a day."""
        connection, policy, wanted = self._connection, self._policy, self._wanted
        own = (QUIET, *(RATE + metric for metric in self._metrics))
        past = known(connection, [policy], self._workdays, day, own, ACCOUNTS_MOST)
        pulse, rows = past.pulses[0], past.rows
        within = Horizon(day, wanted.horizon)
        for ids in history.chunks(connection, ACCOUNTS_MOST):
            outcomes = history.outcomes(connection, ids)
            for row in islice(rows, len(ids)):
                became = ending(
                    wanted.target, outcomes.get(row.account, ()), row.terms, within, policy.renewals
                )
                if became is not None:
                    of = subject(row, day, policy, pulse, self._workdays, wanted.horizon)
                    found = measures(row, day, policy, pulse, self._workdays)
                    met = became.days is not None
                    yield candidate(of, found, pulse.peers, self._metrics, met=met)


def _enough(windows: Windows, wanted: Wanted) -> None:
    """Raise `Refused` where too few accounts met the target, or too few did not."""
    cases = [case for cases in windows.by_day.values() for case in cases]
    met = {case.account for case in cases if case.met}
    others = {case.account for case in cases} - met
    if min(len(met), len(others)) < OUTCOMES_MIN:
        raise Refused(
            f"{len(met)} of {len(met) + len(others)} accounts met the outcome ({wanted.target}) by "
            f"{wanted.train_until}: fewer than {OUTCOMES_MIN} that did, or that did not, teach nothing"
        )


# -- the model ---------------------------------------------------------------------------------------


def _document(
    found: "Fit", days: Sequence[date], windows: Sequence[Sequence[Candidate]], wanted: Wanted
) -> ModelData:
    """Return what was learned as a model's document."""
    cases = [case for window in windows for case in window]
    events = sum(case.met for case in cases)
    base = events / len(cases)
    document: dict[str, object] = {
        "format": "seatsignal-model/1",
        "target": wanted.target,
        "horizon_days": wanted.horizon,
        "trained_until": str(wanted.train_until),
        "windows": [str(day) for day in days],
        "cases": len(cases),
        "events": events,
        "base_rate": base,
        "intercept": found.intercept,
        "drivers": [_driver(column) for column in found.columns],
        "calibration": {
            "as_of": str(days[-1]),
            "apart": found.apart,
            "slope": found.slope,
            "shift": found.shift,
        },
        "points": [list(knot) for knot in score_knots(base)],
        "segment_by": candidates.SEGMENT,
    }
    return ModelData.model_validate({**document, "hash": fingerprint(document)})


def _driver(column: "Column") -> dict[str, object]:
    """Return a driver's part of the document; nothing is added at the mean of all."""
    return {**column._asdict(), "reference": column.mean}


def written(model: ModelData) -> str:
    """Return a model as its file holds it."""
    return json.dumps(model.model_dump(), indent=1) + "\n"
