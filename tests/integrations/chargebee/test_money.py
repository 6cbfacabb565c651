"""From Chargebee's units to minor units."""

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from integrations.chargebee.money import UNSURE, WHOLE, minor_units


@pytest.mark.parametrize(
    ("amount", "code", "expected"),
    [
        (1_234, "USD", 1_234),
        (1_234, "JPY", 1_234),
        (500, "UGX", 500),
        (500, "ISK", 500),
        (50_000, "MMK", 500),
        (-1_234, "EUR", -1_234),
        (1_234, "KWD", None),
        (1_234, None, None),
        (None, "USD", None),
    ],
)
def test_amounts(amount: int | None, code: str | None, expected: int | None) -> None:
    assert minor_units(amount, code) == expected


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "EUR", "GBP", *sorted(WHOLE)]))
def test_a_currency_that_chargebee_counts_as_we_do_stays_as_it_is(amount: int, code: str) -> None:
    assert minor_units(amount, code) == amount


def test_our_minor_units_are_those_of_the_figures_we_show() -> None:
    assert {get_currency_precision(code) for code in WHOLE} == {0}
    assert {get_currency_precision(code) for code in UNSURE} <= {0, 3}
