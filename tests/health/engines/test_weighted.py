from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.engines.weighted import score
from health.nouns import NOT_APPLICABLE
from health.policy import Cap, Weight
from health.rules import Findings
from tests.health.examples import profile

PROFILE = replace(
    profile(),
    weights=tuple(
        Weight(name, points) for name, points in zip("abcd", (40.0, 30.0, 20.0, 10.0), strict=True)
    ),
    caps=(Cap("payment", 7_400), Cap("intent", 4_900)),
)
values = st.one_of(st.floats(0, 100), st.none(), st.just(NOT_APPLICABLE))
states = st.sampled_from([0.0, 1.0, None, NOT_APPLICABLE])


def findings(lines, caps=(0.0, 0.0)):
    worded = [tuple((value, f"line {i}") for i, value in enumerate(given)) for given in (lines, caps)]
    return Findings(worded[0], worded[1], [], [], [], [], "", "")


@pytest.mark.parametrize(
    ("lines", "points", "low", "high", "coverage"),
    [
        ((100, 100, 100, 100), 10_000, 10_000, 10_000, 1.0),
        ((0, 0, 0, 0), 0, 0, 0, 1.0),
        ((50, 50, 50, 50), 5_000, 5_000, 5_000, 1.0),
        ((50, 50, 50, None), 5_000, 4_500, 5_500, 0.9),
        ((50, 50, 50, NOT_APPLICABLE), 5_000, 5_000, 5_000, 1.0),
        ((100, None, None, None), 10_000, 4_000, 10_000, 0.4),
        ((None, None, None, None), 5_000, 0, 10_000, 0.0),
        ((NOT_APPLICABLE,) * 4, 5_000, 0, 10_000, 0.0),
    ],
)
def test_unknown_weight_is_spread_and_widens_the_interval(lines, points, low, high, coverage):
    found = score(findings(lines), PROFILE)
    assert (found.points, found.low, found.high) == (points, low, high)
    assert found.coverage == pytest.approx(coverage)


@pytest.mark.parametrize(
    ("caps", "points", "low", "high", "lines"),
    [
        ((0.0, 0.0), 10_000, 10_000, 10_000, []),
        ((1.0, 0.0), 7_400, 7_400, 7_400, [("cap:payment", -2_600)]),
        ((0.0, 1.0), 4_900, 4_900, 4_900, [("cap:intent", -5_100)]),
        ((1.0, 1.0), 4_900, 4_900, 4_900, [("cap:payment", -2_600), ("cap:intent", -2_500)]),
        ((None, 0.0), 10_000, 7_400, 10_000, []),
        ((NOT_APPLICABLE, None), 10_000, 4_900, 10_000, []),
    ],
)
def test_a_cap_is_a_line_of_its_own(caps, points, low, high, lines):
    found = score(findings((100, 100, 100, 100), caps), PROFILE)
    assert (found.points, found.low, found.high) == (points, low, high)
    caps_found = [(line.name, line.points) for line in found.contributions if line.name.startswith("cap:")]
    assert caps_found == lines


def test_a_cap_above_the_score_changes_nothing():
    found = score(findings((20, 20, 20, 20), (1.0, 1.0)), PROFILE)
    assert found.points == 2_000
    assert sum(line.points for line in found.contributions) == -8_000


@given(st.tuples(values, values, values, values), st.tuples(states, states))
def test_contributions_sum_exactly_and_the_interval_holds_the_score(lines, caps):
    found = score(findings(lines, caps), PROFILE)
    assert 10_000 + sum(line.points for line in found.contributions) == found.points
    assert 0 <= found.low <= found.points <= found.high <= 10_000
    assert 0.0 <= found.coverage <= 1.0
    assert all(line.points <= 0 for line in found.contributions)


@given(st.tuples(*[st.floats(0, 100)] * 4), st.integers(0, 3), st.floats(0, 100))
def test_the_interval_holds_what_an_unknown_turns_out_to_be(lines, hidden, truth):
    unknown = tuple(None if i == hidden else value for i, value in enumerate(lines))
    known = tuple(truth if i == hidden else value for i, value in enumerate(lines))
    found = score(findings(unknown), PROFILE)
    assert found.low <= score(findings(known), PROFILE).points <= found.high
