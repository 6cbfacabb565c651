"""Profiles: the first that fits judges; one that never can is refused, those that overlap are told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.compiler import CompileError, compile_rules
from config.files import SHIPPED, read
from config.overlaps import overlapping
from config.policy import load, overlaps
from config.profiles import resolved
from config.schema import PolicyData
from health.judge import scored
from tests.config.test_compiler import measures
from tests.health.examples import AS_OF, TERM, account, assess

DATA = read(PolicyData, SHIPPED / "policy.yaml")
POLICY = load()


def with_profiles(*profiles):
    return PolicyData.model_validate(DATA.model_dump() | {"profiles": list(profiles)})


@pytest.mark.parametrize(
    ("values", "profile"),
    [
        ({}, "default"),
        ({"account_age_days": 400.0}, "default"),
        ({"account_age_days": 180.0}, "default"),
        ({"account_age_days": 179.0}, "ramp"),
        ({"account_age_days": 400.0, "in_trial": 1.0}, "ramp"),
        ({"account_age_days": 59.0}, "ramp"),
        ({"account_age_days": 59.0, "activation_pct": 0.0}, "starting"),
        ({"account_age_days": 60.0, "activation_pct": 90.0}, "ramp"),
    ],
)
def test_the_first_that_fits_judges(values, profile):
    assert POLICY.rules(measures(**values)).profile == profile


def test_what_is_sold_by_consumption_is_judged_by_its_pace():
    found = assess(account(terms=(replace(TERM, licence_model="usage"),)))
    assert found.facts["profile"] == "consumption"
    assert "utilisation" not in {line.name for line in found.score.contributions}  # nothing consumed before


def height(**values):
    """The points that the line of utilisation gets."""
    return POLICY.rules(measures(**values)).lines[0][0]


@pytest.mark.parametrize(
    ("age", "used_pct", "expected"),
    [
        (0, 0, 50.0),
        (0, 20, 75.0),
        (60, 30, 50.0),
        (60, 45, 75.0),
        (120, 45, (75 + 37.5) / 2),
        (179, 60, pytest.approx(50 + 39 / 120, abs=0.01)),
        (180, 60, 50.0),
    ],
)
def test_ramp_asks_for_more_with_age_until_it_asks_for_what_all_others_give(age, used_pct, expected):
    assert height(account_age_days=float(age), committed_utilisation_pct=float(used_pct)) == expected


@given(st.floats(0, 179), st.floats(0, 120))
def test_ramp_is_never_stricter_than_the_default(age, used_pct):
    young, old = ({"account_age_days": days, "committed_utilisation_pct": used_pct} for days in (age, 500.0))
    assert height(**young) >= height(**old) - 1e-9


@pytest.mark.parametrize(("days", "expected"), [(91, 75.0), (90, 37.5), (0, 37.5)])
def test_close_to_the_renewal_the_stricter_curve_counts(days, expected):
    values = {"account_age_days": 60.0, "committed_utilisation_pct": 45.0, "days_to_renewal": float(days)}
    assert height(**values) == expected


@given(st.floats(0, 100), st.floats(0, 400))
def test_time_to_renewal_moves_no_score_of_the_default_profile(used_pct, days):
    values = {"account_age_days": 500.0, "committed_utilisation_pct": used_pct}
    near, far = (POLICY.rules(measures(**values, days_to_renewal=each)) for each in (days, None))
    assert scored(near, POLICY) == scored(far, POLICY)


@pytest.mark.parametrize(
    ("profiles", "problem"),
    [
        (
            [{"name": "a"}, {"name": "b"}],
            "profiles.a: judges all, having no condition: 'b' is never reached",
        ),
        ([{"name": "a", "when": "seats > 1"}], "profiles.a.when: the last profile has none"),
        ([{"name": "a", "when": "seats > 1"}, {"name": "a"}], "profiles: 'a' is there 2 times"),
        (
            [{"name": "a", "when": "seats > 1 and seats < 1"}, {"name": "b"}],
            "profiles.a.when: 'seats > 1 and seats < 1' never holds",
        ),
        (
            [{"name": "a", "when": "seats > 1 or seats <= 1"}, {"name": "b"}],
            "profiles.a.when: 'seats > 1 or seats <= 1' holds whatever the values are",
        ),
        (
            [{"name": "a", "when": "seats > 1"}, {"name": "b", "when": "seats > 1"}, {"name": "c"}],
            "profiles.b.when: never reached: whom it fits a profile before it judges",
        ),
        (
            [{"name": "a", "when": "seats > 1"}, {"name": "b", "when": "seats > 2"}, {"name": "c"}],
            "profiles.b.when: never reached",
        ),
        (
            [
                {"name": "a", "when": "seats > 4"},
                {"name": "b", "when": "seats < 2"},
                {"name": "c", "when": "seats > 8 or seats < 0"},
                {"name": "d"},
            ],
            "profiles.c.when: never reached",
        ),
        (
            [
                {"name": "a", "when": "seats - active_users > 4"},
                {"name": "b", "when": "seats - active_users > 4"},
                {"name": "c"},
            ],
            "profiles.b.when: never reached",
        ),
        (
            [{"name": "a", "lines": {"utilsation": {"weight": 0}}}],
            "profiles.a.lines: 'utilsation' is no line, did you mean 'utilisation'?",
        ),
        (
            [{"name": "a", "lines": {"idle": {"measure": "seat"}}}],
            "profiles.a.lines.idle.measure: 'seat' is no measure, did you mean 'seats'?",
        ),
        (
            [{"name": "a", "lines": {"idle": {"curve": "rampe"}}}],
            "profiles.a.lines.idle.curve: 'rampe' is no curve, did you mean 'ramp'?",
        ),
        (
            [{"name": "a", "engine": "matrix", "matrix": "by_age"}],
            "profiles.a.matrix: 'by_age' is no preset",
        ),
        (
            [{"name": "a", "engine": "deductions", "deductions": "publshed"}],
            "profiles.a.deductions: 'publshed' is no preset, did you mean 'published'?",
        ),
    ],
)
def test_what_is_wrong_with_profiles_is_refused(profiles, problem):
    with pytest.raises(CompileError) as refusal:
        compile_rules(with_profiles(*profiles))
    assert any(line.startswith(problem) for line in refusal.value.problems), refusal.value.problems


def test_weights_that_sum_to_nothing_are_refused():
    nothing = {name: {"weight": 0} for _, lines in DATA.weighted.groups for name in lines}
    with pytest.raises(CompileError, match=r"profiles\.none: no line has a weight: nothing to judge by"):
        compile_rules(with_profiles({"name": "none", "lines": nothing}))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (("seats > 5", "seats < 3"), []),
        (
            ("seats > 5", "seats > 3 and seats < 7"),
            ["profiles.p0 and profiles.p1 both fit seats = 6: p0 judges"],
        ),
        (
            ("seats > 5", "plan == 'pro'"),
            ["profiles.p0 and profiles.p1 both fit seats = 6, plan = 'pro': p0 judges"],
        ),
    ],
)
def test_those_that_overlap_are_told_with_an_account_that_both_fit(conditions, expected):
    listed = [{"name": f"p{i}", "when": condition} for i, condition in enumerate(conditions)]
    assert [*overlapping(resolved(with_profiles(*listed, {"name": "last"})))] == expected


def test_the_shipped_ones_overlap_as_their_order_means():
    assert [line.split(" both")[0] for line in overlaps()] == [
        "profiles.committed and profiles.consumption",
        "profiles.committed and profiles.starting",
        "profiles.committed and profiles.ramp",
        "profiles.consumption and profiles.starting",
        "profiles.consumption and profiles.ramp",
        "profiles.hybrid_committed and profiles.hybrid",
        "profiles.hybrid_committed and profiles.starting",
        "profiles.hybrid_committed and profiles.ramp",
        "profiles.hybrid and profiles.starting",
        "profiles.hybrid and profiles.ramp",
        "profiles.starting and profiles.ramp",
    ]


def test_a_profile_may_judge_by_another_engine():
    rules = compile_rules(
        with_profiles({"name": "big", "when": "seats > 100", "engine": "matrix"}, {"name": "rest"})
    ).rules
    assert len(rules(measures(seats=101.0, account_age_days=1.0)).lines) == 2
    assert len(rules(measures(seats=100.0)).lines) == len(POLICY.profiles["default"].weights)


def test_an_engine_asked_for_judges_everybody():
    policy = load(engine="deductions")
    assert {profile.engine for profile in policy.profiles.values()} == {"deductions"}
    assert {profile.weights for profile in policy.profiles.values()} == {policy.profiles["default"].weights}


def test_the_order_of_profiles_is_part_of_the_policy(tmp_path):
    text = (SHIPPED / "policy.yaml").read_text(encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(
        text.replace("- name: starting", "- name: beginning"), encoding="utf-8"
    )
    assert load(tmp_path / "policy.yaml").hash != load().hash


def test_a_young_account_is_judged_by_the_ramp_and_says_so():
    start = AS_OF - timedelta(days=100)
    term = replace(TERM, term_start=start, term_end=date(2026, 3, 1))
    found = assess(account(terms=(term,), first_used_on=start))
    assert found.facts["profile"] == "ramp"
