"""Backtest: judge accounts as of days gone by, and look at what became of them.

Accounts come in chunks: what is in memory grows with the cases alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from config.errors import Actionable
from health.backtest import EVENTS_MIN, EXPANDED, Case, Ending, Horizon, Outcomes, ending, enough, rank
from health.calendars import Workdays
from health.engines.fitted import likelihood
from health.facts import book, urgency
from health.features import Features, Pulse
from health.judge import judge
from health.measures import measures
from health.model import Model
from health.nouns import Assessment
from health.policy import Policy
from health.rules import measures_of
from store import history
from store.database import Connection
from worker.past import known

SETTLED_DAYS = 60
"""Days of use before a day that calibration is learned as of: a score without a past tells little."""


class Refused(Actionable):
    """The facts do not reach far enough for what is asked, or too few outcomes are known."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: was the target foreseen as of these days, within so many days?

    Calibration is learned from windows whose outcomes end on or before ``train_until``.
    """

    as_of: tuple[date, ...]
    horizon: int
    target: str
    train_until: date


@dataclass(frozen=True, slots=True)
class Answer:
    """The cases of the question by day, what calibration was learned from, and who was not known enough."""

    cases: Mapping[date, Sequence[Case]]
    trained: Mapping[date, Sequence[Case]]
    unknown_inputs: Mapping[str, float]

    @property
    def pooled(self) -> list[Case]:
        """The cases of all days."""
        return [case for of_day in self.cases.values() for case in of_day]


def asked(connection: Connection, policy: Policy, workdays: Workdays, question: Question) -> Answer:
    """Answer a question from the facts there are. Raises `Refused` where they do not reach far enough."""
    reach = history.extent(connection)
    _check(question, reach)
    unknown: Counter[str] = Counter()
    one = Then(connection, policy, workdays, question)
    found = Answer({day: [*one.cases(day, unknown)] for day in question.as_of}, {}, {})
    total = len(found.pooled)
    if not enough(found.pooled):
        met = sum(case.met for case in found.pooled)
        raise Refused(
            f"{met} of {total} accounts met the outcome: fewer than {EVENTS_MIN} that did, or that did not, "
            "tell nothing"
        )
    days = [] if policy.model else _training(question, reach)
    trained = {day: [*one.cases(day, Counter())] for day in days}
    return replace(
        found, trained=trained, unknown_inputs={name: unknown[name] / total for name in sorted(unknown)}
    )


def _check(question: Question, reach: history.Extent) -> None:
    if reach.last_outcome is None:
        raise Refused("there are no outcomes to compare with: import outcomes")
    end = min(filter(None, (reach.last_use, reach.last_outcome)))
    for day in question.as_of:
        last = Horizon(day, question.horizon).last
        if last > end:
            raise Refused(f"{question.horizon} days from {day} end on {last}, facts and outcomes on {end}")
    if question.train_until > min(question.as_of):
        raise Refused(f"training until {question.train_until} looks past the first day that is asked of")


def suited(model: Model, question: Question) -> None:
    """Raise `Refused` where a model was fitted to another question, or to outcomes of the days asked of."""
    if (model.target, model.horizon_days) != (question.target, question.horizon):
        raise Refused(f"the model tells of {model.target} within {model.horizon_days} days: ask for that")
    if model.trained_until > min(question.as_of):
        raise Refused(f"the model was fitted until {model.trained_until}: later than the first day asked of")


def _training(question: Question, reach: history.Extent) -> list[date]:
    """Return the day to learn calibration as of, one horizon back, if there is enough use before it."""
    day = question.train_until - timedelta(days=question.horizon)
    if reach.first_use is None or (day - reach.first_use).days < SETTLED_DAYS:
        return []
    return [day]


class Then:
    """Judges accounts as of days gone by, each by what was known then."""

    def __init__(
        self, connection: Connection, policy: Policy, workdays: Workdays, question: Question
    ) -> None:
        self._connection = connection
        self._policy = policy
        self._workdays = workdays
        self._question = question

    def cases(self, day: date, unknown: Counter[str]) -> Iterator[Case]:
        """Yield the cases as of a day, and count the inputs that are unknown of them."""
        (pulse,), rows, _ = known(self._connection, [self._policy], self._workdays, day)
        for ids in history.chunks(self._connection):
            outcomes = history.outcomes(self._connection, ids)
            sizes = history.size_bands(self._connection, ids)
            for row in islice(rows, len(ids)):
                became = self._ending(day, row, outcomes.get(row.account, ()))
                if became is not None:
                    case, found = self._case(day, row, pulse, became, sizes.get(row.account, ""))
                    unknown.update(name for name, value in found.inputs.items() if value is None)
                    yield case

    def _ending(self, day: date, row: Features, outcomes: Outcomes) -> Ending | None:
        within = Horizon(day, self._question.horizon)
        return ending(self._question.target, outcomes, row.terms, within, self._policy.renewals)

    def _case(
        self, day: date, row: Features, pulse: Pulse, became: Ending, size: str
    ) -> tuple[Case, Assessment]:
        found = judge(row, day, self._policy, pulse, self._workdays)
        target, rules = self._question.target, self._policy.renewals
        account = book(row, day, rules, self._workdays)
        likely = self._likely(found)
        case = Case(
            account=row.account,
            as_of=day,
            rank=rank(target, found) if likely is None else likely,
            urgency=urgency(account, found.score, rules),
            priority=float(found.facts.get("priority") or 0),
            health=found.score.points // 100,
            days=became.days,
            segments=(row.customer_type, size, row.region or row.country),
            triggers=self._triggers(day, row, pulse) if target == EXPANDED else (),
            likely=likely,
        )
        return case, found

    def _likely(self, found: Assessment) -> float | None:
        """Return the probability that the policy's model tells; `None` where it has none."""
        model = self._policy.model
        return likelihood(model, measures_of(found.inputs, found.traits)) if model else None

    def _triggers(self, day: date, row: Features, pulse: Pulse) -> tuple[str, ...]:
        found = self._policy.rules(measures(row, day, self._policy, pulse, self._workdays))
        return tuple(name for name, _ in found.triggers)
