from math import exp, factorial, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.chance import chance, wilson


@given(st.integers(0, 60), st.floats(0.01, 60))
def test_it_is_the_sum_of_the_poisson_terms(count, expected):
    plain = sum(exp(-expected) * expected**k / factorial(k) for k in range(count + 1))
    assert chance(count, expected) == pytest.approx(plain, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("count", "expected", "answer"),
    [(0, 0.0, 1.0), (5, -1.0, 1.0), (-1, 5.0, 0.0), (0, 3.0, exp(-3)), (1e6, 2e6, 0.0), (2e6, 1e6, 1.0)],
)
def test_ends(count, expected, answer):
    assert chance(count, expected) == pytest.approx(answer)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (18, 20, 0.6990, 0.9721),
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 20, 0.0089, 0.2361),
        (60, 100, 0.5020, 0.6906),
        (900, 1000, 0.8798, 0.9171),
        (1, 2, 0.0945, 0.9055),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 0, 0.0, 1.0),
        (7, 5, 0.5655, 1.0),
        (-2, 5, 0.0, 0.4345),
    ],
)
def test_the_interval_of_a_rate(count, of, low, high):
    assert wilson(count, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_its_ends_are_the_rates_from_which_the_count_is_as_far_as_95_per_cent_allow(counted):
    count, of = counted
    low, high = wilson(count, of)
    assert 0 <= low <= count / of + 1e-12 <= high + 2e-12 <= 1 + 2e-12
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            assert abs(count / of - end) == pytest.approx(1.959964 * sqrt(end * (1 - end) / of), rel=1e-6)
