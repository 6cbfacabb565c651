"""Grounds: which measures each line of the score rests on, and at which of their values it bends or jumps.

The conditions are those that `config.compiler` has compiled: what it refuses never comes here.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence

from config.compiler import deduction_lines, weighted_lines
from config.schema import PolicyData
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


def grounds(policy: PolicyData) -> Mapping[str, Ground]:
    """Return the ground of each line of the engine in use, by the line's name; caps as ``cap:NAME``."""
    if policy.engine == "deductions":
        return {name: condition(line.when) for name, line in deduction_lines(policy).items()}
    found = {}
    for _, name, line in weighted_lines(policy):
        knots = policy.curves[line.curve] if isinstance(line.curve, str) else line.curve
        found[name] = Ground((line.measure,), {line.measure: tuple(float(x) for x, _ in knots)})
    caps = {f"cap:{name}": condition(cap.when) for name, cap in policy.weighted.caps.items()}
    return found | caps


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
