"""Grounds: what a line rests on, and where it bends, read off the policy's own text."""

import pytest

from config.grounds import condition
from config.policy import load
from health.policy import Comparison, Ground

CASES = {
    "idle_days > 7": Ground(
        ("idle_days",), {"idle_days": (7.0,)}, frozenset(), (Comparison("idle_days", ">", 7.0),)
    ),
    "7 < idle_days <= 30": Ground(
        ("idle_days",),
        {"idle_days": (7.0, 30.0)},
        frozenset(),
        (Comparison("idle_days", ">", 7.0), Comparison("idle_days", "<=", 30.0)),
    ),
    "trend_pct <= -50 and not nps > 6": Ground(
        ("trend_pct", "nps"),
        {"trend_pct": (-50.0,), "nps": (6.0,)},
        frozenset(),
        (Comparison("trend_pct", "<=", -50.0), Comparison("nps", "<=", 6.0)),
    ),
    "recent_use < expected_use / 2": Ground(
        ("recent_use", "expected_use"), {}, frozenset({"recent_use", "expected_use"}), ()
    ),
    "chance(recent_use, expected_use) < 0.01": Ground(
        ("recent_use", "expected_use"), {}, frozenset({"recent_use", "expected_use"}), ()
    ),
    "nps in [1, 2]": Ground(("nps",), {}, frozenset({"nps"}), ()),
    "plan == 'Small'": Ground(("plan",), {}, frozenset({"plan"}), ()),
}


@pytest.mark.parametrize(("text", "expected"), CASES.items(), ids=CASES)
def test_the_ground_of_a_condition(text, expected):
    assert condition(text) == expected


@pytest.mark.parametrize("engine", ["weighted", "deductions"])
def test_every_line_and_every_cap_has_one(engine):
    policy = load(engine=engine)
    expected = [*(weight.name for weight in policy.weights), *(f"cap:{cap.name}" for cap in policy.caps)]
    assert list(policy.grounds) == expected
    assert all(ground.measures for ground in policy.grounds.values())


def test_a_curve_bends_at_its_knots():
    ground = load().grounds["utilisation"]
    assert ground == Ground(
        ("committed_utilisation_pct",), {"committed_utilisation_pct": (0.0, 60.0, 80.0, 100.0)}
    )
