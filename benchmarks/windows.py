"""Verdicts whose windows are cut from packed series, against the same with every sum ready-made.

The rival's rows hold no series. What is measured of use is at hand for each account, so that it neither adds
up a day nor divides anything: less than a row of ready-made sums would leave to do.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from unittest.mock import patch

from benchmarks import databases
from benchmarks.book import AS_OF, deployed, fill, multiply
from benchmarks.measure import Result, rates
from health import measures
from health.features import Features
from health.judge import judge
from health.nouns import Assessment
from health.rules import UseMeasures
from health.seats import Activity, activity
from health.use import use_measures
from store import features
from worker.pulse import take_pulse

MODELS, ACCOUNTS = 100, 5_000
GOAL = 3
Packed = Sequence[bytes]
Judge = Callable[[Features], Assessment]


class OtherVerdicts(Exception):  # noqa: N818 - named by what happened
    """The rival came to another verdict, so that it is none."""


def results() -> Iterator[Result]:
    """Yield the figure of this module."""
    with databases.sqlite() as database:
        fill(database, MODELS)
        multiply(database, ACCOUNTS)
        deployment = deployed(database)
        with deployment.database.write() as connection:
            pulse = take_pulse(deployment, connection, AS_OF)
            rows = list(features.stored(connection, 1, ACCOUNTS, run=1, stale_only=False))
        policy, workdays = deployment.policy, deployment.workdays
        deployment.database.close()

    def judged(row: Features) -> Assessment:
        return judge(row, AS_OF, policy, pulse, workdays)

    yield _windows(rows, judged)


def _windows(rows: Sequence[Features], judged: Judge) -> Result:
    ready = Ready(rows, judged)
    bare = [replace(row, series=None) for row in rows]
    with ready.at_hand():
        if [judged(row) for row in bare] != ready.verdicts:
            raise OtherVerdicts
    ours, theirs = ([features.pack(row) for row in each] for each in (rows, bare))

    def rival() -> None:
        with ready.at_hand():
            _judge_each(theirs, judged)

    mine, sums = rates((lambda: _judge_each(ours, judged), len(rows)), (rival, len(rows)))
    return Result("assess_windows", mine, "accounts/s", "ready-made sums", sums / mine, GOAL, at_most=True)


def _judge_each(packed: Packed, judged: Judge) -> None:
    """Unpack and judge each, and keep nothing of it: a growing heap would be what is measured."""
    deque(map(judged, map(features.unpack, packed)), maxlen=0)


class Ready:
    """What windows of use come to, by account, and the verdicts that rest on it."""

    def __init__(self, rows: Sequence[Features], judged: Judge) -> None:
        """Take it down while the accounts are judged."""
        self._active: dict[int, Activity] = {}
        self._use: dict[int, UseMeasures] = {}
        noting = (self._noting_activity(activity), self._noting_use(use_measures))
        with patch.multiple(measures, activity=noting[0], use_measures=noting[1]):
            self.verdicts = [judged(row) for row in rows]

    def at_hand(self) -> ExitStack:
        """Judge by what was taken down."""
        stack = ExitStack()
        for name, found in (
            ("track", lambda *_: True),  # that there is one is all that is asked
            ("activity", lambda features, *_: self._active[features.account]),
            ("use_measures", lambda features, *_: self._use[features.account]),
        ):
            stack.enter_context(patch.object(measures, name, found))
        return stack

    def _noting_activity(self, take: Callable[..., Activity]) -> Callable[..., Activity]:
        def noted(row: Features, *rest: object) -> Activity:
            return self._active.setdefault(row.account, take(row, *rest))

        return noted

    def _noting_use(self, take: Callable[..., UseMeasures]) -> Callable[..., UseMeasures]:
        def noted(row: Features, *rest: object) -> UseMeasures:
            return self._use.setdefault(row.account, take(row, *rest))

        return noted
