"""Subscriptions as Stripe holds them, each with what our record must say of it: worked out by hand.

All are bought by one customer each. Months have the length that the price says; NOW lies in all terms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.integrations.stripe.made import (
    END,
    JUNE,
    START,
    TEN,
    YEAR,
    YEAR_START,
    Json,
    at,
    coupon,
    discount,
    every,
    item,
    price,
    yearly,
)


@dataclass(frozen=True)
class Case:
    """``told`` and ``customer`` are added to Stripe's objects, ``record`` to what is expected of all."""

    name: str
    items: Sequence[Json]
    record: Mapping[str, object]
    told: Mapping[str, object] = field(default_factory=dict)
    customer: Mapping[str, object] = field(default_factory=dict)


def sold(mrr: int | None, seats: int | None, model: str = "seat", **more: object) -> Json:
    """What is expected, where it is for June."""
    return {"mrr_minor": mrr, "seats": seats, "licence_model": model, **JUNE, **more}


GRADUATED = price(
    "graduated",
    billing_scheme="tiered",
    tiers_mode="graduated",
    tiers=[{"up_to": 5, "unit_amount": 1_000}, {"up_to": None, "unit_amount": 800}],
)
VOLUME = price(
    "volume",
    billing_scheme="tiered",
    tiers_mode="volume",
    tiers=[
        {"up_to": 10, "unit_amount": 900},
        {"up_to": None, "unit_amount_decimal": "700.5", "flat_amount": 1_000},
    ],
)
IN_EUROS = price(
    "two_currencies", 1_000, currency_options={"usd": {"unit_amount": 1_000}, "eur": {"unit_amount": 900}}
)
TIERS_IN_EUROS = price(
    "tiers_in_two_currencies",
    billing_scheme="tiered",
    tiers_mode="volume",
    tiers=[{"up_to": None, "unit_amount": 1_000}],
    currency_options={"eur": {"tiers": [{"up_to": None, "unit_amount": 950}]}},
)
METERED = price("calls", 2, recurring=every("month", usage_type="metered"), nickname="Calls")
VAT = {"id": "txr_vat", "created": 1_600_000_000, "percentage": 19.0, "inclusive": True}
SALES_TAX = {"id": "txr_sales", "created": 1_600_000_000, "percentage": 8.25, "inclusive": False}
TENTH = coupon("TENTH", percent_off=10.0)

