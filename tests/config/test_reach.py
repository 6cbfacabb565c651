import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import reach
from config.divisions import by_zero
from config.expressions import Expression, Vocabulary

NUMBERS = ("idle_days", "seats", "use", "trend_pct")
WORDS = Vocabulary(NUMBERS, ("plan",))


def read(text):
    return Expression(text, WORDS)


@pytest.mark.parametrize(
    ("text", "holds", "fails"),
    [
        ("seats > 5", True, True),
        ("seats > 5 and seats < 3", False, True),
        ("seats > 5 and seats < 5.5", True, True),
        ("5 < seats < 5", False, True),
        ("seats > 5 or seats <= 5", True, False),
        ("seats == 5 and not seats == 5", False, True),
        ("seats > use and use > seats", False, True),
        ("seats > use and use > idle_days and idle_days > seats", False, True),
        ("seats > use and use > idle_days and idle_days > 3", True, True),
        ("plan == 'pro' and plan == 'free'", False, True),
        ("plan != 'pro' and plan != 'free'", True, True),
        ("plan in ['pro'] or plan not in ['pro']", True, False),
        ("seats > 5 and (seats < 3 or plan == 'pro')", True, True),
        ("trend_pct <= -50 and trend_pct > -50", False, True),
        ("trend_pct <= -50 and trend_pct > -51", True, True),
        ("1 > 0", True, False),
    ],
)
def test_what_can_hold_and_what_can_fail(text, holds, fails):
    condition = read(text)
    assert reach.decided(condition)
    assert (reach.witness((condition,)) is not None, reach.witness(failing=(condition,)) is not None) == (
        holds,
        fails,
    )


@pytest.mark.parametrize("text", ["seats - use > 3", "chance(use, seats) > 0.1", "-seats > 3"])
def test_what_computes_is_left_undecided(text):
    assert not reach.decided(read(text))


def test_what_has_too_many_cells_is_left_undecided():
    many = " and ".join(f"{name} not in {[*range(9)]}" for name in NUMBERS)
    assert not reach.decided(read(many))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("seats > 5", "seats > 8", "seats = 9"),
        ("seats > 5", "seats < 3", None),
        ("seats > 5", "plan == 'pro'", "seats = 6, plan = 'pro'"),
    ],
)
def test_a_witness_fits_both(one, other, expected):
    values = reach.witness((read(one), read(other)))
    assert (values and reach.shown(values)) == expected


def test_what_is_unknown_may_be_what_no_other_fits():
    one, other = read("seats > 5 or use > 3"), read("seats > 5")
    assert reach.shown(reach.witness((one,), without=(other, read("seats <= 5")), unknown=True)) == (
        "use = 4, seats unknown"
    )


simple = st.builds(
    "{} {} {}".format,
    st.sampled_from(NUMBERS),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(-2, 2),
)
tangled = st.recursive(
    simple | st.builds("{} < {}".format, st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | inner.map("(not {})".format)
    ),
    max_leaves=4,
)


@settings(max_examples=200)
@given(tangled, st.tuples(*[st.floats(-4, 4)] * 4))
def test_what_any_values_meet_is_found(text, numbers):
    condition = read(text)
    scope = dict(zip(NUMBERS, numbers, strict=True))
    if reach.decided(condition):
        for code, found in (
            (condition.when, reach.witness((condition,))),
            (condition.unless, reach.witness(failing=(condition,))),
        ):
            assert found is not None or not eval(code, {"__builtins__": {}}, scope)  # noqa: S307 - generated


@settings(max_examples=200)
@given(simple | st.builds("({} and {})".format, simple, st.builds("plan == {!r}".format, st.just("x"))))
def test_what_is_called_plain_may_hold_and_may_fail(text):
    condition = read(text)
    if reach.plain(condition):
        assert reach.witness((condition,))
        assert reach.witness(failing=(condition,))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("use / seats > 2", "use / seats"),
        ("seats > 0 and use / seats > 2", None),
        ("use / seats > 2 and seats > 0", "use / seats"),
        ("seats >= 0 and use / seats > 2", "use / seats"),
        ("seats >= 1 and use / seats > 2", None),
        ("seats != 0 and use / seats > 2", None),
        ("seats == 4 and use / seats > 2", None),
        ("seats < 0 and use / seats > 2", None),
        ("seats < 1 and use / seats > 2", "use / seats"),
        ("0 < seats and use / seats > 2", None),
        ("0 < seats <= 9 and use / seats > 2", None),
        ("not seats == 0 and use / seats > 2", None),
        ("not (seats == 0 or use > 1) and use / seats > 2", None),
        ("not (seats == 0 and use > 1) and use / seats > 2", "use / seats"),
        ("(seats > 0 or use > 1) and use / seats > 2", "use / seats"),
        ("seats == 0 or use / seats > 2", None),
        ("seats <= 0 or use / seats > 2", None),
        ("seats > 0 or use / seats > 2", "use / seats"),
        ("not (seats == 0 or use / seats > 2)", None),
        ("use > 0 and use / seats > 2", "use / seats"),
        ("seats > idle_days and use / seats > 2", "use / seats"),
        ("use / 2 > 2", None),
        ("use / -2 > 2", None),
        ("use / 0 > 2", "use / 0"),
        ("use / (seats - 1) > 2", "use / (seats - 1)"),
        ("seats - 1 > 0 and use / (seats - 1) > 2", None),
        ("seats in [1, 2] and use / seats > 2", "use / seats"),
    ],
)
def test_a_divisor_that_may_be_0(text, problem):
    assert by_zero(read(text).tree) == problem


@given(st.floats(-3, 3), st.integers(-2, 2), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_a_divisor_called_safe_is_never_0(seats, bound, operator):
    text = f"seats {operator} {bound} and use / seats > 2"
    if by_zero(read(text).tree) is None:
        assert seats != 0 or not eval(f"seats {operator} {bound}", {}, {"seats": seats})  # noqa: S307 - built above
