"""Divisions: does an expression divide by something that may be 0?"""

import ast
from collections.abc import Iterator
from itertools import pairwise

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
}


def by_zero(tree: ast.expr) -> str | None:
    """Return the first division whose divisor may be 0, as it is written.

    A divisor is safe if it is a number, or if a part of the condition before it rules 0 out:
    ``seats > 0 and events / seats < 2``, ``seats == 0 or events / seats < 2``.
    """
    return next(_unsafe(tree, frozenset()), None)


def _unsafe(tree: ast.expr, safe: frozenset[str]) -> Iterator[str]:
    """Yield unsafe divisions; ``safe`` are divisors that cannot be 0 where ``tree`` matters."""
    if isinstance(tree, ast.BoolOp):
        for part in tree.values:
            yield from _unsafe(part, safe)
            safe |= _not_zero(part, truth=isinstance(tree.op, ast.And))
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        yield from _unsafe(tree.operand, safe)
    else:
        divisions = (n for n in ast.walk(tree) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div))
        for node in divisions:
            if not _number(node.right) and ast.dump(node.right) not in safe:
                yield ast.unparse(node)


def _not_zero(tree: ast.expr, *, truth: bool) -> frozenset[str]:
    """Return what cannot be 0 once ``tree`` is known to be true, or false."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return _not_zero(tree.operand, truth=not truth)
    if isinstance(tree, ast.BoolOp):
        if isinstance(tree.op, ast.And) is not truth:
            return frozenset()
        return frozenset().union(*(_not_zero(part, truth=truth) for part in tree.values))
    if not isinstance(tree, ast.Compare) or not (truth or len(tree.ops) == 1):
        return frozenset()
    sides = pairwise([tree.left, *tree.comparators])
    compared = [(left, type(op), right) for (left, right), op in zip(sides, tree.ops, strict=True)]
    if not truth:
        compared = [(left, _OPPOSITE.get(op, ast.In), right) for left, op, right in compared]
    turned = [(right, _TURNED.get(op, op), left) for left, op, right in compared]
    return frozenset(ast.dump(one) for one, op, other in (*compared, *turned) if _rules_out(op, other))


def _rules_out(op: type[ast.cmpop], other: ast.expr) -> bool:
    """Say whether nothing that stands so to a number can be 0."""
    try:
        number = ast.literal_eval(other)
    except ValueError:
        return False
    if not isinstance(number, int | float):
        return False
    answers = {
        ast.Lt: number <= 0,
        ast.LtE: number < 0,
        ast.Gt: number >= 0,
        ast.GtE: number > 0,
        ast.Eq: number != 0,
        ast.NotEq: number == 0,
    }
    return answers.get(op, False)


def _number(tree: ast.expr) -> bool:
    """Say whether a divisor is a number other than 0."""
    try:
        return bool(ast.literal_eval(tree))
    except ValueError:
        return False
