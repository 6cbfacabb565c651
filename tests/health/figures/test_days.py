from datetime import date

import pytest

from health.figures.days import Span, day_of, last_days, months_on, start_ms


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), -12, date(2023, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 6, 1), 0, date(2026, 6, 1)),
    ],
)
def test_months_on(day, months, expected):
    assert months_on(day, months) == expected


def test_days_are_half_open():
    span = last_days(date(2026, 6, 1), 2)
    assert span == Span(date(2026, 5, 30), date(2026, 6, 1))
    assert [span.has(date(2026, 5, 29)), span.has(span.first), span.has(span.until)] == [False, True, False]


def test_an_instant_before_midnight_is_the_day_before():
    day = date(2026, 6, 1)
    assert (day_of(start_ms(day)), day_of(start_ms(day) - 1)) == (day, date(2026, 5, 31))
    assert start_ms(date(1970, 1, 2)) == 86_400_000
