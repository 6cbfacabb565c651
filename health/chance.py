"""Chance: how likely a count as low as this is when nothing has changed, and how sure a rate is."""

from math import exp, lgamma, log, sqrt
from typing import NamedTuple

_NEGLIGIBLE = 1e-17  # of the sum: below what a double can hold


_Z = 1.959964  # of 95 %


def wilson(count: float, of: float) -> tuple[float, float]:
    """Return the 95 % interval of a rate, 0 to 1, by Wilson; 0 to 1 where there is nothing to count.

    Unlike the usual interval it lies within 0 and 1 and has a width where all, or none, are counted.
    """
    if of <= 0:
        return 0.0, 1.0
    rate, spread = min(1.0, max(0.0, count / of)), _Z * _Z / of
    middle = rate + spread / 2
    half = sqrt(spread * (rate * (1 - rate) + spread / 4))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


class Share(NamedTuple):
    """A share with what it is of, and its 95 % interval by Wilson; `None` of nothing."""

    hits: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """What it is likely between."""
        return wilson(self.hits, self.of) if self.of else None


def at_most(count: int, of: int, rate: float) -> float:
    """Return P(X ≤ ``count``) for X binomial: so few of so many, by a rate of 0 to 1, or fewer."""
    return at_least(of - count, of, 1 - rate)


def at_least(count: int, of: int, rate: float) -> float:
    """Return P(X ≥ ``count``) for X binomial: so many of so many, by a rate of 0 to 1, or more."""
    if not 0 < rate < 1:
        return float(count <= of * (rate >= 1))
    odds = log(rate) - log(1 - rate)
    whole = lgamma(of + 1) + of * log(1 - rate)
    terms = (whole - lgamma(k + 1) - lgamma(of - k + 1) + k * odds for k in range(count, of + 1))
    return min(1.0, sum(map(exp, terms)))


def chance(count: float, expected: float) -> float:
    """Return P(X ≤ ``count``) for X Poisson with mean ``expected``: one-sided, exact to a double.

    1 when nothing is expected, 0 when ``count`` is negative. The terms are added from the largest down.
    """
    if expected <= 0:
        return 1.0
    if count < 0:
        return 0.0
    k = int(count)
    if k >= expected:
        return 1.0 - _above(k, expected)
    term = exp(k * log(expected) - expected - lgamma(k + 1))
    total = 0.0
    while term > total * _NEGLIGIBLE:
        total += term
        term *= k / expected
        k -= 1
    return total


def _above(k: int, expected: float) -> float:
    """Return P(X > k) for k at or above the mean, where the terms above fall."""
    k += 1
    term = exp(k * log(expected) - expected - lgamma(k + 1))
    total = 0.0
    while term > total * _NEGLIGIBLE:
        total += term
        k += 1
        term *= expected / k
    return total
