from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from integrations.rows.cells import (
    Parse,
    Unreadable,
    address,
    amount,
    currency,
    day,
    flag,
    instant_ms,
    minor_units,
    number,
    one_of,
    quantity,
    text,
    whole,
)

JUNE_1_MS = 1_780_272_000_000  # 2026-06-01T00:00Z


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (text, "Zoë & Söhne", "Zoë & Söhne"),
        (text, "two\nlines", "two\nlines"),
        (address, "ann@acme.example", "ann@acme.example"),
        (whole, "-12", -12),
        (whole, "+7", 7),
        (whole, "25.0", 25),
        (whole, "9007199254740992", 2**53),
        (number, ".5", 0.5),
        (number, "-1e3", -1000.0),
        (quantity, "3", 3),
        (quantity, "2.5", 2.5),
        (amount, "12.340", Decimal("12.340")),
        (currency, "eur", "EUR"),
        (day, "2026-06-01", date(2026, 6, 1)),
        (day, "2026-06-01T23:30:00-08:00", date(2026, 6, 1)),
        (instant_ms, "2026-06-01", JUNE_1_MS),
        (instant_ms, "2026-06-01T00:00:00", JUNE_1_MS),
        (instant_ms, "2026-06-01T00:00:00Z", JUNE_1_MS),
        (instant_ms, "2026-06-01 02:00:00.001+02:00", JUNE_1_MS + 1),
        (instant_ms, "1969-12-31T23:59:59.999Z", -1),
        (flag, "Yes", True),
        (flag, "0", False),
        (one_of("done", "failed"), "Done", "done"),
    ],
)
def test_a_good_cell_is_read(parse: Parse, cell: str, value: object):
    read = parse(cell)

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (text, "nul\0"),
        (text, "\udcff"),
        (address, "no address"),
        (address, "two@at@signs"),
        (address, "new\nline@acme.example"),
        (whole, "12.5"),
        (whole, "1_000"),
        (whole, "1,000"),
        (whole, "٣"),
        (whole, "9007199254740993"),
        (whole, "9" * 5000),
        (number, "nan"),
        (number, "inf"),
        (number, "1e999"),
        (number, "1_0.5"),
        (amount, "NaN"),
        (amount, "$5"),
        (amount, "1e3"),
        (amount, "0." + "0" * 40 + "1"),
        (currency, "XXZ"),
        (day, "2026-02-30"),
        (day, "01/06/2026"),
        (instant_ms, "yesterday"),
        (instant_ms, "1780272000000"),
        (flag, "maybe"),
        (one_of("done", "failed"), "undone"),
    ],
)
def test_a_bad_cell_is_refused_without_being_quoted(parse: Parse, cell: str):
    with pytest.raises(Unreadable) as refusal:
        parse(cell)

    assert cell not in refusal.value.reason


@pytest.mark.parametrize(
    ("major", "code", "minor"),
    [
        ("12.34", "USD", 1234),
        ("12", "JPY", 12),
        ("1.234", "KWD", 1234),
        ("-0.5", "EUR", -50),
        ("3.00", "JPY", 3),
    ],
)
def test_money_comes_to_the_minor_unit_of_its_currency(major: str, code: str, minor: int):
    assert minor_units(Decimal(major), code) == minor


@pytest.mark.parametrize(("major", "code"), [("0.5", "JPY"), ("1.005", "USD"), ("1.2345", "KWD")])
def test_money_finer_than_the_minor_unit_is_refused(major: str, code: str):
    with pytest.raises(Unreadable, match=f"minor unit of {code}"):
        minor_units(Decimal(major), code)


@given(st.integers(-(10**13), 10**13), st.sampled_from(["JPY", "USD", "EUR", "KWD", "CLF"]))
def test_money_is_exact(minor: int, code: str):
    written = format(Decimal(minor).scaleb(-get_currency_precision(code)), "f")

    parsed = amount(written)

    assert isinstance(parsed, Decimal)
    assert minor_units(parsed, code) == minor
