"""Monthly revenue: what it is exactly, when it is rounded, and when nobody can know it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.stripe.answers import Coupon
from integrations.stripe.catalogue import Catalogue, PriceIn, wanted
from integrations.stripe.pricing import MONTHS
from integrations.stripe.revenue import monthly, mrr_minor
from tests.integrations.stripe.cases import CASES, Case
from tests.integrations.stripe.made import NOW, TEN, Json, coupon, discount, every, item, price, yearly
from tests.integrations.stripe.told import told

AMOUNTS = st.integers(0, 10**9)
QUANTITIES = st.integers(0, 10**5)
INTERVALS = st.sampled_from(["day", "week", "month", "year"])
PER_CENT = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)


def sold(*items: Json, **more: object) -> Case:
    return Case("", items, {}, more)


def exact(case: Case) -> Fraction:
    return monthly(told(case), Catalogue(), NOW)


def minor(case: Case) -> int | None:
    return mrr_minor(told(case), Catalogue(), NOW)


@given(AMOUNTS, QUANTITIES, QUANTITIES, INTERVALS, st.integers(1, 36), PER_CENT)
def test_revenue_is_linear_in_quantity(  # noqa: PLR0917 - one of each
    amount: int, one: int, other: int, interval: str, count: int, off: float
) -> None:
    charged = price("p", amount, recurring=every(interval, count))
    discounts = [discount(coupon("OFF", percent_off=off))]

    def of(quantity: int) -> Fraction:
        return exact(sold(item(charged, quantity), discounts=discounts))

    assert of(one) + of(other) == of(one + other)
    assert of(one) == one * of(1)


@given(AMOUNTS, QUANTITIES, INTERVALS, st.integers(1, 36))
def test_a_price_for_n_intervals_is_an_nth_of_it_for_one(
    amount: int, quantity: int, interval: str, count: int
) -> None:
    once, many = (price("p", amount, recurring=every(interval, n)) for n in (1, count))
    assert exact(sold(item(many, quantity))) * count == exact(sold(item(once, quantity)))


@given(AMOUNTS, QUANTITIES)
def test_a_year_is_twelve_months(amount: int, quantity: int) -> None:
    month = price("p", amount, recurring=every("month"))
    year = price("p", 12 * amount, recurring=every("year"))
    twelve = price("p", 12 * amount, recurring=every("month", 12))
    assert exact(sold(item(year, quantity))) == exact(sold(item(month, quantity)))
    assert exact(sold(item(twelve, quantity))) == exact(sold(item(month, quantity)))


def test_weeks_and_days_fill_a_year_of_365_days() -> None:
    assert MONTHS["year"] / MONTHS["day"] == 365
    assert MONTHS["week"] / MONTHS["day"] == 7


@given(AMOUNTS, QUANTITIES, st.integers(1, 36))
def test_rounding_costs_no_more_than_half_a_minor_unit(amount: int, quantity: int, count: int) -> None:
    case = sold(item(price("p", amount, recurring=every("month", count)), quantity))
    found = minor(case)
    assert found is not None
    assert abs(found - exact(case)) <= Fraction(1, 2)


HALF = price("half", 6, recurring=every("year"))


@pytest.mark.parametrize(("quantity", "expected"), [(1, 0), (3, 2), (5, 2), (7, 4)])
def test_halves_are_rounded_to_even(quantity: int, expected: int) -> None:
    assert minor(sold(item(HALF, quantity))) == expected


def test_the_total_is_rounded_and_not_the_items() -> None:
    assert minor(sold(*[item(HALF, 1)] * 3)) == 2  # three halves; by the item it would be nothing


@given(st.lists(st.tuples(AMOUNTS, QUANTITIES), min_size=1, max_size=5), AMOUNTS)
def test_an_amount_off_is_taken_once_and_never_below_nothing(items: list[tuple[int, int]], off: int) -> None:
    bought = [item(price(f"p{n}", amount), quantity) for n, (amount, quantity) in enumerate(items)]
    less = discount(coupon("OFF", amount_off=off, currency="usd"))
    total = exact(sold(*bought))
    assert exact(sold(*bought, discounts=[less])) == max(total - off, 0)


@given(
    st.lists(st.tuples(AMOUNTS, QUANTITIES, INTERVALS, st.integers(1, 36)), min_size=1, max_size=6), PER_CENT
)
def test_a_subscription_brings_what_its_items_bring(
    bought: list[tuple[int, int, str, int]], off: float
) -> None:
    less = [discount(coupon("OFF", percent_off=off))]
    items = [
        item(price(f"p{n}", amount, recurring=every(interval, count)), quantity)
        for n, (amount, quantity, interval, count) in enumerate(bought)
    ]
    assert exact(sold(*items, discounts=less)) == sum(exact(sold(each, discounts=less)) for each in items)


@given(
    AMOUNTS, QUANTITIES, st.sampled_from([("month", 3), ("month", 6), ("year", 1), ("year", 2), ("year", 3)])
)
def test_a_year_costs_the_same_however_it_is_paid(
    amount: int, quantity: int, every_so: tuple[str, int]
) -> None:
    interval, count = every_so
    months = count * (12 if interval == "year" else 1)
    charged = price("p", amount * months, recurring=every(interval, count))
    found = minor(sold(item(charged, quantity)))
    assert found is not None
    assert abs(12 * found - 12 * amount * quantity) <= 6, "half a minor unit a month"


LASTING = {
    "for ever": ({"duration": "forever"}, {}, True),
    "repeating": ({"duration": "repeating"}, {"end": NOW + 1}, True),
    "over": ({"duration": "repeating"}, {"end": NOW}, False),
    "once": ({"duration": "once"}, {}, False),
}
TAKEN = {"a tenth": {"percent_off": 10.0}, "three dollars": {"amount_off": 300, "currency": "usd"}}


@pytest.mark.parametrize("lasting", LASTING)
@pytest.mark.parametrize(("taken", "left"), [("a tenth", 2_700), ("three dollars", 2_700)])
@pytest.mark.parametrize("place", ["customer", "subscription", "item"])
def test_discounts_of_each_kind_at_each_place_for_each_time(
    place: str, taken: str, left: int, lasting: str
) -> None:
    duration, ends, counts = LASTING[lasting]
    given_off = discount(coupon("OFF", **TAKEN[taken], **duration), **ends)
    bought = item(TEN, 3, discounts=[given_off] if place == "item" else [])
    of_all = [given_off] if place == "subscription" else []
    of_the_customer = {"discount": given_off} if place == "customer" else {}
    case = Case("", [bought], {}, {"discounts": of_all}, of_the_customer)
    assert minor(case) == (left if counts else 3_000)


@given(AMOUNTS, QUANTITIES, st.booleans())
def test_nothing_is_brought_while_the_customer_is_not_charged(
    amount: int, quantity: int, ahead: bool
) -> None:
    pause = {"behavior": "void", "resumes_at": NOW + 1 if ahead else NOW}
    found = minor(sold(item(price("p", amount), quantity), pause_collection=pause))
    assert found == (0 if ahead else amount * quantity)


FIVE_OFF = coupon("FIVE", amount_off=500, currency="usd")
METERED = item(price("metered", 2, recurring=every("month", usage_type="metered")), None)
UNKNOWN = {
    "nothing but use": sold(METERED),
    "no items": sold(),
    "a currency that is none": sold(item(price("p", 1, currency="zzz"), 1), currency="zzz"),
    "no price": sold({**item(TEN, 1), "price": None}),
    "no quantity": sold(item(TEN, None)),
    "an amount that the customer chooses": sold(item(price("p"), 1)),
    "an amount that is no decimal": sold(item(price("p", unit_amount_decimal="1e9"), 1)),
    "an amount of other digits": sold(item(price("p", unit_amount_decimal="\u0661\u0662"), 1)),
    "an amount that is longer than any": sold(item(price("p", unit_amount_decimal="1" * 16), 1)),
    "another kind of use": sold(item(price("p", 1, recurring=every("month", usage_type="lunar")), 1)),
    "another interval": sold(item(price("p", 1, recurring=every("moon")), 1)),
    "no interval at all": sold(item(price("p", 1, recurring=every("month", 0)), 1)),
    "another scheme": sold(item(price("p", 1, billing_scheme="auctioned"), 1)),
    "packages of nothing": sold(item(price("p", 1, transform_quantity={"divide_by": 0, "round": "up"}), 1)),
    "packages of another kind": sold(
        item(price("p", 1, transform_quantity={"divide_by": 5, "round": "sideways"}), 1)
    ),
    "tiers that end too early": sold(
        item(
            price("p", billing_scheme="tiered", tiers_mode="volume", tiers=[{"up_to": 5, "unit_amount": 1}]),
            6,
        )
    ),
    "graduated tiers that end too early": sold(
        item(
            price(
                "p", billing_scheme="tiered", tiers_mode="graduated", tiers=[{"up_to": 5, "unit_amount": 1}]
            ),
            6,
        )
    ),
    "tiers not told": sold(item(price("p", billing_scheme="tiered", tiers_mode="graduated"), 6)),
    "tiers of another kind": sold(
        item(
            price(
                "p", billing_scheme="tiered", tiers_mode="spiral", tiers=[{"up_to": None, "unit_amount": 1}]
            ),
            6,
        )
    ),
    "an amount in another currency alone": sold(item(TEN, 1), currency="eur"),
    "a discount by its id alone": sold(item(TEN, 1), discounts=["di_1"]),
    "an item's discount by its id alone": sold(item(TEN, 1, discounts=["di_1"])),
    "a coupon by its id alone": sold(
        item(TEN, 1), discounts=[{"id": "di_1", "source": {"type": "coupon", "coupon": "GONE"}}]
    ),
    "no coupon": sold(item(TEN, 1), discounts=[{"id": "di_1"}]),
    "another duration": sold(
        item(TEN, 1), discounts=[discount(coupon("C", percent_off=5, duration="now_and_then"))]
    ),
    "repeating without an end": sold(
        item(TEN, 1), discounts=[discount(coupon("C", percent_off=5, duration="repeating"))]
    ),
    "neither share nor amount": sold(item(TEN, 1), discounts=[discount(coupon("C"))]),
    "an amount off in another currency": sold(
        item(TEN, 1), discounts=[discount({**FIVE_OFF, "currency": "eur"})]
    ),
    "an amount off what is billed at different times": sold(
        item(TEN, 1), yearly(price("y", 1, recurring=every("year")), 1), discounts=[discount(FIVE_OFF)]
    ),
    "an amount off of which use has its part": sold(item(TEN, 1), METERED, discounts=[discount(FIVE_OFF)]),
    "tax in the price without a rate": sold(item(TEN, 1, tax_rates=[{"inclusive": True}])),
    "a discount of the customer without a coupon": Case(
        "", [item(TEN, 1)], {}, customer={"discount": {"id": "di_1"}}
    ),
    "tax in the price that Stripe finds out": sold(
        item(price("p", 1, tax_behavior="inclusive"), 1), automatic_tax={"enabled": True}
    ),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in UNKNOWN.items()])
def test_what_stripe_does_not_tell_is_unknown(case: Case) -> None:
    assert minor(sold(item(TEN, 1))) == 1_000
    assert minor(case) is None


def test_use_is_not_counted_beside_what_is_bought() -> None:
    assert minor(sold(item(TEN, 3), METERED)) == 3_000
    assert minor(sold(item(TEN, 3), METERED, discounts=[discount(coupon("C", percent_off=50))])) == 1_500


@pytest.mark.parametrize(("quantity", "expected"), [(0, 0), (4, 0), (5, 40), (9, 40), (10, 80)])
def test_packages_may_be_rounded_down(quantity: int, expected: int) -> None:
    packed = price("p", 40, transform_quantity={"divide_by": 5, "round": "down"})
    assert minor(sold(item(packed, quantity))) == expected


TIERS = [
    {"up_to": 10, "unit_amount": 100, "flat_amount": 500},
    {"up_to": 20, "unit_amount": 50},
    {"up_to": None, "unit_amount_decimal": "12.5", "flat_amount_decimal": "7"},
]


@pytest.mark.parametrize(
    ("mode", "quantity", "expected"),
    [
        ("graduated", 0, 500),
        ("graduated", 10, 1_500),
        ("graduated", 11, 1_550),
        ("graduated", 20, 2_000),
        ("graduated", 22, 2_032),
        ("volume", 10, 1_500),
        ("volume", 11, 550),
        ("volume", 20, 1_000),
        ("volume", 22, 282),
    ],
)
def test_tiers_at_their_edges(mode: str, quantity: int, expected: int) -> None:
    tiered = price("p", billing_scheme="tiered", tiers_mode=mode, tiers=TIERS)
    assert minor(sold(item(tiered, quantity))) == expected


def test_a_coupon_that_was_looked_up_and_is_gone_makes_it_unknown() -> None:
    case = Case("", [item(TEN, 10)], {}, customer={"discount": discount(coupon("TENTH", percent_off=10))})
    (name,) = wanted(told(case))
    assert name == "TENTH"
    assert mrr_minor(told(case), Catalogue(coupons={"TENTH": None}), NOW) is None
    whole = Coupon(id="TENTH", percent_off=10, duration="forever")
    assert mrr_minor(told(case), Catalogue(coupons={"TENTH": whole}), NOW) == 9_000


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (sold(item(TEN, 1, discounts=[discount({**FIVE_OFF, "currency": "eur"})])), {"FIVE"}),
        (
            sold(item(TEN, 1), discounts=[{"id": "di_1", "source": {"type": "coupon", "coupon": "FIVE"}}]),
            {"FIVE"},
        ),
        (sold(item(TEN, 1), discounts=["di_1"]), set()),
        (sold(item(TEN, 1), currency="eur"), {PriceIn("price_ten", "eur", tiered=False)}),
        (
            sold(item(price("p", billing_scheme="tiered", tiers_mode="volume"), 1)),
            {PriceIn("price_p", "", tiered=True)},
        ),
        (
            Case("", [item(TEN, 1)], {}, customer={"discount": {"id": "d", "source": {"coupon": "FIVE"}}}),
            {"FIVE"},
        ),
        (sold(METERED), set()),
    ],
)
def test_what_is_looked_up(case: Case, expected: set[object]) -> None:
    assert set(wanted(told(case))) == expected


def test_of_the_cases_only_one_needs_a_look_up_when_all_is_expanded() -> None:
    looked_up = {case.name for case in CASES if any(True for _ in wanted(told(case)))}
    assert looked_up == {"a tenth off for the customer"}
