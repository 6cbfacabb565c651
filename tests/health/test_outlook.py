"""Outlook: the change it names brings the band, any smaller one of the same input does not."""

from hypothesis import HealthCheck, Phase, given, settings

from health.bands import RANK
from health.judge import profile_of
from health.levers import FIXED, Lever, levers, number
from health.nouns import Assessment, Input
from health.outlook import Way, outlook
from health.policy import Policy
from health.rules import NUMBERS
from tests.health.examples import policy as shipped
from tests.health.policies import judged, measured, policies

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking a whole policy takes minutes and makes it no plainer."""
TRIED = 150
"""Steps that the tests try one by one on either side."""


def after(lever: Lever, numbers: dict[str, Input], change: float) -> dict[str, Input]:
    """The measures with a lever moved."""
    moved = {
        name: move(numbers, change) for name, move in lever.moves.items() if number(numbers, name) is not None
    }
    own = {lever.measure: (number(numbers, lever.measure) or 0.0) + change}
    return {**numbers, **own, **{name: value for name, value in moved.items() if value is not None}}


def within(lever: Lever, numbers: dict[str, Input], change: float) -> bool:
    """Whether a step leads past no end; who is beyond one already, as some facts have it, may step back."""
    value = (number(numbers, lever.measure) or 0.0) + change
    return value <= lever.most(numbers) + 1e-6 if change > 0 else value >= lever.least(numbers) - 1e-6


def check(policy: Policy, numbers: dict[str, Input], ways: tuple[Way, ...], better: bool) -> None:
    """Compare with trying every step of every lever, nearest first."""
    start = judged(policy, numbers)
    named = {way.measure: way for way in ways}
    scored = {name for ground in profile_of(start, policy).grounds.values() for name in ground.measures}

    def reached(lever: Lever, steps: int) -> bool:
        change = steps * lever.step
        if not steps or not within(lever, numbers, change):
            return False
        now = judged(policy, after(lever, numbers, change)).band
        if now == "unknown":
            return False
        return RANK[now] > RANK[start.band] if better else RANK[now] < RANK[start.band]

    for lever in levers(policy):
        if number(numbers, lever.measure) is None or scored.isdisjoint((lever.measure, *lever.moves)):
            assert lever.measure not in named
            continue
        way = named.get(lever.measure)
        steps = TRIED if way is None else min(TRIED, round(abs(way.change) / lever.step) - 1)
        smaller = [sign * size for size in range(1, steps + 1) for sign in (1, -1)]
        assert [size for size in smaller if reached(lever, size)] == []
        if way:
            assert reached(lever, round(way.change / lever.step))
            assert (way.points, way.band) == verdict(judged(policy, after(lever, numbers, way.change)))
            assert 0 < way.part <= 1


def verdict(assessment: Assessment) -> tuple[int, str]:
    return assessment.score.points, assessment.band


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(policies(), measured())
def test_it_is_what_trying_every_step_finds(policy, numbers):
    now = judged(policy, numbers)
    found = outlook(now, policy)
    if now.band == "unknown":
        assert (found.better, found.worse, found.up, found.down) == ("", "", (), ())
        return
    check(policy, numbers, found.up, better=True)
    check(policy, numbers, found.down, better=False)
    if found.largest:
        assert not found.up
        assert not found.held_alone


def test_every_measure_is_a_lever_or_said_to_be_none():
    named = [lever.measure for lever in levers(shipped())]
    assert len(named) == len(set(named))
    assert set(named) | FIXED == set(NUMBERS)
    assert not set(named) & FIXED
