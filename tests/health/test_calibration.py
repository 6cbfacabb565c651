"""Calibration on small cases whose answers are known, and against a search of all rising maps."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.calibration import brier_skill, calibration_error, monotone, probability

CASES = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=8)


def squared(told, events):
    return sum((one - event) ** 2 for one, event in zip(told, events, strict=True))


@given(CASES)
def test_the_map_rises_and_no_rising_map_on_a_grid_is_nearer(cases):
    scores, events = zip(*cases, strict=True)
    knots = monotone(scores, events)
    told = [probability(knots, score) for score in scores]
    values = sorted(set(scores))
    assert [probability(knots, score) for score in values] == sorted(
        probability(knots, score) for score in values
    )
    grid = [step / 12 for step in range(13)]
    for heights in combinations_with_replacement(grid, len(values)):
        other = dict(zip(values, heights, strict=True))
        assert squared(told, events) <= squared([other[score] for score in scores], events) + 1e-9


def test_between_stretches_the_map_is_straight_and_beyond_them_flat():
    knots = monotone([0, 10], [False, True])
    assert [probability(knots, score) for score in (-5, 0, 5, 10, 99)] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize(
    ("told", "met", "expected"),
    [(0.5, 50, 0.0), (0.8, 50, 0.3), (0.2, 50, 0.3), (1.0, 0, 1.0)],
    ids=["right", "too high", "too low", "all wrong"],
)
def test_calibration_error_of_one_probability(told, met, expected):
    events = [at < met for at in range(100)]
    assert calibration_error([told] * 100, events) == pytest.approx(expected)
    assert calibration_error([told] * 100, events[::-1]) == pytest.approx(expected)


def test_bins_have_as_many_cases_each():
    told = [at / 100 for at in range(100)]
    events = [at % 10 < at // 10 for at in range(100)]  # in the n-th ten, n of ten
    assert calibration_error(told, events) == pytest.approx(0.045)


@pytest.mark.parametrize(("told", "expected"), [([1, 1, 0, 0], 1.0), ([0.5] * 4, 0.0), ([0, 0, 1, 1], -3.0)])
def test_brier_skill(told, expected):
    assert brier_skill(told, [True, True, False, False]) == pytest.approx(expected)


def test_a_base_rate_that_is_never_wrong_has_no_rival():
    assert brier_skill([0.1], [False]) is None
