"""Figures as people of a language write them."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from templates import filters
from templates.rendering import CURRENT, Rendering

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    token = CURRENT.set(Rendering(Locale("en")))
    yield
    CURRENT.reset(token)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: filters.money(123_450, "EUR"), "€1,234.50"),
        (lambda: filters.money(1_234, "JPY"), "¥1,234"),
        (lambda: filters.money(1_234, "KWD"), f"KWD{NBSP}1.234"),
        (lambda: filters.whole_money(123_456, "CHF"), f"CHF{NBSP}1,235"),
        (lambda: filters.money(5, "USD"), "$0.05"),
        (lambda: filters.money(0, "EUR"), "€0.00"),
        (lambda: filters.whole_money(123_456, "EUR"), "€1,235"),
        (lambda: filters.whole_money(1_234, "JPY"), "¥1,234"),
        (lambda: filters.day(date(2027, 3, 1)), "March 1, 2027"),
        (lambda: filters.dated("by 2027-03-01, or 2027-02-30"), "by Mar 1, 2027, or 2027-02-30"),
        (lambda: filters.unbroken("March 1, 2027"), f"March{NBSP}1,{NBSP}2027"),
        (lambda: filters.fitted(f"1.200,00{NBSP}€", 11), f"1.200,00{NBSP}€"),
        (lambda: filters.fitted(f"12.345,00{NBSP}CHF", 11), "12.345,00 CHF"),
        (lambda: filters.short_day(date(2027, 3, 1)), "Mar 1, 2027"),
        (lambda: filters.sparkline((None, 0.0, 1.0, 2.0, 3.5, 7.0)), "·▁▂▃▅█"),
        (lambda: filters.sparkline((0.0, 0.0)), "▁▁"),
        (lambda: filters.sparkline(()), ""),
        (lambda: filters.away(1), "in 1 day"),
        (lambda: filters.away(400), "in 400 days"),
        (lambda: filters.away(-3), "3 days ago"),
        (lambda: filters.number(12_400), "12,400"),
        (lambda: filters.percent(38.4), "38%"),
        (lambda: filters.percent(142.0), "142%"),
        (lambda: filters.points(41.0), "41"),
        (lambda: filters.points(49.96), "49.9"),
        (lambda: filters.points(74.999), "74.9"),
        (lambda: filters.points(100.0), "100"),
        (lambda: filters.change(-11.73), f"{MINUS}11.7"),
        (lambda: filters.change(3.0), "+3"),
        (lambda: filters.change(0.01), "±0"),
        (lambda: filters.shift(3.4), "+3%"),
        (lambda: filters.shift(-50.6), f"{MINUS}51%"),
        (lambda: filters.shift(-0.4), "±0%"),
        (lambda: filters.counted(1, "seat", "seats"), "1 seat"),
        (lambda: filters.counted(1_200, "seat", "seats"), "1,200 seats"),
        (lambda: filters.joined(("a", "b")), "a, b"),
        (lambda: filters.cut("abcdef", 4), "abc…"),
    ],
)
def test_figures_in_english(made: Callable[[], str], words: str) -> None:
    assert made() == words


@given(st.floats(0, 100))
def test_a_score_never_reads_as_more_than_it_is(score: float) -> None:
    token = CURRENT.set(Rendering(Locale("en")))
    assert float(filters.points(score)) <= score
    CURRENT.reset(token)
