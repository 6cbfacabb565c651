"""Model: what was learned of accounts that left and of those that stayed, as plain numbers.

The logarithm of the odds is the intercept plus, for each driver, coefficient times (value minus reference),
the value on the driver's own scale. Nothing here needs a library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import exp, log, log1p

from health.nouns import Input, NotApplicable
from health.rules import NUMBERS

RATE, QUIET = "rate:", "quiet"
"""The drivers that are told against the median of all accounts on the same day."""
_TINY = 1e-9
_ODDS_MAX = 30.0  # beyond it no probability differs from 0 or 1


def against_peers(name: str) -> bool:
    """Say whether a driver is told against the median of all accounts."""
    return name == QUIET or name.startswith(RATE)


def scaled(scale: str, value: float) -> float:
    """Return a value on a scale: ``plain``, ``log`` for what is a multiple, ``log1p`` for what is counted."""
    if scale == "log":
        return log(max(value, _TINY))
    return log1p(max(value, 0.0)) if scale == "log1p" else value


PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Learned:
    """A driver, with what was learned of it; all but its name on its scale.

    ``mean`` and ``sd`` are of the accounts it was learned from; a value outside ``least`` and ``most`` counts
    as these. At ``reference`` the driver adds nothing. ``usual`` is what stands in for an unknown value, by
    segment; the one of "" is of all.
    """

    name: str
    scale: str
    coefficient: float
    reference: float
    mean: float
    sd: float
    least: float
    most: float
    usual: Mapping[str, float]

    @property
    def weight(self) -> float:
        """How far the driver moves one account's odds against another's."""
        return abs(self.coefficient) * self.sd

    def odds(self, value: float) -> float:
        """Return what a value, on the driver's scale, adds to the logarithm of the odds."""
        return self.coefficient * (min(max(value, self.least), self.most) - self.reference)

    def filling(self, segment: str) -> float:
        """Return what stands in for an unknown value in a segment."""
        return self.usual.get(segment, self.usual[""])

    def added(self, value: Input, segment: str) -> float:
        """Return what a value adds; what does not apply adds nothing, what is unknown is filled in."""
        if isinstance(value, NotApplicable):
            return 0.0
        return self.odds(self.filling(segment) if value is None else scaled(self.scale, value))


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned of a target within ``horizon_days``, from outcomes that had come by ``trained_until``.

    ``knots`` map a probability to a score in hundredths. ``segment_by`` is the trait that fillings go by.
    ``windows`` are the days it was learned as of.
    ``hash`` names the whole.
    """

    target: str
    horizon_days: int
    trained_until: date
    base_rate: float
    intercept: float
    learned: tuple[Learned, ...]
    windows: tuple[date, ...]
    knots: tuple[tuple[float, float], ...]
    segment_by: str
    hash: str

    @property
    def drivers(self) -> tuple[str, ...]:
        """The drivers that are no measures: they are taken of an account for the model alone."""
        return tuple(each.name for each in self.learned if each.name not in NUMBERS)

    @property
    def against_peers(self) -> tuple[str, ...]:
        """The drivers that need the median of all accounts on the day."""
        return tuple(filter(against_peers, self.drivers))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The daily metrics that a feature row must hold."""
        return tuple(name.removeprefix(RATE) for name in self.drivers if name.startswith(RATE))

    def probability(self, values: Mapping[str, Input], segment: str) -> float:
        """Return how likely the target is of an account within the horizon."""
        return chance_of(
            self.intercept + sum(each.added(values.get(each.name), segment) for each in self.learned)
        )

    def height(self, odds: float) -> float:
        """Return the score, in hundredths and before it is rounded, that a logarithm of odds comes to."""
        likely = chance_of(odds)
        for (x0, y0), (x1, y1) in pairwise(self.knots):
            if likely <= x1:
                return y0 + (likely - x0) * (y1 - y0) / (x1 - x0)
        return self.knots[-1][1]


def chance_of(odds: float) -> float:
    """Return the probability that a logarithm of odds stands for."""
    return 1.0 / (1.0 + exp(-min(max(odds, -_ODDS_MAX), _ODDS_MAX)))


def score_knots(base_rate: float) -> tuple[tuple[float, float], ...]:
    """Return the map from a probability to a score: nothing is 100, three times the base rate 50, sure 0.

    Where three times the base rate is no probability, or nearly sure, 50 is halfway from it to 1.
    """
    middle = min(3 * base_rate, (1 + base_rate) / 2)
    return ((0.0, 10_000.0), (middle, 5_000.0), (1.0, 0.0))
