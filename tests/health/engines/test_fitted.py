"""The fitted engine: lines that sum, each in proportion to its odds; fillings, intervals, and the map."""

from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import model_of
from health.engines.fitted import USUAL, likelihood, score
from health.model import Model, chance_of, scaled, score_knots
from health.nouns import NOT_APPLICABLE
from health.policy import Profile
from health.rules import NUMBERS, Findings, measures_of
from tests.health.models import VALUES, driver, model


def fitted(**changes: object) -> Model:
    return model_of(model(**changes))


def judged(by: Model, values, segment: str = ""):
    """The score of an account of which each driver of a model has a value, in their order."""
    found = Findings(tuple((value, "why") for value in values), (), [], [], [], [], "", "", segment=segment)
    return score(found, Profile("default", "fitted", model=by))


TWO = fitted(drivers=[driver("open_tickets", 0.5, 1.0), driver("plan=Team", -0.8)], intercept=-2.0)


@pytest.mark.parametrize(
    ("values", "odds"),
    [
        ((1.0, 0.0), -2.0),
        ((3.0, 0.0), -1.0),
        ((3.0, 1.0), -1.8),
        ((99.0, -99.0), -2.0 + 0.5 * 3 + 0.8 * 3),  # beyond the ends nothing more is added
        ((NOT_APPLICABLE, 1.0), -2.8),
        ((None, 1.0), -2.8),  # filled in with the usual value, which is the reference here
    ],
)
def test_the_score_is_the_map_of_the_probability(values, odds):
    likely = 1 / (1 + pow(2.718281828459045, -odds))
    points = 10_000 - likely / 0.3 * 5_000 if likely <= 0.3 else 5_000 - (likely - 0.3) / 0.7 * 5_000
    assert judged(TWO, values).points == round(points)


def test_each_line_is_worth_its_share_of_the_odds():
    usual, tickets, plan = judged(TWO, (3.0, 1.0)).contributions
    assert (usual.name, tickets.name, plan.name) == (USUAL, "open_tickets", "plan=Team")
    assert usual.points == judged(TWO, (1.0, 0.0)).points - 10_000
    assert tickets.points < 0 < plan.points
    assert plan.points / tickets.points == pytest.approx(-0.8 / 1.0, abs=0.01)


@given(
    st.lists(st.one_of(st.none(), st.just(NOT_APPLICABLE), st.floats(-1e6, 1e6)), min_size=7, max_size=7),
    st.floats(0.001, 0.999),
    st.floats(-30, 30),
)
def test_lines_sum_exactly_whatever_the_model(values, base, intercept):
    by = replace(fitted(), knots=score_knots(base), intercept=intercept)
    found = judged(by, values)
    assert 10_000 + sum(line.points for line in found.contributions) == found.points
    assert 0 <= found.low <= found.points <= found.high <= 10_000


def test_drivers_that_cancel_out_give_lines_no_larger_than_they_would_alone():
    by = fitted(drivers=[driver("open_tickets", 1.0), driver("nps", -1.0)], intercept=-2.0)
    _, first, second = judged(by, (2.0, 2.0)).contributions
    assert first.points == pytest.approx(-second.points, abs=1)
    assert abs(first.points) < 10_000


@pytest.mark.parametrize(("segment", "points"), [("Team", "better"), ("Solo", "same"), ("", "same")])
def test_what_is_unknown_is_filled_in_by_segment(segment, points):
    by = fitted(drivers=[driver("rate:x", -1.0, scale="log", usual={"": 0.0, "Team": 2.0})])
    assert (
        judged(by, (None,), segment).points
        == judged(by, (1.0 if points == "same" else 2.718281828459045**2,)).points
    )


def test_the_interval_and_the_coverage_are_of_what_is_unknown():
    found = judged(TWO, (None, 1.0))
    assert (found.low, found.high) == (judged(TWO, (99.0, 1.0)).points, judged(TWO, (-99.0, 1.0)).points)
    assert found.coverage == pytest.approx(0.8 / 1.3)
    assert judged(TWO, (NOT_APPLICABLE, 1.0)).coverage == 1.0


def test_without_any_driver_nothing_is_covered():
    found = judged(fitted(drivers=[]), ())
    assert (found.coverage, len(found.contributions)) == (0.0, 1)


@pytest.mark.parametrize("base", [0.01, 0.08, 0.2, 0.4, 0.9])
def test_three_times_the_base_rate_is_fifty_where_that_is_a_probability(base):
    by = replace(fitted(), knots=score_knots(base))
    middle = 3 * base if base < 0.2 else (1 + base) / 2 if base > 0.2 else 0.6
    assert by.height(log(middle / (1 - middle))) == pytest.approx(5_000)
    assert by.height(-99) == pytest.approx(10_000, abs=0.1)
    assert by.height(99) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("scale", "value", "found"),
    [
        ("plain", -2.0, -2.0),
        ("log", 1.0, 0.0),
        ("log1p", 0.0, 0.0),
        ("log1p", -5.0, 0.0),
        ("log", 0.0, log(1e-9)),
    ],
)
def test_scales(scale, value, found):
    assert scaled(scale, value) == found


def test_the_likelihood_is_that_of_the_score():
    by = fitted()
    numbers = {**dict.fromkeys(NUMBERS, 1.0), **VALUES}
    measures = measures_of(numbers, {"plan": "Team"})
    values = [numbers[each.name] for each in by.learned]
    assert likelihood(by, measures) == pytest.approx(
        chance_of(
            by.intercept
            + sum(each.added(value, "Team") for each, value in zip(by.learned, values, strict=True))
        )
    )
