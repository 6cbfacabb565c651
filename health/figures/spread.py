"""Spread: how a figure lies over accounts, and not only its mean."""

from collections.abc import Iterable
from statistics import fmean, quantiles
from typing import NamedTuple

from health.nouns import NOT_APPLICABLE, Input


class Spread(NamedTuple):
    """Quartiles, median and mean of ``size`` values; all not applicable where there are none."""

    size: int
    quartile_1: Input
    median: Input
    quartile_3: Input
    mean: Input


def spread(values: Iterable[float]) -> Spread:
    """Return how the values lie; quartiles are interpolated between the values that are there."""
    found = sorted(values)
    if not found:
        return Spread(0, *[NOT_APPLICABLE] * 4)
    if len(found) == 1:
        return Spread(1, *found * 4)
    first, middle, third = quantiles(found, n=4, method="inclusive")
    return Spread(len(found), first, middle, third, fmean(found))
