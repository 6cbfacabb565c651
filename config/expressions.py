"""Expressions: the subset of Python that a policy may use, turned into Python that cannot surprise.

Allowed are names of measures, numbers, strings, comparisons (chained too), ``and``, ``or``, ``not``,
``+ - * /``, ``in`` over a literal list, and ``chance(count, expected)``. All else is refused.

What is not known is never true, nor is its opposite: a negation is pushed down to the comparisons, and
each comparison is guarded by "its names are known and it divides by nothing that is 0".
"""

import ast
import math
from collections.abc import Collection
from dataclasses import dataclass
from string import Formatter

from config.files import nearest

_LONGEST = 500
_DEEPEST = 20
_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_FOR_TEXT = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_FUNCTIONS = {"chance": 2}


class ExpressionError(ValueError):
    """An expression says something that a policy may not; the text names the offending part."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names an expression may use."""

    numbers: Collection[str]
    texts: Collection[str]


@dataclass(frozen=True, slots=True)
class _Operand:
    """Python source of a value, and what must hold before it may be evaluated."""

    code: str
    guards: tuple[str, ...] = ()
    is_text: bool = False


class Expression:
    """A checked condition. ``names`` are the measures it rests on."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        """Check ``text``. Raises `ExpressionError`."""
        self._vocabulary = vocabulary
        self.tree = _parsed(text)
        self.when = self._condition(self.tree, truth=True)
        """Python source that is true where the condition surely holds."""
        self.unless = self._condition(self.tree, truth=False)
        """Python source that is true where the condition surely does not hold."""
        self.names = _names(self.tree)

    def _condition(self, tree: ast.expr, *, truth: bool) -> str:
        if isinstance(tree, ast.BoolOp):
            joins = isinstance(tree.op, ast.And) is truth
            parts = [self._condition(part, truth=truth) for part in tree.values]
            return f"({(' and ' if joins else ' or ').join(parts)})"
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return self._condition(tree.operand, truth=not truth)
        if isinstance(tree, ast.Compare):
            sides = [tree.left, *tree.comparators]
            parts = [
                self._comparison(left, operator, right, truth=truth)
                for left, operator, right in zip(sides, tree.ops, sides[1:], strict=False)
            ]
            return parts[0] if len(parts) == 1 else f"({(' and ' if truth else ' or ').join(parts)})"
        raise ExpressionError(f"{ast.unparse(tree)!r} is no comparison; write one, such as 'idle_days > 7'")

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, *, truth: bool) -> str:
        symbols = _COMPARISONS.get(type(operator))
        shown = ast.unparse(ast.Compare(left, [operator], [right]))
        if symbols is None:
            raise ExpressionError(f"{shown!r}: compare with < <= > >= == != or in")
        one = operand(left, self._vocabulary)
        listed = isinstance(operator, ast.In | ast.NotIn)
        other = _literals(right) if listed else operand(right, self._vocabulary)
        if one.is_text is not other.is_text or (one.is_text and not isinstance(operator, _FOR_TEXT)):
            raise ExpressionError(f"{shown!r} compares a text; texts allow == != and in, with other texts")
        guards = dict.fromkeys((*one.guards, *other.guards))
        symbol = symbols[0] if truth else symbols[1]
        return f"({' and '.join((*guards, f'{one.code} {symbol} {other.code}'))})"


def operand(tree: ast.expr, vocabulary: Vocabulary) -> _Operand:
    """Return the source of a value. Raises `ExpressionError`."""
    match tree:
        case ast.Name(id=name):
            return _named(name, vocabulary)
        case ast.Constant(value=str(text)):
            return _Operand(repr(text), is_text=True)
        case ast.Constant(value=value):
            return _Operand(repr(_number(value)))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value_of = _numeric(inner, vocabulary)
            return _Operand(f"(-{value_of.code})", value_of.guards)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            return _arithmetic(_numeric(left, vocabulary), operator, _numeric(right, vocabulary))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if _FUNCTIONS.get(name) == len(args):
            parts = [_numeric(part, vocabulary) for part in args]
            guards = tuple(guard for part in parts for guard in part.guards)
            return _Operand(f"{name}({', '.join(part.code for part in parts)})", guards)
    raise ExpressionError(f"{ast.unparse(tree)!r} is not allowed here")


def _named(name: str, vocabulary: Vocabulary) -> _Operand:
    if name in vocabulary.numbers or name in vocabulary.texts:
        return _Operand(name, (f"{name} is not None",), is_text=name in vocabulary.texts)
    hint = nearest(name, (*vocabulary.numbers, *vocabulary.texts))
    raise ExpressionError(f"{name!r} is no measure{hint}")


def _arithmetic(left: _Operand, operator: ast.operator, right: _Operand) -> _Operand:
    guards = (*left.guards, *right.guards)
    if isinstance(operator, ast.Div):
        guards = (*guards, f"{right.code} != 0.0")
    return _Operand(f"({left.code} {_ARITHMETIC[type(operator)]} {right.code})", guards)


def _numeric(tree: ast.expr, vocabulary: Vocabulary) -> _Operand:
    found = operand(tree, vocabulary)
    if found.is_text:
        raise ExpressionError(f"{ast.unparse(tree)!r} is a text, a number is needed")
    return found


def _number(value: object) -> float:
    if type(value) not in {int, float}:
        raise ExpressionError(f"{value!r} is neither number nor text")
    try:
        number = float(str(value))
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise ExpressionError(f"{value!r} is too large")
    return number


def _literals(tree: ast.expr) -> _Operand:
    if not isinstance(tree, ast.List | ast.Tuple | ast.Set) or not tree.elts:
        raise ExpressionError(f"{ast.unparse(tree)!r}: 'in' needs a list of numbers or texts")
    values = [operand(element, Vocabulary((), ())) for element in tree.elts]
    if len({value.is_text for value in values}) > 1:
        raise ExpressionError(f"{ast.unparse(tree)!r} mixes numbers and texts")
    return _Operand(f"({', '.join(value.code for value in values)},)", is_text=values[0].is_text)


def _parsed(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise ExpressionError(f"longer than {_LONGEST} characters; split it into two rules")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"{text!r} is not an expression") from None
    if _depth(tree) > _DEEPEST:
        raise ExpressionError(f"{text!r} nests deeper than {_DEEPEST} levels; split it into two rules")
    return tree


def _depth(tree: ast.AST) -> int:
    return 1 + max(map(_depth, ast.iter_child_nodes(tree)), default=0)


def _names(tree: ast.expr) -> tuple[str, ...]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)
    return tuple(dict.fromkeys(node.id for node in found))


class Wording:
    """A checked sentence with measures in braces: ``no use for {idle_days} days``.

    ``code`` is Python source of the sentence, numbers rounded to whole ones. ``guards`` must hold before
    it is evaluated. ``trees`` are what stands in braces.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        """Check ``text``. Raises `ExpressionError`."""
        pieces: list[str] = []
        guards: list[str] = []
        names: list[str] = []
        self.trees: list[ast.expr] = []
        for literal, field, spec, conversion in _fields(text):
            pieces.append(literal.replace("{", "{{").replace("}", "}}"))
            if field is None:
                continue
            if spec or conversion:
                raise ExpressionError(f"{{{field}…}}: write the measure alone, numbers are rounded")
            tree = _parsed(field)
            value = operand(tree, vocabulary)
            if isinstance(tree, ast.Constant):
                raise ExpressionError(f"{{{field}}} is no measure")
            pieces.append(f"{{{value.code}}}" if value.is_text else f"{{{value.code}:z.0f}}")
            guards.extend(value.guards)
            names.extend(_names(tree))
            self.trees.append(tree)
        self.code = f"f{''.join(pieces)!r}" if names else repr(text)
        self.guards = tuple(dict.fromkeys(guards))
        self.names = tuple(names)


def _fields(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(text))
    except ValueError as error:
        raise ExpressionError(f"{text!r}: {error}") from None
