import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.expressions import Expression, ExpressionError, Vocabulary, Wording

WORDS = Vocabulary(("idle_days", "seats", "use", "trend_pct"), ("plan",))
NUMBERS = ("idle_days", "seats", "use", "trend_pct")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("idle_day > 7", "'idle_day' is no measure, did you mean 'idle_days'?"),
        ("zzz > 7", "'zzz' is no measure"),
        ("idle_days", "'idle_days' is no comparison; write one, such as 'idle_days > 7'"),
        ("idle_days is 7", "'idle_days is 7': compare with < <= > >= == != or in"),
        ("idle_days > True", "True is neither number nor text"),
        ("idle_days > None", "None is neither number nor text"),
        ("idle_days > 1e999", "inf is too large"),
        ("idle_days ** 2 > 7", "'idle_days ** 2' is not allowed here"),
        ("seats.real > 7", "'seats.real' is not allowed here"),
        ("seats[0] > 7", "'seats[0]' is not allowed here"),
        ("abs(seats) > 7", "'abs(seats)' is not allowed here"),
        ("chance(seats) > 0.1", "'chance(seats)' is not allowed here"),
        ("chance(seats, plan) > 0.1", "'plan' is a text, a number is needed"),
        ("chance > 0.1", "'chance' is no measure"),
        ("(lambda: 1)() > 0", "'(lambda: 1)()' is not allowed here"),
        ("__import__('os').system('x') > 0", "\"__import__('os').system('x')\" is not allowed here"),
        ("[x for x in (1,)] == 1", "'[x for x in (1,)]' is not allowed here"),
        ("(seats := 3) > 1", "'(seats := 3)' is not allowed here"),
        ("f'{seats}' == 'x'", "f'{seats}'"),
        ("plan > 'a'", "compares a text"),
        ("plan == 3", "compares a text"),
        ("plan + 1 > 2", "'plan' is a text, a number is needed"),
        ("seats in plan", "'plan': 'in' needs a list of numbers or texts"),
        ("seats in []", "'[]': 'in' needs a list of numbers or texts"),
        ("seats in [use]", "'use' is no measure"),
        ("seats in [1, 'a']", "mixes numbers and texts"),
        ("seats >", "'seats >' is not an expression"),
        ("seats > 1; seats < 2", "is not an expression"),
        ("", "is not an expression"),
        ("seats > " + "(" * 300 + "1" + ")" * 300, "longer than 500 characters"),
        ("seats > " + "-" * 60 + "1", "nests deeper than 20 levels"),
    ],
)
def test_all_else_is_refused_with_the_offending_text(text, problem):
    with pytest.raises(ExpressionError) as refusal:
        Expression(text, WORDS)
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("idle_days > 7", {"idle_days": 8.0}, (True, False)),
        ("idle_days > 7", {"idle_days": 7.0}, (False, True)),
        ("idle_days > 7", {}, (False, False)),
        ("not idle_days > 7", {}, (False, False)),
        ("not not idle_days > 7", {}, (False, False)),
        ("7 < idle_days <= 30", {"idle_days": 31.0}, (False, True)),
        ("7 < idle_days <= seats", {"idle_days": 7.0}, (False, True)),
        ("idle_days > 7 or seats > 1", {"seats": 2.0}, (True, False)),
        ("idle_days > 7 and seats > 1", {"seats": 2.0}, (False, False)),
        ("idle_days > 7 and seats > 1", {"seats": 0.0}, (False, True)),
        ("use / seats > 0.5", {"use": 1.0, "seats": 0.0}, (False, False)),
        ("not use / seats > 0.5", {"use": 1.0, "seats": 0.0}, (False, False)),
        ("1 / (use / seats) > 0.5", {"use": 0.0, "seats": 2.0}, (False, False)),
        ("plan == 'pro'", {"plan": "pro"}, (True, False)),
        ("plan in ['pro', 'team']", {"plan": "free"}, (False, True)),
        ("plan not in ['pro', 'team']", {}, (False, False)),
        ("seats in [1, 2]", {"seats": 2.0}, (True, False)),
    ],
)
def test_the_unknown_is_never_true_and_neither_is_its_opposite(text, values, expected):
    assert run(Expression(text, WORDS), values) == expected


