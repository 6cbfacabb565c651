"""What every engine keeps to, under any policy: its lines and 10,000 are the score, to the hundredth."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from health.judge import ENGINES, conclude
from health.rules import measures_of
from tests.health.examples import policy
from tests.health.policies import ENGINES as TRIED
from tests.health.policies import TRAITS, measured, policies

QUICK = settings(
    max_examples=80,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def check(by, numbers):
    score = conclude(measures_of(numbers, TRAITS), by).score
    assert all(type(line.points) is int for line in score.contributions)
    assert 10_000 + sum(line.points for line in score.contributions) == score.points
    assert 0 <= score.low <= score.points <= score.high <= 10_000
    assert 0.0 <= score.coverage <= 1.0


@pytest.mark.parametrize("engine", ENGINES)
@QUICK
@given(numbers=measured())
def test_the_shipped_policy_sums_exactly(engine, numbers):
    check(policy(engine), numbers)


@QUICK
@given(policies(), measured())
def test_any_policy_sums_exactly(by, numbers):
    check(by, numbers)


def test_the_policies_tried_are_of_every_engine():
    assert set(TRIED) == set(ENGINES)
