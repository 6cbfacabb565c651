"""Apart: how far two shares differ over strata, between what, and how likely chance alone does as much.

The interval is Miettinen and Nurminen's (1985) score interval, with strata by Mantel and Haenszel's weights:
it holds for few cases, small strata and arms of unlike size, where the usual interval claims too much. The
chance is exact: given how many of each stratum met the outcome, only who is in which arm was drawn, which
is Fisher's test over strata (Birch 1964, Gart 1970). By it false claims are no more than the level, always.
"""

from collections.abc import Sequence
from functools import reduce
from math import acos, cos, exp, lgamma, pi, sqrt
from statistics import NormalDist
from typing import NamedTuple

_HALVINGS = 40  # of an interval of two: far below what is ever shown


class Stratum(NamedTuple):
    """Accounts of one kind: how many of each arm met the outcome, of how many."""

    met: int
    of: int
    met_without: int
    of_without: int

    @property
    def weight(self) -> float:
        """Mantel and Haenszel's weight: 0 where either arm is empty, and nothing can be compared."""
        return self.of * self.of_without / (self.of + self.of_without) if self.of and self.of_without else 0.0

    @property
    def apart(self) -> float:
        """The share of the first arm less that of the second, neither of which is empty."""
        return self.met / self.of - self.met_without / self.of_without


class Apart(NamedTuple):
    """How far two shares are apart, -1 to 1, with its interval."""

    by: float
    low: float
    high: float


def apart(strata: Sequence[Stratum], alpha: float) -> Apart | None:
    """Return how far apart the arms are, at a level of 1 - ``alpha``; `None` if none can be compared."""
    compared = [stratum for stratum in strata if stratum.weight]
    if not compared:
        return None
    by = _weighted(compared, 0.0)
    z = NormalDist().inv_cdf(1 - alpha / 2)
    return Apart(by, _bound(compared, -1.0, by, z), _bound(compared, 1.0, by, z))


def _weighted(strata: Sequence[Stratum], delta: float) -> float:
    """Return by how much the arms are further apart than ``delta``."""
    total = sum(stratum.weight for stratum in strata)
    return sum(stratum.weight * (stratum.apart - delta) for stratum in strata) / total


def _bound(strata: Sequence[Stratum], outside: float, inside: float, z: float) -> float:
    """Return the difference nearest to ``outside`` that the score test does not reject, by halving."""
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        if abs(_weighted(strata, middle)) > z * _error(strata, middle):
            outside = middle
        else:
            inside = middle
    return inside


def _error(strata: Sequence[Stratum], delta: float) -> float:
    """Return the standard error of the difference, were it truly ``delta``."""
    total = sum(stratum.weight for stratum in strata)
    return sqrt(sum(stratum.weight**2 * _variance(stratum, delta) for stratum in strata)) / total


def _variance(stratum: Stratum, delta: float) -> float:
    """Return the variance of a stratum's difference by the shares that are likeliest if it is ``delta``."""
    without = _likeliest(stratum, delta)
    share, n = without + delta, stratum.of + stratum.of_without
    spread = share * (1 - share) / stratum.of + without * (1 - without) / stratum.of_without
    return max(0.0, spread) * n / (n - 1)


def _likeliest(stratum: Stratum, delta: float) -> float:
    """Return the likeliest share of the second arm, the first being ``delta`` above it: a cubic's root."""
    _, of, met_without, of_without = stratum
    n, met = of + of_without, stratum.met + met_without
    square = ((of + 2 * of_without) * delta - n - met) / (3 * n)
    linear = ((of_without * delta - n - 2 * met_without) * delta + met) / (3 * n)
    constant = met_without * delta * (1 - delta) / n
    q = square**3 - 3 * square * linear / 2 + constant / 2
    p = sqrt(max(0.0, square**2 - linear)) * (1 if q >= 0 else -1)
    turn = (pi + acos(min(1.0, max(-1.0, q / p**3)))) / 3 if p else pi / 2
    return min(1 - max(0.0, delta), max(0.0, -delta, 2 * p * cos(turn) - square))


def chance(strata: Sequence[Stratum]) -> float:
    """Return how likely the arms are as far apart, or further, if the arm makes no difference.

    It is twice the likelihood of one side, so that a claim for either is half of it.
    """
    compared = [stratum for stratum in strata if stratum.weight]
    spread = reduce(_summed, map(_drawn, compared), [1.0])
    least = sum(_fewest(stratum) for stratum in compared)
    at = sum(stratum.met for stratum in compared) - least
    return min(1.0, 2 * min(sum(spread[: at + 1]), sum(spread[at:])))


def _fewest(stratum: Stratum) -> int:
    """Return the fewest of the first arm that can have met the outcome: all others are in the second."""
    return max(0, stratum.met + stratum.met_without - stratum.of_without)


def _drawn(stratum: Stratum) -> list[float]:
    """Return how likely each number of the first arm is, from the fewest on, of those who met the outcome."""
    met = stratum.met + stratum.met_without
    n = stratum.of + stratum.of_without
    ways = _ways(n, stratum.of)
    numbers = range(_fewest(stratum), min(met, stratum.of) + 1)
    return [exp(_ways(met, k) + _ways(n - met, stratum.of - k) - ways) for k in numbers]


def _ways(of: int, chosen: int) -> float:
    """Return the logarithm of in how many ways so many can be chosen."""
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)


def _summed(one: Sequence[float], other: Sequence[float]) -> list[float]:
    """Return how likely each sum of two independent numbers is."""
    found = [0.0] * (len(one) + len(other) - 1)
    for at, likely in enumerate(one):
        for beside, also in enumerate(other):
            found[at + beside] += likely * also
    return found