def run(expression, values):
    scope = dict.fromkeys((*NUMBERS, "plan")) | values
    return tuple(eval(code, {"__builtins__": {}}, scope) for code in (expression.when, expression.unless))  # noqa: S307 - what is under test


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("no use", {}, "no use"),
        ("no use for {idle_days} days", {"idle_days": 8.4}, "no use for 8 days"),
        ("down {-trend_pct} %", {"trend_pct": -61.6}, "down 62 %"),
        ("{trend_pct} %", {"trend_pct": -0.2}, "0 %"),
        ("plan {plan}: {{{seats - 1}}}", {"plan": "p'r\"o\\", "seats": 3.0}, "plan p'r\"o\\: {2}"),
        ('it\'s "so"\\n', {}, 'it\'s "so"\\n'),
    ],
)
def test_wording(text, values, expected):
    scope = dict.fromkeys((*NUMBERS, "plan")) | values
    assert eval(Wording(text, WORDS).code, {"__builtins__": {}}, scope) == expected  # noqa: S307 - what is under test


@pytest.mark.parametrize(
    "text", ["{seat}", "{seats:.2f}", "{seats!r}", "{}", "{1}", "{seats", "{seats.real}"]
)
def test_wording_is_checked(text):
    with pytest.raises(ExpressionError):
        Wording(text, WORDS)


# -- the compiled against an interpreter of its own ---------------------------------------------------

number = st.recursive(
    st.sampled_from(NUMBERS) | st.integers(-3, 3).map(str),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner) | inner.map("(-{})".format)
    ),
    max_leaves=4,
)
comparison = st.one_of(
    st.builds("{} {} {}".format, number, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), number),
    st.builds("{} < {} <= {}".format, number, number, number),
    st.builds("{} {} [1, 2, 3]".format, number, st.sampled_from(["in", "not in"])),
    st.builds("plan {} {!r}".format, st.sampled_from(["==", "!="]), st.sampled_from(["pro", "free"])),
)
condition = st.recursive(
    comparison,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | inner.map("(not {})".format)
    ),
    max_leaves=5,
)
values = st.fixed_dictionaries(
    {name: st.none() | st.integers(-3, 3).map(float) for name in NUMBERS}
    | {"plan": st.sampled_from([None, "pro", "free", "team"])}
)


class Interpreter:
    """Three-valued logic by the book: true, false, or `None` for unknown."""

    def __init__(self, values):
        self.values = values

    def says(self, tree):
        if isinstance(tree, ast.BoolOp):
            answers = [self.says(part) for part in tree.values]
            decisive = isinstance(tree.op, ast.Or)
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        if isinstance(tree, ast.UnaryOp):
            answer = self.says(tree.operand)
            return None if answer is None else not answer
        sides = [tree.left, *tree.comparators]
        answers = [
            self.compare(left, op, right) for left, op, right in zip(sides, tree.ops, sides[1:], strict=False)
        ]
        if False in answers:
            return False
        return None if None in answers else True

    def compare(self, left, op, right):
        one = self.worth(left)
        if isinstance(op, ast.In | ast.NotIn):
            other = [self.worth(element) for element in right.elts]
            return None if one is None else (one in other) is isinstance(op, ast.In)
        other = self.worth(right)
        if one is None or other is None:
            return None
        order = {ast.Lt: one < other, ast.LtE: one <= other, ast.Gt: one > other, ast.GtE: one >= other}
        return {**order, ast.Eq: one == other, ast.NotEq: one != other}[type(op)]

    def worth(self, tree):
        if isinstance(tree, ast.Name):
            return self.values[tree.id]
        if isinstance(tree, ast.Constant):
            return tree.value
        if isinstance(tree, ast.UnaryOp):
            inner = self.worth(tree.operand)
            return None if inner is None else -inner
        left, right = self.worth(tree.left), self.worth(tree.right)
        if left is None or right is None or (isinstance(tree.op, ast.Div) and right == 0):
            return None
        if isinstance(tree.op, ast.Div):
            return left / right
        both = {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}
        return both[type(tree.op)]


@given(condition, values)
def test_the_compiled_says_what_an_interpreter_says(text, values):
    answer = Interpreter(values).says(ast.parse(text, mode="eval").body)
    assert run(Expression(text, WORDS), values) == (answer is True, answer is False)
