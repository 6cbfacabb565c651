import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.bands import RANK, band, worse
from health.nouns import Score
from health.policy import Bands
from tests.health.examples import policy


@pytest.mark.parametrize(
    ("points", "coverage", "expected"),
    [
        (0, 1.0, "at_risk"),
        (4_999, 1.0, "at_risk"),
        (5_000, 1.0, "watch"),
        (7_499, 1.0, "watch"),
        (7_500, 1.0, "healthy"),
        (10_000, 1.0, "healthy"),
        (0, 0.6, "at_risk"),
        (10_000, 0.599, "unknown"),
        (0, 0.0, "unknown"),
    ],
)
def test_edges_belong_to_the_better_band(points, coverage, expected):
    assert band(Score(points, 0, 10_000, coverage, ()), policy().bands) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("at_risk", "watch", True),
        ("watch", "healthy", True),
        ("watch", "watch", False),
        ("healthy", "at_risk", False),
        ("unknown", "healthy", False),
        ("at_risk", "unknown", False),
    ],
)
def test_worse(now, before, expected):
    assert worse(now, before) is expected


edges = st.tuples(st.integers(1, 9_998), st.integers(1, 9_999)).filter(lambda pair: pair[0] < pair[1])


@given(edges, st.integers(0, 10_000), st.floats(0.6, 1))
def test_every_score_lies_in_exactly_one_band_and_edges_belong_to_the_better(pair, points, coverage):
    watch_from, healthy_from = pair
    found = band(Score(points, 0, 10_000, coverage, ()), Bands(watch_from, healthy_from, 500, 0.6))
    lies = {
        "at_risk": 0 <= points < watch_from,
        "watch": watch_from <= points < healthy_from,
        "healthy": healthy_from <= points <= 10_000,
    }
    assert [name for name, inside in lies.items() if inside] == [found]


@given(edges, st.sampled_from([-1, 0, 1]), st.sampled_from([0, 1]))
def test_at_an_edge_the_better_band_begins(pair, off, which):
    edge = pair[which]
    found = band(Score(edge + off, 0, 10_000, 1.0, ()), Bands(*pair, 500, 0.6))
    better = ("watch", "healthy")[which]
    assert (found == better or RANK[found] > RANK[better]) is (off >= 0)


@given(edges, st.integers(0, 9_999), st.floats(0, 1), st.floats(0.01, 1))
def test_a_better_score_is_never_in_a_worse_band_and_too_little_known_in_none(pair, points, coverage, least):
    bands = Bands(*pair, 500, least)
    low, high = (band(Score(each, 0, 10_000, coverage, ()), bands) for each in (points, points + 1))
    assert (low == "unknown") is (high == "unknown") is (coverage < least)
    assert not worse(high, low)
