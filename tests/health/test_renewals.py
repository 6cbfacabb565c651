from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.features import Term
from health.renewals import (
    Anchor,
    anchors,
    downsizing_risk_minor,
    nearness,
    revenue_at_risk_minor,
    window,
    windows,
)
from health.terms import in_force
from tests.health.examples import AS_OF, TERM, policy

RULES = policy().renewals
START = date(2025, 1, 1)
YEAR = replace(TERM, term_start=START, term_end=date(2026, 1, 1))


def months(start: date, end: date, **changes: object) -> Term:
    return replace(TERM, term_start=start, term_end=end, **changes)  # type: ignore[arg-type]  # real fields


@pytest.mark.parametrize(
    ("term", "on", "kind", "start"),
    [
        (YEAR, date(2026, 1, 1), "term_end", START),
        (replace(YEAR, notice_days=60), date(2025, 11, 2), "notice", START),
        (replace(YEAR, review_on=date(2025, 9, 1), notice_days=60), date(2025, 9, 1), "review", START),
        (replace(YEAR, review_on=date(2025, 6, 3)), date(2026, 1, 1), "term_end", START),
        (replace(YEAR, review_on=AS_OF), AS_OF, "review", START),
        # a missed notice counts as renewed: the next year's notice is meant
        (replace(YEAR, notice_days=240), date(2026, 5, 6), "notice", date(2026, 1, 1)),
        # unless it does not renew by itself, or is set to end
        (replace(YEAR, notice_days=240, auto_renew=False), date(2026, 1, 1), "term_end", START),
        (replace(YEAR, notice_days=240, cancel_at_period_end=True), date(2026, 1, 1), "term_end", START),
        # renewed a week ago, the successor is not known yet
        (months(date(2024, 5, 28), date(2025, 5, 28)), date(2026, 5, 28), "term_end", date(2025, 5, 28)),
        (months(date(2025, 4, 30), date(2025, 5, 31)), date(2025, 7, 1), "term_end", date(2025, 5, 31)),
        (months(date(2025, 4, 30), date(2025, 5, 30)), date(2025, 6, 30), "term_end", date(2025, 5, 30)),
    ],
)  # fmt: skip
def test_the_anchor_is_the_earliest_date_ahead(term, on, kind, start):
    (found,) = anchors(in_force([term], AS_OF, RULES), AS_OF)
    assert (found.on, found.kind, found.term.term_start) == (on, kind, start)


def test_a_term_without_an_end_has_no_anchor():
    assert anchors([replace(YEAR, term_end=None)], AS_OF) == []


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (YEAR, (120, 90, 60, 30, 14, 7)),
        (months(date(2025, 1, 1), date(2025, 7, 1)), (60, 30, 14, 7)),
        (months(date(2025, 2, 1), date(2025, 5, 1)), (30, 14, 7)),
        (months(date(2025, 2, 1), date(2025, 3, 1), auto_renew=False), (7,)),
        (months(date(2025, 2, 1), date(2025, 3, 1)), ()),
        (replace(YEAR, term_end=None), ()),
    ],
)
def test_only_windows_up_to_a_third_of_the_term(term, expected):
    assert windows(term, RULES) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(200, None), (123, None), (121, None), (120, 120), (91, 120), (90, 90), (8, 14), (7, 7), (0, 7)],
)
def test_the_nearest_open_window(days, expected):
    found = Anchor(AS_OF + timedelta(days=days), "term_end", YEAR)
    assert window(found, AS_OF, RULES, lambda day: True) == expected  # noqa: ARG005 - every day is one


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(date(2025, 6, 5), 60), (date(2025, 6, 6), 30), (date(2025, 6, 7), 30), (date(2025, 6, 9), 30)],
)
def test_a_window_that_would_open_on_a_weekend_opens_the_friday_before(as_of, expected):
    found = Anchor(date(2025, 6, 8) + timedelta(days=30), "term_end", YEAR)  # 30 days before is a Sunday
    assert window(found, as_of, RULES, lambda day: day.weekday() < 5) == expected


