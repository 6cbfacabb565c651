from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.features import Commitment
from health.nouns import NOT_APPLICABLE
from health.rules import measures_of
from tests.health.examples import (
    AS_OF,
    TERM,
    YESTERDAY,
    account,
    assess,
    daily,
    kinds,
    policy,
    pulse,
    series,
)
from tests.health.test_measures import measured

START, END = date(2025, 1, 1), date(2026, 1, 1)
GONE, GONE_LEFT = (AS_OF - START).days, (END - AS_OF).days  # 154 and 211 of 365
METERED = replace(TERM, licence_model="usage", seats=None)
MEASURES = ("commitment_pace_pct", "commitment_end_pct", "commitment_days_left")


def committed(units: float, per_day: float, before: float | None = None, **changes):
    """Consumption of the same every day since the term began, against a year's commitment."""
    early = per_day * (GONE - 92) if before is None else before
    fitting = {
        "terms": (METERED,),
        "commitments": (Commitment("sub-1", START, END, units, early),),
        "series": series(consumption=daily(per_day)),
        "first_used_on": START,
    }
    return account(**fitting | changes)


def found(features, **options):
    told = measured(features, **options)
    return tuple(told[name] for name in MEASURES)


@pytest.mark.parametrize(
    ("units", "per_day", "expected"),
    [
        (3_650, 10.0, (100.0, 100.0, 211.0)),
        (3_650, 5.0, (50.0, 50.0, 3_650 / 5 - GONE)),
        (3_650, 20.0, (200.0, 200.0, 28.5)),
        (1_000, 10.0, (365.0, 365.0, 0.0)),  # used up
        (3_650, 0.0, (0.0, 0.0, NOT_APPLICABLE)),
    ],
)
def test_use_is_held_against_what_is_committed_to_date(units, per_day, expected):
    for value, meant in zip(found(committed(units, per_day)), expected, strict=True):
        assert value == (meant if meant is NOT_APPLICABLE else pytest.approx(meant))


def test_what_leads_ahead_is_the_pace_of_four_weeks():
    """Who ramps up is behind a straight line in the first half, and is not short at the end."""
    features = committed(3_650, 0.0, series=series(consumption=daily(0.0, then=16.0, last=28)))
    pace, end, left = found(features)
    assert (round(pace), round(end), round(left)) == (29, 105, 200)
    assert kinds(assess(features)).get("commitment_under") is None


A_YEAR = Commitment("sub-1", START, END, 3_650.0, used_before=620.0)


@pytest.mark.parametrize(
    ("changes", "pace"),
    [
        ({}, 100.0),
        ({"commitments": ()}, NOT_APPLICABLE),
        ({"terms": (replace(METERED, subscription_id="other"),)}, NOT_APPLICABLE),  # of no term in force
        ({"terms": (METERED, replace(METERED, subscription_id="more"))}, 100.0),  # which commits to nothing
        ({"first_used_on": START + timedelta(days=30)}, 100.0),
        ({"first_used_on": START + timedelta(days=31)}, None),  # what came before is not stated
        ({"first_used_on": None, "last_used_on": None}, None),
        ({"series": series(active_users=3.0)}, 100 * 620 / 1_540),  # it consumes no more
    ],
)
def test_what_nobody_can_tell_is_unknown(changes, pace):
    features = replace(committed(3_650, 10.0, commitments=(A_YEAR,)), **changes)
    assert found(features)[0] == (pytest.approx(pace) if isinstance(pace, float) else pace)


@pytest.mark.parametrize(("start", "pace"), [(START, 50.0), (START + timedelta(days=1), None)])
def test_commitments_of_the_same_days_are_used_together(start, pace):
    more = replace(A_YEAR, subscription_id="more", term_start=start)
    terms = (METERED, replace(METERED, subscription_id="more", term_start=start))
    told = found(committed(3_650, 10.0, commitments=(A_YEAR, more), terms=terms))[0]
    assert told == (pytest.approx(pace) if pace else None)


def test_a_term_of_under_a_week_has_no_pace():
    young = replace(METERED, term_start=AS_OF - timedelta(days=6))
    features = committed(
        3_650, 10.0, terms=(young,), commitments=(replace(A_YEAR, term_start=young.term_start),)
    )
    assert found(features) == (NOT_APPLICABLE,) * 3
    assert found(features, as_of=AS_OF + timedelta(days=1), at=pulse(through=AS_OF))[0] is not NOT_APPLICABLE


@pytest.mark.parametrize(
    ("per_day", "signal", "room"),
    [(7.9, True, False), (8.0, False, False), (12.0, False, False), (12.1, False, True)],
)
def test_under_it_is_a_risk_and_over_it_room_to_grow(per_day, signal, room):
    features = committed(3_650, per_day)
    assert ("commitment_under" in kinds(assess(features))) is signal
    findings = policy().rules(measures_of(assess(features).inputs, {}))
    assert ("commitment" in dict(findings.triggers)) is room


def test_the_verdict_quotes_where_it_leads():
    over, under = (assess(committed(3_650, per_day)).facts for per_day in (20.0, 5.0))
    assert over["commitment_used_up_on"] == (YESTERDAY + timedelta(days=28.5)).isoformat()
    assert (over["commitment_ends_on"], over.get("commitment_unused")) == (END.isoformat(), None)
    assert (under["commitment_unused"], under.get("commitment_used_up_on")) == (1_825, None)
    gone = assess(committed(1_000, 10.0)).facts
    assert (gone["commitment_unused"], gone["commitment_used_up_on"]) == (0, YESTERDAY.isoformat())
    assert "commitment_ends_on" not in assess(account()).facts


def test_whoever_is_sold_consumption_alone_is_judged_by_the_commitment():
    features = committed(3_650, 8.0)
    assert assess(features).facts["profile"] == "committed"
    line = next(line for line in assess(features).score.contributions if line.name == "utilisation")
    assert (line.points, line.reason) == (-692, "consumption at 80 % of what is committed to date")
    unstated = replace(features, commitments=())
    assert assess(unstated).facts["profile"] == "consumption"


@settings(max_examples=40)
@given(st.floats(0.01, 50), st.integers(100, 100_000))
def test_it_is_used_up_before_the_end_exactly_if_all_of_it_will_be_used(per_day, units):
    _, end, left = found(committed(units, per_day))
    assert (left < GONE_LEFT) == (end > 100.0) or end == pytest.approx(100.0)


@settings(max_examples=40)
@given(st.integers(8, 300), st.floats(0.1, 50))
def test_an_even_pace_is_on_course_on_every_day_of_the_term(gone, per_day):
    """No raw total: on day eight as on day three hundred."""
    start = AS_OF - timedelta(days=gone)
    term = replace(METERED, term_start=start, term_end=start + timedelta(days=365))
    before = per_day * max(0, gone - 92)
    features = committed(
        per_day * 365,
        per_day,
        terms=(term,),
        commitments=(Commitment("sub-1", start, start + timedelta(days=365), per_day * 365, before),),
        first_used_on=start,
    )
    assert found(features)[:2] == pytest.approx((100.0, 100.0))
