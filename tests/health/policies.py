"""Policies and measures as hypothesis invents them: any curve, cap and deduction over any measure."""

import json
from collections.abc import Mapping

from hypothesis import reject
from hypothesis import strategies as st

from config.policy import PolicyError, load, stated
from health.judge import conclude
from health.nouns import NOT_APPLICABLE, Assessment, Input, Inputs
from health.policy import Policy
from health.rules import NUMBERS, measures_of
from tests.health.examples import AS_OF, policy
from tests.health.models import VALUES

SHIPPED = json.loads(load().data)
POINTLESS = ("never holds", "always holds", "holds whatever the values are")
"""How a condition is refused that is the same for every account."""
TRAITS = {"plan": "Team"}
whole = st.integers(0, 40).map(float)
percent = st.integers(-50, 1_500).map(lambda tenths: tenths / 10)
ENGINES = ("weighted", "deductions", "matrix", "fitted")


def _either(values: st.SearchStrategy[float]) -> st.SearchStrategy[Input]:
    return st.one_of(values, values, values, values, st.none(), st.just(NOT_APPLICABLE))


_FREE = {
    name: _either(percent if name.endswith("_pct") or name == "sentiment" else whole) for name in NUMBERS
}


@st.composite
def measured(draw: st.DrawFn) -> dict[str, Input]:
    """Measures that fit together: shares are of the counts beside them, as those that are taken."""
    found = {name: draw(values) for name, values in _FREE.items()}
    seats, growth = draw(st.integers(1, 60)), draw(st.integers(0, 9))
    users, assigned = draw(st.integers(0, seats + 5)) + draw(st.sampled_from([0.0, 0.4])), draw(whole)
    sold = draw(st.booleans())
    found |= {"seats": float(seats), "growth_seats": float(growth), "active_users": users}
    found |= {"assigned_seats": assigned, "never_used": float(draw(st.booleans()))}
    found["utilisation_pct"] = 100.0 * users / seats if sold else NOT_APPLICABLE
    found["committed_utilisation_pct"] = 100.0 * users / (seats - growth) if seats > growth else None
    found["assigned_pct"] = 100.0 * assigned / seats
    found["adopted_pct"] = 100.0 * users / assigned if assigned else None
    change, expected = draw(percent) - 50, draw(whole)
    fleet = draw(st.sampled_from([None, 80.0, 100.0, 110.0]))
    beyond = (100 + change) * 100 / fleet - 100 if fleet and fleet < 100 else change
    found |= {"trend_pct": change, "fleet_trend_pct": fleet, "trend_beyond_fleet_pct": beyond}
    found |= {"expected_use": expected, "recent_use": expected * (100 + change) / 100}
    urgent, others = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    found |= {"urgent_tickets": float(urgent), "open_tickets": float(urgent + others)}
    found |= {name: draw(_either(st.floats(0, 1000))) for name in VALUES}
    return found | {"ticket_load": float(3 * urgent + others)}


_simple = st.builds(
    "{} {} {}".format,
    st.sampled_from([name for name in NUMBERS if name not in {"recent_use", "expected_use"}]),
    st.sampled_from(["<", "<=", ">", ">=", "=="]),
    st.integers(0, 60),
)
_tangled = st.sampled_from(["recent_use < expected_use / 2", "active_users * 2 > seats", "nps in [1, 2, 3]"])
conditions = st.one_of(
    _simple,
    st.builds("{} or {}".format, _simple, _simple),
    st.builds("{} and not {}".format, _simple, _simple),
    _tangled,
)
_heights = st.integers(0, 100)


@st.composite
def _curve(draw: st.DrawFn) -> list[list[float]]:
    xs = sorted(draw(st.lists(st.integers(-60, 140), min_size=2, max_size=5, unique=True)))
    return [[float(x), float(draw(_heights))] for x in xs]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy of either engine; the shipped one now and then."""
    if draw(st.integers(0, 3)) == 0:
        return policy(draw(st.sampled_from(ENGINES)))
    engine = draw(st.sampled_from(["weighted", "deductions"]))
    names = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5, unique=True))
    lines = {
        f"line_{name}": {
            "measure": name,
            "weight": float(draw(st.integers(1, 40))),
            "curve": draw(_curve()),
            "reason": f"reason of {name}",
        }
        for name in names
    }
    held = sorted(draw(st.lists(st.integers(5, 95), max_size=2, unique=True)), reverse=True)
    caps = {f"at_{at}": {"at": float(at), "when": draw(conditions), "reason": f"at {at}"} for at in held}
    taken = {
        f"taken_{n}": {"points": float(draw(st.integers(1, 60))), "when": draw(conditions), "reason": f"{n}"}
        for n in range(draw(st.integers(1, 5)))
    }
    low = draw(st.integers(1, 60))
    bands = SHIPPED["bands"] | {
        "watch_from": float(low),
        "healthy_from": float(low + 20),
        "coverage_min_pct": 30.0,
    }
    changed = {"weighted": {"groups": {"adoption": lines}, "caps": caps}, "engine": engine, "bands": bands}
    changed["deductions"] = {"preset": "own", "presets": {"own": taken}}
    scores = {"at_risk": low / 2, "watch": low + 10.0, "healthy": low + 30.0}
    changed["matrix"] = SHIPPED["matrix"] | {"scores": scores}
    changed["profiles"] = [{"name": "default"}]
    try:
        return stated(SHIPPED | changed)
    except PolicyError as error:
        if all(problem.endswith(POINTLESS) for problem in error.problems):
            reject()
        raise


def judged(policy: Policy, numbers: Mapping[str, Input]) -> Assessment:
    """The verdict that a policy comes to, of measures alone."""
    follows = conclude(measures_of(numbers, TRAITS), policy)
    inputs = Inputs(tuple(numbers), tuple(numbers.values()))
    return Assessment(
        account=1,
        as_of=AS_OF,
        score=follows.score,
        band=follows.band,
        inputs=inputs,
        signals=follows.signals,
        facts={"expansion": follows.room, "profile": follows.profile},
        undecided=follows.undecided,
        traits=TRAITS,
    )
