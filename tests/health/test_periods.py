"""Months and quarters by name."""

from datetime import date

import pytest

from health.figures.days import Span
from health.periods import period


@pytest.mark.parametrize(
    ("name", "first", "until", "before"),
    [
        ("2026-05", date(2026, 5, 1), date(2026, 6, 1), date(2026, 4, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1), date(2024, 1, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), date(2026, 11, 1)),
        ("2026-01", date(2026, 1, 1), date(2026, 2, 1), date(2025, 12, 1)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1), date(2025, 10, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), date(2026, 7, 1)),
    ],
)
def test_a_period_and_the_one_before_meet(name, first, until, before):
    found = period(name)
    assert (found.name, found.span) == (name, Span(first, until))
    assert found.before == Span(before, first)


@pytest.mark.parametrize(
    "name", ["2026", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-5", "0001-01", "9999-12", ""]
)
def test_what_names_none_is_refused(name):
    with pytest.raises(ValueError, match="neither a month"):
        period(name)