def test_revenue_at_risk_is_a_year_of_all_that_is_up_on_the_day():
    other = replace(YEAR, subscription_id="sub-2", mrr_minor=1_000)
    later = replace(YEAR, subscription_id="sub-3", term_end=date(2026, 2, 1))
    foreign = replace(YEAR, subscription_id="sub-4", currency="USD")
    found = anchors([YEAR, other, later, foreign], AS_OF)
    assert revenue_at_risk_minor(found, found[0], AS_OF) == 12 * 41_000


@pytest.mark.parametrize(
    ("seats", "mrr", "active", "expected"),
    [(20, 40_000, 5.0, 12 * 30_000), (20, 40_000, 25.0, 0), (None, 40_000, 5.0, 0), (20, None, 5.0, 0)],
)
def test_downsizing_risk_is_a_year_of_unused_seats(seats, mrr, active, expected):
    terms = [replace(YEAR, seats=seats, mrr_minor=mrr)]
    assert downsizing_risk_minor(terms, active, YEAR.currency, AS_OF) == expected


@pytest.mark.parametrize(
    ("other", "active", "expected"),
    [
        ({}, 10.0, 12 * 30_000),  # 30 of 40 seats, of 40,000
        ({"currency": "JPY", "mrr_minor": 9_000_000}, 10.0, 12 * 15_000),  # 30 of 40, of 20,000
        ({"seats": -15}, 10.0, 12 * 10_000),  # 10 of 20
        ({"mrr_minor": -9_000}, 10.0, 12 * 10_000),
    ],
)
def test_downsizing_risk_adds_up_no_currencies_and_nothing_below_none(other, active, expected):
    first = replace(YEAR, seats=20, mrr_minor=20_000)
    terms = [first, replace(first, subscription_id="other", **other)]
    assert downsizing_risk_minor(terms, active, first.currency, AS_OF) == expected


def test_revenue_below_none_is_up_nowhere():
    refund = replace(YEAR, subscription_id="refund", mrr_minor=-30_000)
    found = anchors([YEAR, refund], AS_OF)
    assert (
        revenue_at_risk_minor(found, found[0], AS_OF) == revenue_at_risk_minor(found[:1], found[0], AS_OF) > 0
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, 1.0),
        (30, 1.0),
        (60, 0.85),
        (90, 0.7),
        (120, 0.4),
        (150, 0.3),
        (365, 0.05),
        (900, 0.05),
        (None, 0.05),
    ],
)
def test_nearness(days, expected):
    assert nearness(days, RULES.nearness) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (YEAR, True),
        (months(AS_OF, date(2026, 6, 4)), True),
        (months(date(2024, 6, 4), AS_OF), True),  # in its days of grace
        (months(date(2024, 6, 4), AS_OF, auto_renew=False), False),
        (months(date(2024, 5, 21), date(2025, 5, 21)), False),  # grace is over
        (months(date(2025, 6, 5), date(2026, 6, 5)), False),
        (replace(YEAR, status="paused"), False),
        (replace(YEAR, term_end=None), True),
    ],
)
def test_in_force(term, expected):
    assert bool(in_force([term], AS_OF, RULES)) is expected


def test_a_successor_ends_the_grace():
    old, new = months(date(2024, 6, 1), date(2025, 6, 1)), months(date(2025, 6, 1), date(2026, 6, 1))
    assert in_force([old, new], AS_OF, RULES) == [new]


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 36), st.integers(0, 120))
def test_an_anchor_is_never_behind(start, length, notice):
    year, month = divmod(start.month - 1 + length, 12)
    end = date(start.year + year, month + 1, min(start.day, 28))
    term = months(start, end, notice_days=notice)
    for as_of in (start, end - timedelta(days=1)):
        assert all(found.on >= as_of for found in anchors([term], as_of))
