"""Age by utilisation on whole accounts, and cells of a small matrix one by one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.engines.matrix import score
from health.nouns import NOT_APPLICABLE
from health.policy import Profile
from health.rules import Findings
from tests.health.examples import AS_OF, KINDS, TERM, account, assess, daily, pulse, series

SMALL = Profile("small", "matrix", cells=((1_000, 2_000, 9_000), (3_000, 4_000, 8_000)))
parts = st.one_of(st.none(), st.just(NOT_APPLICABLE), st.sampled_from([0.0, 1.0]))


def findings(row, column):
    return Findings(((row, "a cell"), (column, "a cell")), (), [], [], [], [], "", "")


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (0.0, 0.0, (1_000, 1_000, 1_000, 1.0)),
        (1.0, 2.0, (8_000, 8_000, 8_000, 1.0)),
        (0.0, None, (5_000, 1_000, 9_000, 0.0)),
        (1.0, None, (5_500, 3_000, 8_000, 0.0)),
        (None, 1.0, (3_000, 2_000, 4_000, 0.0)),
        (NOT_APPLICABLE, 1.0, (3_000, 2_000, 4_000, 0.0)),
        (None, None, (5_000, 1_000, 9_000, 0.0)),
    ],
)
def test_the_interval_runs_over_the_cells_that_could_be(row, column, expected):
    found = score(findings(row, column), SMALL)
    assert (found.points, found.low, found.high, found.coverage) == expected


@given(parts, parts)
def test_the_cell_is_the_only_line_and_sums_exactly(row, column):
    found = score(findings(row, column), SMALL)
    ((_, points, _),) = found.contributions
    assert 10_000 + points == found.points
    assert found.low <= found.points <= found.high


def aged(days, used):
    start = AS_OF - timedelta(days)
    term = replace(TERM, term_start=start, term_end=start + timedelta(days=365))
    active = series(active_users_30d=daily(used), active_users=float(used))
    return account(terms=(term,), first_used_on=start, series=active)


@pytest.mark.parametrize(
    ("days", "used", "band"),
    [
        (59, 0, "watch"),
        (59, 4, "healthy"),
        (60, 3, "at_risk"),
        (60, 4, "watch"),
        (119, 8, "healthy"),
        (120, 7, "at_risk"),
        (120, 8, "watch"),
        (179, 12, "healthy"),
        (180, 11, "at_risk"),
        (180, 12, "watch"),
        (180, 15, "watch"),
        (180, 16, "healthy"),
    ],
)
def test_bands_rise_with_age(days, used, band):
    found = assess(aged(days, used), engine="matrix")
    assert found.band == band
    assert [line.name for line in found.score.contributions] == ["cell"]
    assert found.score.contributions[0].reason == f"utilisation {5 * used} % at an age of {days} days"


@pytest.mark.parametrize(
    ("changes", "known", "low", "high"),
    [
        ({}, KINDS - {"usage"}, 2_500, 8_700),
        ({"terms": (replace(TERM, seats=None),)}, KINDS, 2_500, 8_700),
        ({"terms": (replace(TERM, licence_model="usage"),)}, KINDS, 2_500, 8_700),
        ({"terms": (), "first_used_on": None}, KINDS, 2_500, 8_700),
    ],
)
def test_where_a_dimension_is_unknown_so_is_the_band(changes, known, low, high):
    found = assess(account(**changes), engine="matrix", at=pulse(known))
    assert (found.band, found.score.low, found.score.high) == ("unknown", low, high)
