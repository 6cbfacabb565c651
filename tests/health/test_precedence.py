"""Which notice leaves first: by what is at stake, and by how long it has waited."""

import pytest
from hypothesis import given, strategies

from health.precedence import HEAD_START_MS, at_stake, head_start_ms

MINUTE_MS = 60_000
DOUBLING_MS = 36 * MINUTE_MS


@pytest.mark.parametrize(
    ("priority", "severity", "stake"),
    [(0, "", 0), (-3, "high", 0), (9_226.4, "", 9_226), (9_226.4, "normal", 9_226), (100, "high", 1_600)],
)
def test_what_is_at_stake(priority, severity, stake):
    assert at_stake(priority, severity) == stake


@pytest.mark.parametrize(
    ("stake", "minutes"),
    [(0, 0), (1, 36), (3, 72), (2**20 - 1, 720), (2**40 - 1, 1_440), (2**60, 1_440), (None, 1_440)],
)
def test_the_head_start_of_a_stake(stake, minutes):
    assert head_start_ms(stake) == minutes * MINUTE_MS


@given(strategies.integers(0, 2**45), strategies.integers(0, 2**45))
def test_more_at_stake_is_never_behind_and_no_head_start_is_longer_than_a_day(one, other):
    less, more = sorted((one, other))
    assert 0 <= head_start_ms(less) <= head_start_ms(more) <= HEAD_START_MS


@given(strategies.integers(1, 2**30))
def test_twice_at_stake_is_worth_another_half_hour(stake):
    assert head_start_ms(2 * stake + 1) - head_start_ms(stake) == pytest.approx(DOUBLING_MS, abs=1)
