"""Grounds: which measures each line of the score rests on, and at which of their values it bends or jumps.

The conditions are those that `config.compiler` has compiled: what it refuses never comes here.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from config.profiles import Resolved
from config.schema import PolicyData
from config.scoring import AxisData, Curve, FamilyData, MeasureData
from health.model import PLAIN, Model
from health.policy import Comparison, Ground

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def grounds(policy: PolicyData, profile: Resolved) -> Mapping[str, Ground]:
    """Return the ground of each line of a profile by the line's name; caps as ``cap:NAME``.

    What profiles are chosen by is there too, as ``profile:NAME``: where another one takes over, a score may
    jump.
    """
    found = {name: _line(policy, line) for _, name, line in profile.lines}
    found |= {name: condition(line.when) for name, line in profile.deductions.items()}
    if profile.matrix:
        found["cell"] = _both(_axis(profile.matrix.rows), _axis(profile.matrix.columns))
    found |= {f"cap:{name}": condition(cap.when) for name, cap in profile.caps.items()}
    chosen = {f"profile:{each.name}": each.when for each in policy.profiles}
    return found | {name: condition(when) for name, when in chosen.items() if when}


def drivers(model: Model) -> Mapping[str, Ground]:
    """Return the ground of each line of a fitted score: straight on its scale, flat beyond its ends."""
    return {
        each.name: Ground((each.name,), {each.name: (each.least, each.most)} if each.scale == PLAIN else {})
        for each in model.learned
    }


def _line(policy: PolicyData, line: MeasureData) -> Ground:
    """Return the ground of a line of the weighted score: its curves bend at their knots.

    The lower of two curves may turn where they cross, unless both rise; then it is tangled.
    """
    found, rising = _curve(policy, line.measure, line.curve)
    if line.share_of_revenue:
        found = _both(found, Ground(("seat_share_pct",)))
    if line.stricter:
        other, other_rising = _curve(policy, line.measure, line.stricter.curve)
        found = _both(_both(found, other), condition(line.stricter.when))
        if not (rising and other_rising):
            found = replace(found, tangled=found.tangled | {line.measure})
    return found


def _curve(policy: PolicyData, measure: str, curve: Curve | str) -> tuple[Ground, bool]:
    """Return the ground of one curve, or of a family of them, and whether it never falls."""
    if isinstance(curve, str) and curve in policy.curve_families:
        return _family(measure, policy.curve_families[curve])
    knots = policy.curves[curve] if isinstance(curve, str) else curve
    return Ground((measure,), {measure: _knots(knots)}), _rises(knots)


def _family(measure: str, family: FamilyData) -> tuple[Ground, bool]:
    knots = dict.fromkeys(knot for step in family.steps for knot in _knots(step.curve))
    edges = {measure: tuple(knots), family.by: tuple(step.at for step in family.steps)}
    return Ground((measure, family.by), edges), all(_rises(step.curve) for step in family.steps)


def _knots(curve: Curve) -> tuple[float, ...]:
    return tuple(float(x) for x, _ in curve)


def _rises(curve: Curve) -> bool:
    return all(left[1] <= right[1] for left, right in pairwise(curve))


def _axis(axis: AxisData) -> Ground:
    return Ground((axis.measure,), {axis.measure: tuple(axis.edges)})


def _both(one: Ground, other: Ground) -> Ground:
    """Return the ground of what rests on two."""
    edges = {
        name: (*one.edges.get(name, ()), *other.edges.get(name, ())) for name in {**one.edges, **other.edges}
    }
    measures = tuple(dict.fromkeys((*one.measures, *other.measures)))
    return Ground(measures, edges, one.tangled | other.tangled, (*one.comparisons, *other.comparisons))


def condition(text: str) -> Ground:
    """Return the ground of a condition.

    The number that a measure is compared with is an edge; a measure in any other comparison is tangled:
    where it turns cannot be told from the text. What stands under a ``not`` is turned into its opposite.
    """
    tree = ast.parse(text.strip(), mode="eval").body
    simple: list[Comparison] = []
    tangled: dict[str, None] = {}
    for left, sign, right in _comparisons(tree):
        comparison = _comparison(left, sign, right)
        if comparison:
            simple.append(comparison)
        else:
            tangled |= dict.fromkeys((*_names(left), *_names(right)))
    edges: dict[str, tuple[float, ...]] = {}
    for each in simple:
        edges[each.measure] = (*edges.get(each.measure, ()), each.value)
    return Ground(tuple(_names(tree)), edges, frozenset(tangled), tuple(simple))


def _comparisons(tree: ast.expr, *, truth: bool = True) -> Iterator[tuple[ast.expr, str, ast.expr]]:
    """Yield both sides of each comparison and its sign, which is empty where it is none of the six."""
    match tree:
        case ast.BoolOp(values=parts):
            for part in parts:
                yield from _comparisons(part, truth=truth)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            yield from _comparisons(part, truth=not truth)
        case ast.Compare(left=left, ops=operators, comparators=others):
            for one, operator, other in zip([left, *others], operators, others, strict=False):
                sign = _OPERATORS.get(type(operator), "")
                yield one, sign if truth else _OPPOSITE.get(sign, ""), other


def _comparison(left: ast.expr, sign: str, right: ast.expr) -> Comparison | None:
    if not sign:
        return None
    if isinstance(left, ast.Name) and (value := _number(right)) is not None:
        return Comparison(left.id, sign, value)
    if isinstance(right, ast.Name) and (value := _number(left)) is not None:
        return Comparison(right.id, _TURNED[sign], value)
    return None


def _number(tree: ast.expr) -> float | None:
    match tree:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -float(value)
    return None


def _names(tree: ast.expr) -> Sequence[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)
    return list(dict.fromkeys(names))