CASES = (
    Case(
        "by the month",
        [item(price("team", 1_500, nickname="Team"), 25)],
        sold(37_500, 25, plan="Team", product="prod_team"),
    ),
    Case(
        "by the year, in euros",
        [
            yearly(
                price("annual", 12_000, currency="eur", recurring=every("year"), lookup_key="team_yearly"), 10
            )
        ],
        sold(10_000, 10, plan="team_yearly", billing_period="year", currency="EUR", **YEAR),
    ),
    Case(
        "every three months",
        [item(price("quarter", 9_000, recurring=every("month", 3)), 5)],
        sold(15_000, 5, billing_period="3 months"),
    ),
    Case(
        "by three years: 360 / 36",
        [
            item(
                price("long", 36_000, recurring=every("year", 3)),
                1,
                current_period_start=YEAR_START,
                current_period_end=at(2029, 1, 10),
            )
        ],
        sold(1_000, 1, billing_period="3 years", term_start=date(2026, 1, 10), term_end=date(2029, 1, 10)),
    ),
    Case(
        "by the week: 700 x 365 / 84",
        [item(price("week", 100, recurring=every("week")), 7)],
        sold(3_042, 7, billing_period="week"),
    ),
    Case(
        "by the day: 100 x 365 / 12",
        [item(price("day", 50, recurring=every("day")), 2)],
        sold(3_042, 2, billing_period="day"),
    ),
    Case("no decimals", [item(price("yen", 1_200, currency="jpy"), 3)], sold(3_600, 3, currency="JPY")),
    Case(
        "three decimals", [item(price("dinar", 12_340, currency="kwd"), 4)], sold(49_360, 4, currency="KWD")
    ),
    Case(
        "hundredths of none",
        [item(price("krona", 50_000, currency="isk"), 2)],
        sold(1_000, 2, currency="ISK"),
    ),
    Case(
        "parts of a cent: 333.333 x 3 is 999.999",
        [item(price("fine", unit_amount_decimal="333.333"), 3)],
        sold(1_000, 3),
    ),
    Case(
        "a fifth off for ever",
        [item(TEN, 10)],
        sold(8_000, 10),
        {"discounts": [discount(coupon("FIFTH", percent_off=20.0))]},
    ),
    Case(
        "60 dollars off each year: (240 - 60) / 12",
        [yearly(price("yearly", 24_000, recurring=every("year")), 1)],
        sold(1_500, 1, billing_period="year", **YEAR),
        {"discounts": [discount(coupon("SIXTY", amount_off=6_000, currency="usd"))]},
    ),
    Case(
        "5 euros off, which the coupon has as a second currency",
        [item(price("euro", 1_000, currency="eur"), 2)],
        sold(1_500, 2, currency="EUR"),
        {
            "discounts": [
                discount(
                    coupon(
                        "FIVE",
                        amount_off=600,
                        currency="usd",
                        currency_options={"eur": {"amount_off": 500}},
                    )
                )
            ]
        },
    ),
    Case(
        "half off until August",
        [item(TEN, 4)],
        sold(2_000, 4),
        {"discounts": [discount(coupon("HALF", percent_off=50.0, duration="repeating"), end=at(2026, 8, 1))]},
    ),
    Case(
        "half off until May, which is over",
        [item(TEN, 4)],
        sold(4_000, 4),
        {"discounts": [discount(coupon("HALF", percent_off=50.0, duration="repeating"), end=at(2026, 5, 1))]},
    ),
    Case(
        "30 per cent off once",
        [item(TEN, 4)],
        sold(4_000, 4),
        {"discounts": [discount(coupon("ONCE", percent_off=30.0, duration="once"))]},
    ),
    Case(
        "a fifth off, then 10 dollars: 100 - 20 - 10",
        [item(TEN, 10)],
        sold(7_000, 10),
        {
            "discounts": [
                discount(coupon("FIFTH", percent_off=20.0)),
                discount(coupon("TENNER", amount_off=1_000, currency="usd")),
            ]
        },
    ),
    Case(
        "more off than it costs",
        [item(TEN, 1)],
        sold(0, 1),
        {"discounts": [discount(coupon("ALL", amount_off=5_000, currency="usd"))]},
    ),
    Case(
        "half off one of two products",
        [item(TEN, 4), item(price("support", 3_000), 1)],
        sold(5_500, 5),
        {
            "discounts": [
                discount(coupon("SUPPORT", percent_off=50.0, applies_to={"products": ["prod_support"]}))
            ]
        },
    ),
    Case(
        "a quarter off an item, then a tenth off all: (30 + 20) x 0.9",
        [
            item(TEN, 4, discounts=[discount(coupon("QUARTER", percent_off=25.0))]),
            item(price("flat", 2_000), 1),
        ],
        sold(4_500, 5),
        {"discounts": [discount(TENTH)]},
    ),
    Case(
        "a tenth off for the customer",
        [item(TEN, 10)],
        sold(9_000, 10),
        customer={"discount": discount(TENTH)},
    ),
    Case(
        "half off for the customer, but the subscription has a discount of its own",
        [item(TEN, 10)],
        sold(9_000, 10),
        {"discounts": [discount(TENTH)]},
        {"discount": discount(coupon("HALVED", percent_off=50.0))},
    ),
    Case("graduated tiers: 5 x 10 + 3 x 8", [item(GRADUATED, 8)], sold(7_400, 8, "tiered")),
    Case("tiers by volume: 12 x 7.005 + 10", [item(VOLUME, 12)], sold(9_406, 12, "tiered")),
    Case(
        "packages of five: 3 x 40",
        [item(price("pack", 4_000, transform_quantity={"divide_by": 5, "round": "up"}), 12)],
        sold(12_000, 12),
    ),
    Case(
        "by use alone",
        [item(METERED, None)],
        sold(None, None, "usage", plan="Calls", product="prod_calls"),
    ),
    Case(
        "by quantity and by use",
        [item(METERED, None, created=1), item(price("hybrid", 2_000, nickname="Hybrid"), 6)],
        sold(12_000, 6, "hybrid", plan="Hybrid", product="prod_hybrid"),
    ),
    Case(
        "seats by the year and an extra by the month: due when the first of them is",
        [
            yearly(price("base", 12_000, nickname="Base", recurring=every("year")), 10),
            item(price("extra", 500), 1, created=1_700_000_001),
        ],
        sold(10_500, 11, plan="Base", product="prod_base", billing_period="year"),
    ),
    Case(
        "an amount off what is due at different times",
        [yearly(price("base", 12_000, recurring=every("year")), 10), item(price("extra", 500), 1)],
        sold(None, 11, plan="prod_base", product="prod_base", billing_period="year"),
        {"discounts": [discount(coupon("SIXTY", amount_off=6_000, currency="usd"))]},
    ),
    Case(
        "the price's second currency",
        [item(IN_EUROS, 10)],
        sold(9_000, 10, currency="EUR"),
        {"currency": "eur"},
    ),
    Case(
        "tiers in the price's second currency",
        [item(TIERS_IN_EUROS, 2)],
        sold(1_900, 2, "tiered", currency="EUR"),
        {"currency": "eur"},
    ),
    Case(
        "19 per cent of tax in the price",
        [item(price("gross", 1_190), 10, tax_rates=[VAT])],
        sold(10_000, 10),
        {"default_tax_rates": [SALES_TAX]},
    ),
    Case("tax on top of the price", [item(TEN, 10)], sold(10_000, 10), {"default_tax_rates": [SALES_TAX]}),
    Case(
        "tax in the price, and nobody knows how much",
        [item(price("gross_unknown", 1_190, tax_behavior="inclusive"), 10)],
        sold(None, 10),
        {"automatic_tax": {"enabled": True}},
    ),
    Case(
        "twelve items, of which a listing shows ten",
        [item(price(f"part_{n:02}", 100), 1, created=1_700_000_000 + n) for n in range(12)],
        sold(1_200, 12, plan="prod_part_00", product="prod_part_00"),
    ),
    Case(
        "on trial",
        [item(TEN, 3)],
        sold(3_000, 3, status="trialing", trial_end=date(2026, 7, 1)),
        {"status": "trialing", "trial_start": START, "trial_end": END},
    ),
    Case(
        "given for free until the end of June, then paid again",
        [item(TEN, 3)],
        sold(0, 3, renewal_mrr_minor=3_000),
        {"pause_collection": {"behavior": "void", "resumes_at": END}},
    ),
    Case(
        "given for free until somebody thinks of it",
        [item(TEN, 3)],
        sold(0, 3),
        {"pause_collection": {"behavior": "mark_uncollectible"}},
    ),
    Case(
        "collected later",
        [item(TEN, 3)],
        sold(3_000, 3),
        {"pause_collection": {"behavior": "keep_as_draft", "resumes_at": END}},
    ),
    Case(
        "half off until the renewal",
        [item(TEN, 4)],
        sold(2_000, 4, renewal_mrr_minor=4_000),
        {"discounts": [discount(coupon("UNTIL_JULY", percent_off=50.0, duration="repeating"), end=END)]},
    ),
    Case("past due", [item(TEN, 3)], sold(3_000, 3, status="past_due"), {"status": "past_due"}),
    Case(
        "ends with the term",
        [item(TEN, 3)],
        sold(3_000, 3, auto_renew=False, cancel_at_period_end=True),
        {"cancel_at_period_end": True},
    ),
    Case(
        "ends on a date within the term",
        [item(TEN, 3)],
        sold(3_000, 3, term_end=date(2026, 6, 20), auto_renew=False, cancel_at_period_end=True),
        {"cancel_at": at(2026, 6, 20)},
    ),
    Case("ends on a date two years ahead", [item(TEN, 3)], sold(3_000, 3), {"cancel_at": at(2028, 6, 1)}),
    Case(
        "cancelled in the middle of the term",
        [item(TEN, 3)],
        sold(3_000, 3, term_end=date(2026, 6, 10), status="canceled", auto_renew=False),
        {"status": "canceled", "canceled_at": at(2026, 6, 10), "ended_at": at(2026, 6, 10)},
    ),
)
