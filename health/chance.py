"""Chance: how likely a count as low as this is, when nothing has changed."""

from math import exp, lgamma, log

_NEGLIGIBLE = 1e-17  # of the sum: below what a double can hold


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
