import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.compiler import compile_rules
from config.files import SHIPPED, read
from config.policy import load
from config.schema import PolicyData
from health.nouns import NOT_APPLICABLE, Signal
from health.rules import (
    CapacityMeasures,
    Measures,
    SeatMeasures,
    ServiceMeasures,
    TermMeasures,
    Traits,
    UseMeasures,
)

DATA = read(PolicyData, SHIPPED / "policy.yaml")
FAMILIES = (SeatMeasures, UseMeasures, CapacityMeasures, ServiceMeasures, TermMeasures)


def measures(**values):
    families = [family(*[values.get(name) for name in family._fields]) for family in FAMILIES]
    return Measures(
        *families,
        Traits(
            "seat", "pro", None, "signed_in_30d", "signed in within 30 days", "seats", "core features", None
        ),
    )


def with_signal(signal):
    changed = DATA.model_dump() | {"signals": {"tried": {"family": "behaviour", **signal}}}
    return compile_rules(PolicyData.model_validate(changed)).rules


def test_with_nothing_known_nothing_fires():
    found = load().rules(measures())
    assert (found.signals, found.triggers, found.block, found.hold) == ([], [], "", "")
    assert {value for value, _ in (*found.lines, *found.caps)} == {None}
    assert found.lines[0][1] == "utilisation is not known"


def test_with_nothing_applicable_nothing_fires_and_nothing_is_undecided():
    found = load().rules(measures(**{name: NOT_APPLICABLE for family in FAMILIES for name in family._fields}))
    assert (found.signals, found.undecided, found.triggers, found.undecided_triggers) == ([], [], [], [])
    assert {value for value, _ in (*found.lines, *found.caps)} == {NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("values", "signals", "undecided"),
    [
        ({"idle_days": 8.0}, [Signal("tried", "risk", "idle 8", "normal", "")], []),
        ({"idle_days": 8.0, "in_trial": 1.0}, [Signal("tried", "risk", "idle 8", "normal", "trial")], []),
        ({"idle_days": 7.0}, [], ["tried"]),
        ({"idle_days": 3.0}, [], []),
        ({"idle_days": None}, [], ["tried"]),
        ({"idle_days": NOT_APPLICABLE}, [], []),
    ],
)
def test_a_signal_with_two_thresholds(values, signals, undecided):
    rules = with_signal(
        {
            "when": "idle_days > 7",
            "clear": "idle_days <= 3",
            "evidence": "idle {idle_days}",
            "gates": ["trial"],
        }
    )
    found = rules(measures(**values))
    assert (found.signals, found.undecided) == (signals, undecided)


def test_the_first_gate_that_holds_is_kept():
    rules = with_signal({"when": "seats > 0", "evidence": "x", "gates": ["stale", "fleet", "trial"]})
    held = {"seats": 1.0, "in_trial": 1.0, "fleet_trend_pct": 50.0}
    assert rules(measures(**held)).signals[0].gate == "fleet"
    assert rules(measures(**held, usage_age_days=9.0)).signals[0].gate == "stale"


def test_a_sentence_with_an_unknown_measure_falls_back_to_the_name():
    rules = with_signal({"when": "seats > 0", "evidence": "{active_users} of {seats}"})
    assert rules(measures(seats=2.0)).signals[0].evidence == "tried"
    assert rules(measures(seats=2.0, active_users=1.0)).signals[0].evidence == "1 of 2"


knots = st.lists(
    st.tuples(st.integers(-100, 100), st.integers(0, 100)),
    min_size=2,
    max_size=6,
    unique_by=lambda knot: knot[0],
).map(sorted)


@settings(max_examples=60)
@given(knots, st.floats(-150, 150))
def test_a_compiled_curve_is_linear_between_its_knots(points, x):
    line = {
        "measure": "seats",
        "weight": 1.0,
        "curve": [list(map(float, point)) for point in points],
        "reason": "x",
    }
    weighted = {"groups": {"adoption": {"only": line}}, "caps": {}}
    changed = DATA.model_dump() | {"weighted": weighted, "signals": {}, "profiles": [{"name": "only"}]}
    compiled = compile_rules(PolicyData.model_validate(changed))
    ((value, _),) = compiled.rules(measures(seats=x)).lines
    assert value == pytest.approx(interpolated(points, x), abs=1e-9)
    assert -1e-9 <= value <= 100 + 1e-9


def interpolated(points, x):
    left = max((point for point in points if point[0] <= x), default=None)
    right = min((point for point in points if point[0] >= x), default=None)
    if left is None or right is None or left == right:
        return (left or right)[1]
    share = (x - left[0]) / (right[0] - left[0])
    return (1 - share) * left[1] + share * right[1]


def test_the_source_is_the_function():
    policy = load()
    assert policy.source.startswith("def rules(measures):\n")
    scope = {}
    exec(compile(policy.source, "<test>", "exec"), dict(policy.rules.__globals__), scope)  # noqa: S102 - what `config show --compiled` prints runs as it is
    values = measures(idle_days=40.0, never_used=0.0, failed_payments=1.0)
    assert scope["rules"](values) == policy.rules(values)


def test_the_function_reaches_no_builtins():
    assert load().rules.__globals__["__builtins__"] == {}


def test_a_policy_that_reads_no_text_still_tells_what_is_too_old():
    data = DATA.model_dump()
    idle = data["weighted"]["groups"]["engagement"]["idle"] | {"stale_after_days": 3}
    data |= {"profiles": [{"name": "default"}], "signals": {}, "gates": {}, "score_gates": []}
    data["weighted"] |= {"groups": {"engagement": {"idle": idle}}, "caps": {}}
    data["expansion"]["blocks"] = {}
    for preset in data["expansion"]["presets"].values():
        preset["triggers"] = {}
    rules = compile_rules(PolicyData.model_validate(data)).rules
    known = measures()
    old = known._replace(traits=known.traits._replace(aged=idle["measure"]))
    assert rules(old).lines == ((None, "unknown: older than 3 days"),)
    assert rules(known).lines == ((None, "idle is not known"),)
