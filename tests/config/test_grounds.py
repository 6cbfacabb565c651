"""Grounds: what a line rests on, and where it bends, read off the policy's own text."""

import re

import pytest
import yaml

from config.files import SHIPPED
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


CHOSEN = {f"profile:{profile.name}" for profile in load().profiles.values()} - {"profile:default"}


@pytest.mark.parametrize("engine", ["weighted", "deductions", "matrix"])
def test_every_line_and_every_cap_has_one(engine):
    for profile in load(engine=engine).profiles.values():
        lines = [weight.name for weight in profile.weights] or ["cell"]
        assert profile.grounds.keys() == {*lines, *(f"cap:{cap.name}" for cap in profile.caps), *CHOSEN}
        assert all(ground.measures for ground in profile.grounds.values())


def test_a_curve_bends_at_its_knots_and_where_a_stricter_one_begins():
    ground = load().profiles["default"].grounds["utilisation"]
    knots = (0.0, 60.0, 80.0, 100.0)
    assert ground.measures == ("committed_utilisation_pct", "days_to_renewal")
    assert ground.edges == {"committed_utilisation_pct": knots * 2, "days_to_renewal": (90.0,)}
    assert not ground.tangled


def test_a_family_of_curves_bends_at_the_knots_of_all_and_at_its_steps():
    ground = load().profiles["ramp"].grounds["utilisation"]
    family = yaml.safe_load((SHIPPED / "policy.yaml").read_text())["curve_families"]["ramp"]
    assert set(ground.edges[family["by"]]) >= {float(step["at"]) for step in family["steps"]}
    knots = {float(x) for step in family["steps"] for x, _ in step["curve"]}
    assert set(ground.edges["committed_utilisation_pct"]) >= knots


def test_two_curves_of_which_one_falls_may_turn_where_they_cross(tmp_path):
    falling = "stricter: { when: days_to_renewal <= 90, curve: falling }"
    text = (SHIPPED / "policy.yaml").read_text()
    text = text.replace("curves: #", "curves:\n  falling: [[0, 100], [100, 0]] #", 1)
    text = re.sub(r"stricter: \{[^}]*\}", falling, text, count=1)
    (tmp_path / "policy.yaml").write_text(text)
    ground = load(tmp_path / "policy.yaml").profiles["default"].grounds["utilisation"]
    assert ground.tangled == {"committed_utilisation_pct"}
