"""Plainly invented fleets, drawn from a seed: what the accounts do day by day, and their verdicts."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from health.features import FEATURE_DAYS, SERIES_DAYS, Features, Freshness, Pulse, Series, Term
from health.judge import judge
from health.measures import beat
from health.nouns import Assessment
from health.policy import Policy
from health.pulse import taken
from tests.health.examples import Weekends

START = date(2024, 9, 2)  # a Monday
FEATURES = 12
KINDS = frozenset({"subscriptions", "usage"})
Calm = Callable[[date], float]
"""The share of its usual activity that the fleet has on a day."""


@dataclass(frozen=True)
class Life:
    """What an account does from `START` on: users, events and features (as bits) of each day."""

    number: int
    term: Term
    users: Sequence[int]
    events: Sequence[int]
    features: Sequence[int]

    def at(self, as_of: date) -> Features:
        """The feature row of a day, from what was before it."""
        stop = (as_of - START).days
        first = max(0, stop - SERIES_DAYS)
        used = [day for day in range(stop) if self.users[day]]
        return Features(
            account=self.number,
            key=f"a{self.number}",
            sources=("files",),
            terms=(self.term,),
            series=Series(
                START + timedelta(first),
                {"active_users": _floats(self.users[first:stop]), "events": _floats(self.events[first:stop])},
                tuple(self._days_of(feature, stop) for feature in range(FEATURES)),
            ),
            first_used_on=START + timedelta(used[0]) if used else None,
            last_used_on=START + timedelta(used[-1]) if used else None,
        )

    def _days_of(self, feature: int, stop: int) -> int:
        back = range(min(FEATURE_DAYS, stop))
        return sum((self.features[stop - 1 - day] >> feature & 1) << day for day in back)


def _floats(values: Sequence[int]) -> "array[float]":
    return array("d", map(float, values))


def fleet(size: int, days: int, calm: Calm = lambda _: 1.0, seed: int = 7) -> list[Life]:
    """Accounts with few and many seats, keen and slack, deep and shallow, rising and falling."""
    draw = Random(seed)
    return [_life(number, days, calm, draw) for number in range(1, size + 1)]


def _life(number: int, days: int, calm: Calm, draw: Random) -> Life:
    seats, keen, deep = draw.choice((2, 5, 10, 25, 50)), draw.random() ** 2, draw.lognormvariate(1.5, 0.5)
    drift = draw.gauss(0, 0.003)
    tastes = [draw.random() for _ in range(FEATURES)]
    users, events, features = [], [], []
    for on in (START + timedelta(day) for day in range(days)):
        chance = keen * (1 + drift) ** (on - START).days * calm(on) * (0.1 if on.weekday() > 4 else 1.0)
        there = sum(draw.random() < chance for _ in range(seats))
        acts = sum(draw.randint(1, round(2 * deep) + 1) for _ in range(there))
        users.append(there)
        events.append(acts)
        chances = (taste * acts / (acts + 20) for taste in tastes)
        features.append(sum((draw.random() < chance) << at for at, chance in enumerate(chances)))
    term = Term(f"s{number}", START - timedelta(draw.randint(100, 300)), date(2026, 1, 1), seats=seats)
    return Life(number, term, users, events, features)


def verdicts(lives: Sequence[Life], as_of: date, policy: Policy) -> list[Assessment]:
    """What is said of the fleet on a day, beside the pulse of that day."""
    fresh = {"files": Freshness(KINDS, as_of - timedelta(1))}
    rows = [life.at(as_of) for life in lives]
    beats = [beat(row, as_of, policy, Pulse(fresh), Weekends()) for row in rows]
    pulse = taken(fresh, beats, policy.fleet_accounts_min, policy.rest_pct)
    return [judge(row, as_of, policy, pulse, Weekends()) for row in rows]
