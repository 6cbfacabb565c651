import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.chance import wilson
from health.figures.share import mean, portion, share, total
from health.figures.spread import spread
from health.nouns import NOT_APPLICABLE

COUNTS = st.integers(0, 10_000)


def test_a_share_knows_its_sides_and_its_interval_in_per_cent():
    assert share(60, 100) == pytest.approx((60, 100, 60.0, 50.20, 69.06), abs=5e-3)


def test_a_share_of_nothing_is_not_applicable_and_not_zero():
    assert share(0, 0)[2:] == (NOT_APPLICABLE,) * 3
    assert mean(0, 0).mean is NOT_APPLICABLE


def test_more_than_the_whole_is_shown_without_an_interval():
    assert share(12, 10) == (12, 10, 120.0, NOT_APPLICABLE, NOT_APPLICABLE)


def test_amounts_are_no_trials_and_have_no_interval():
    assert portion(3, 4) == (3, 4, 75.0, NOT_APPLICABLE, NOT_APPLICABLE)
    assert total([portion(3, 4), portion(1, 4)]) == portion(4, 8)


@given(st.lists(st.tuples(COUNTS, COUNTS)))
def test_a_total_adds_parts_and_wholes_and_never_percentages(pairs):
    found = total([share(min(pair), max(pair)) for pair in pairs])
    assert found == share(sum(map(min, pairs)), sum(map(max, pairs)))


@given(COUNTS, COUNTS)
def test_the_interval_holds_the_share(one, other):
    part, whole = min(one, other), max(one, other)
    if whole:
        low, high = wilson(part, whole)
        assert 0 <= low <= part / whole + 1e-12
        assert part / whole - 1e-12 <= high <= 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], (0, *[NOT_APPLICABLE] * 4)),
        ([7], (1, 7, 7, 7, 7)),
        ([4, 1, 3, 2], (4, 1.75, 2.5, 3.25, 2.5)),
        ([1, 1, 1, 97], (4, 1, 1, 25, 25)),  # the mean of an outlier is nobody's
    ],
)
def test_spread(values, expected):
    assert spread(values) == expected
