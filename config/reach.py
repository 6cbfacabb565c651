"""Reach: can a condition ever hold, ever fail, or hold together with another? Found by trying.

A condition only changes its answer where a measure crosses a number that it is compared with. So it is
enough to try each of those numbers and a point between any two. Where a comparison computes something
(``a - b > 3``, ``chance(…)``) that may miss an answer: then nothing is said to be out of reach.
"""

import ast
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise, product
from types import CodeType

from config.expressions import Expression
from health.chance import chance

_TRIES = 50_000
_SCOPE = {"__builtins__": {}, "chance": chance}
_ANOTHER = "(another)"

Values = Mapping[str, float | str | None]


def witness(
    holding: Sequence[Expression] = (),
    failing: Sequence[Expression] = (),
    without: Sequence[Expression] = (),
    *,
    unknown: bool = False,
) -> Values | None:
    """Return values with which some conditions surely hold, some surely fail, and some do not hold.

    With ``unknown`` a measure may be unknown too. `None` where there are none among the values tried.
    """
    true = [*map(_code, (each.when for each in holding)), *map(_code, (each.unless for each in failing))]
    not_true = [_code(each.when) for each in without]
    trees = [each.tree for each in (*holding, *failing, *without)]
    for values in islice(_cells(trees, unknown=unknown), _TRIES):
        if all(_holds(code, values) for code in true) and not any(_holds(code, values) for code in not_true):
            return values
    return None


def holds(condition: Expression, values: Values) -> bool:
    """Say whether a condition surely holds for an account; what ``values`` leave out is not known."""
    return _holds(_code(condition.when), {**dict.fromkeys(condition.names), **values})


def fails(condition: Expression, values: Values) -> bool:
    """Say whether a condition surely fails for an account; what ``values`` leave out is not known."""
    return _holds(_code(condition.unless), {**dict.fromkeys(condition.names), **values})


def plain(condition: Expression) -> bool:
    """Say whether it surely may hold and may fail: it compares once in each place, and no measure twice."""
    sides = list(_sides(condition.tree))
    named = [_names(side) for side in sides]
    listed = [name for names in named for name in names]
    once = all(len(side.ops) == 1 for side in sides) and len(set(listed)) == len(listed)
    return once and all(named)


def decided(*conditions: Expression) -> bool:
    """Say whether `witness` misses nothing: they compare measures with numbers, and there are few."""
    trees = [each.tree for each in conditions]
    tries = math.prod(len(each) + 1 for each in _candidates(trees).values())
    return tries <= _TRIES and not any(_computes(side) for tree in trees for side in _sides(tree))


def shown(values: Values) -> str:
    """Return values in plain words: ``idle_days = 8``; an unknown one is said to be."""
    each = (
        f"{name} {'unknown' if value is None else f'= {_plain(value)}'}" for name, value in values.items()
    )
    return ", ".join(each)


def _plain(value: float | str) -> str:
    return repr(value) if isinstance(value, str) else f"{value:g}"


@lru_cache(maxsize=512)
def _code(source: str) -> CodeType:
    return compile(source, "<condition>", "eval")


def _holds(code: CodeType, values: Values) -> bool:
    return bool(eval(code, dict(_SCOPE), values))  # noqa: S307 - generated from a checked tree, never from text


def _cells(trees: Sequence[ast.expr], *, unknown: bool) -> Iterator[Values]:
    candidates = _candidates(trees)
    more = (None,) if unknown else ()
    for values in product(*((*each, *more) for each in candidates.values())):
        yield dict(zip(candidates, values, strict=True))


def _candidates(trees: Iterable[ast.expr]) -> Mapping[str, Sequence[float | str]]:
    """Return by measure the values worth trying, those that most comparisons meet apart."""
    found: dict[str, Sequence[float | str]] = {}
    for names, constants in _groups(trees):
        texts = [constant for constant in constants if isinstance(constant, str)]
        numbers = sorted({constant for constant in constants if not isinstance(constant, str)})
        values = [*texts, _ANOTHER] if texts else _between(numbers or [0.0], len(names))
        found |= dict.fromkeys(names, values)
    return found


def _between(numbers: Sequence[float], points: int) -> list[float]:
    """Return the numbers, as many points between two of them, and as many beyond both ends."""
    found = [numbers[0] - point for point in range(points, 0, -1)]
    for left, right in pairwise(numbers):
        found += [left, *(left + (right - left) * point / (points + 1) for point in range(1, points + 1))]
    return [*found, numbers[-1], *(numbers[-1] + point for point in range(1, points + 1))]


def _groups(trees: Iterable[ast.expr]) -> Iterator[tuple[list[str], list[float | str]]]:
    """Yield measures that are compared with one another, and what any of them is compared with."""
    groups: list[tuple[list[str], list[float | str]]] = []
    for tree in trees:
        for side in _sides(tree):
            names, constants = _names(side), [*_constants(side)]
            joined = [group for group in groups if set(group[0]) & set(names)]
            for group in joined:
                groups.remove(group)
                names, constants = [*group[0], *names], [*group[1], *constants]
            groups.append((list(dict.fromkeys(names)), constants))
    yield from (group for group in groups if group[0])


def _sides(tree: ast.expr) -> Iterator[ast.Compare]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Compare))


def _computes(comparison: ast.Compare) -> bool:
    return any(isinstance(node, ast.BinOp | ast.Call) for node in ast.walk(comparison)) or any(
        isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant)
        for node in ast.walk(comparison)
    )


def _names(tree: ast.expr) -> list[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]


def _constants(tree: ast.expr) -> Iterator[float | str]:
    """Yield the numbers and texts in a comparison, a number below zero as such."""
    below = {
        id(node.operand)
        for node in ast.walk(tree)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Constant(value=int(number) | float(number)):
                yield -number if id(node) in below else number
