from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.chance import chance


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
