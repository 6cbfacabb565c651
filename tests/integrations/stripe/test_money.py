"""From Stripe's units to minor units."""

from fractions import Fraction

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from integrations.money import currency
from integrations.stripe.money import THOUSANDTHS, WHOLE, minor_units


@pytest.mark.parametrize(
    ("amount", "code", "expected"),
    [
        (1_234, "USD", 1_234),
        (1_234, "JPY", 1_234),
        (12_340, "KWD", 12_340),
        (50_000, "ISK", 500),
        (500, "UGX", 5),
        (1_250, "HUF", 1_250),
        (1_250, "TWD", 1_250),
        (500, "MGA", 500),
        (-1_234, "EUR", -1_234),
    ],
)
def test_amounts(amount: int, code: str, expected: int) -> None:
    assert minor_units(Fraction(amount), code) == expected


@pytest.mark.parametrize(
    ("amount", "code", "expected"),
    [("0.5", "USD", 0), ("1.5", "USD", 2), ("2.5", "USD", 2), ("150", "ISK", 2), ("250", "ISK", 2)],
)
def test_halves_are_rounded_to_even(amount: str, code: str, expected: int) -> None:
    assert minor_units(Fraction(amount), code) == expected


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(["USD", "EUR", "GBP", *sorted(THOUSANDTHS), *sorted(WHOLE)]),
)
def test_a_currency_that_stripe_counts_as_we_do_stays_as_it_is(amount: int, code: str) -> None:
    assert minor_units(Fraction(amount), code) == amount


def test_our_minor_units_are_those_of_the_figures_we_show() -> None:
    assert {get_currency_precision(code) for code in WHOLE} == {0}
    assert {get_currency_precision(code) for code in THOUSANDTHS} == {3}


@pytest.mark.parametrize(
    ("code", "expected"), [("usd", "USD"), ("Eur", "EUR"), ("zzz", None), ("", None), (None, None)]
)
def test_codes(code: str | None, expected: str | None) -> None:
    assert currency(code) == expected
