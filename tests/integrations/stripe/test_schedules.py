"""What a schedule plans: the price at the renewal, and the end."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pytest
from msgspec import convert

from health.records import Subscription as Term
from integrations.stripe.answers import Coupon, Price, Subscription
from integrations.stripe.catalogue import Catalogue, PriceIn, wanted
from integrations.stripe.schedules import planned, planned_prices
from integrations.stripe.terms import term
from tests.integrations.stripe.account import Stripe, about, seats_of
from tests.integrations.stripe.book import book, event
from tests.integrations.stripe.made import (
    END,
    NOW,
    START,
    TEN,
    YEAR_END,
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
from tests.rehearsal import Rehearsal

AUGUST = at(2026, 8, 1)
TWELVE = price("twelve", 1_200)
METERED = price("metered", 2, recurring=every("month", usage_type="metered"))
TIERED = price(
    "tiers", billing_scheme="tiered", tiers_mode="volume", tiers=[{"up_to": None, "unit_amount": 7}]
)
PRICES = (TEN, TWELVE, METERED, TIERED, price("year", 12_000, recurring=every("year")))
FIFTH = coupon("FIFTH", percent_off=20.0)
LATER = coupon("LATER", percent_off=10.0, duration="repeating")


def phase(start: int, end: int, *items: tuple[Json, int | None], **more: object) -> Json:
    bought = [{"price": of["id"], "quantity": quantity, "discounts": []} for of, quantity in items]
    return {"start_date": start, "end_date": end, "items": bought, "currency": "usd", "discounts": [], **more}


def schedule(*phases: Json, **more: object) -> Json:
    known = {"id": "sub_sched_1", "created": START, "customer": "cus_1", "subscription": "sub_1"}
    return {**known, "status": "active", "end_behavior": "release", "phases": list(phases), **more}


NOW_ON = phase(START, END, (TEN, 10))
GROWS = phase(END, AUGUST, (TWELVE, 15))


def shown(plan: object, *items: Json, **more: object) -> Subscription:
    told = {
        "id": "sub_1",
        "created": START,
        "customer": "cus_1",
        "status": "active",
        "currency": "usd",
        "cancel_at_period_end": False,
        "items": {"data": [{**each, "id": "si_1"} for each in items or (item(TEN, 10),)]},
        "schedule": plan,
    }
    return convert({**told, **more}, Subscription)


def known() -> Catalogue:
    of = {PriceIn(each["id"], "", tiered=each is TIERED): convert(each, Price) for each in PRICES}
    coupons = {each["id"]: convert(each, Coupon) for each in (FIFTH, LATER)}
    return Catalogue(
        {**of, PriceIn("price_tiers", "", tiered=False): convert({**TIERED, "tiers": None}, Price)}, coupons
    )


def of(plan: object, *items: Json, **more: object) -> Term:
    found = term(shown(plan, *items, **more), known(), NOW)
    assert found is not None
    return found


@dataclass(frozen=True)
class Plan:
    """A schedule of a subscription for a hundred dollars, and what it brings from July on."""

    name: str
    plan: Json
    mrr: int | None


PLANS = (
    Plan("more at another price: 15 x 12", schedule(NOW_ON, GROWS), 18_000),
    Plan(
        "the phase after the next does not count",
        schedule(NOW_ON, GROWS, phase(AUGUST, AUGUST + 9, (TEN, 1))),
        18_000,
    ),
    Plan(
        "what changes before the renewal counts",
        schedule(NOW_ON, phase(NOW + 60, END + 9, (TEN, 11))),
        11_000,
    ),
    Plan("what is over goes on as it is", schedule(NOW_ON, phase(NOW + 60, NOW + 90, (TEN, 11))), 11_000),
    Plan("the phase that is in force is what is bought", schedule(phase(START, AUGUST, (TEN, 99))), None),
    Plan("as it is now", schedule(NOW_ON, phase(END, AUGUST, (TEN, 10))), None),
    Plan("let go", schedule(NOW_ON, GROWS, status="released"), None),
    Plan("of another kind of status", schedule(NOW_ON, GROWS, status="brand_new"), None),
    Plan("no phases", schedule(), None),
    Plan("phases that are not told", schedule(phases=None), None),
    Plan("a phase of nothing", schedule(NOW_ON, {**GROWS, "items": None}), None),
    Plan("tiers are looked up: 3 x 0.07", schedule(NOW_ON, phase(END, AUGUST, (TIERED, 3))), 21),
    Plan("by the year: 120 / 12", schedule(NOW_ON, phase(END, YEAR_END, (PRICES[4], 1))), 1_000),
    Plan(
        "use beside it is not counted",
        schedule(NOW_ON, phase(END, AUGUST, (TWELVE, 1), (METERED, None))),
        1_200,
    ),
    Plan(
        "a fifth off a phase",
        schedule(NOW_ON, phase(END, AUGUST, (TEN, 10), discounts=[{"coupon": "FIFTH"}])),
        8_000,
    ),
    Plan(
        "a fifth off an item",
        schedule(NOW_ON, {**GROWS, "items": [{**GROWS["items"][0], "discounts": [{"coupon": "FIFTH"}]}]}),
        14_400,
    ),
    Plan(
        "nobody knows how long a coupon of a phase repeats",
        schedule(NOW_ON, phase(END, AUGUST, (TEN, 10), discounts=[{"coupon": "LATER"}])),
        None,
    ),
    Plan(
        "a discount that is nowhere shown",
        schedule(NOW_ON, phase(END, AUGUST, (TEN, 11), discounts=[{"discount": "di_1"}])),
        None,
    ),
    Plan(
        "a code",
        schedule(NOW_ON, phase(END, AUGUST, (TEN, 11), discounts=[{"promotion_code": "promo_1"}])),
        None,
    ),
    Plan("a price that is gone", schedule(NOW_ON, phase(END, AUGUST, (price("gone", 1), 11))), None),
    Plan(
        "what is bought once is never counted",
        schedule(NOW_ON, {**GROWS, "add_invoice_items": [{"price": "price_twelve", "quantity": 900}]}),
        18_000,
    ),
    Plan(
        "19 per cent of tax in the price",
        schedule(
            NOW_ON,
            phase(END, AUGUST, (TWELVE, 119), default_tax_rates=[{"percentage": 19.0, "inclusive": True}]),
        ),
        120_000,
    ),
    Plan(
        "tax that Stripe finds out is on top",
        schedule(NOW_ON, {**GROWS, "automatic_tax": {"enabled": True}}),
        18_000,
    ),
)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in PLANS])
def test_what_is_planned_for_the_renewal_is_its_price(case: Plan) -> None:
    found = of(case.plan)
    assert (found.mrr_minor, found.seats, found.renewal_mrr_minor) == (10_000, 10, case.mrr)
    assert (found.term_end, found.auto_renew) == (date(2026, 7, 1), True)


def test_what_is_planned_is_looked_up() -> None:
    told = shown(
        schedule(NOW_ON, phase(END, AUGUST, (TWELVE, 1), (TIERED, 3), discounts=[{"coupon": "FIFTH"}]))
    )
    plain = {PriceIn("price_twelve", "", tiered=False), PriceIn("price_tiers", "", tiered=False)}
    assert set(planned_prices(told, END, NOW)) == plain
    assert set(wanted(planned(told, known(), END, NOW))) == {PriceIn("price_tiers", "", tiered=True), "FIFTH"}


def test_a_discount_that_the_subscription_has_already_is_known_in_a_phase() -> None:
    plan = schedule(NOW_ON, phase(END, AUGUST, (TWELVE, 10), discounts=[{"discount": "di_FIFTH"}]))
    found = of(plan, discounts=[discount(FIFTH)])
    assert (found.mrr_minor, found.renewal_mrr_minor) == (8_000, 9_600)
    item_s = item(TEN, 10, discounts=[discount(FIFTH)])
    assert of(plan, item_s).renewal_mrr_minor == 9_600


def test_a_phase_without_discounts_leaves_the_subscription_those_of_the_customer() -> None:
    customer = {"id": "cus_1", "created": START, "discount": discount(FIFTH)}
    found = of(schedule(NOW_ON, GROWS), customer=customer)
    assert (found.mrr_minor, found.renewal_mrr_minor) == (8_000, 14_400)


def test_a_discount_that_is_over_by_the_renewal_counts_till_then() -> None:
    half = discount(coupon("HALF", percent_off=50.0, duration="repeating"), end=END)
    longer = discount(coupon("HALF", percent_off=50.0, duration="repeating"), end=END + 1)
    assert (of(None, discounts=[half]).mrr_minor, of(None, discounts=[half]).renewal_mrr_minor) == (
        5_000,
        10_000,
    )
    assert of(None, discounts=[longer]).renewal_mrr_minor is None


@pytest.mark.parametrize(
    ("last", "behaviour", "ends", "leaves"),
    [
        (END, "cancel", date(2026, 7, 1), True),
        (AUGUST, "cancel", date(2026, 7, 1), False),
        (at(2026, 6, 20), "cancel", date(2026, 6, 20), True),
        (END, "release", date(2026, 7, 1), False),
        (END, "none", date(2026, 7, 1), False),
    ],
)
def test_a_schedule_may_cancel_at_its_end(last: int, behaviour: str, ends: date, *, leaves: bool) -> None:
    found = of(schedule(phase(START, last, (TEN, 10)), end_behavior=behaviour))
    assert (found.term_end, found.cancel_at_period_end, found.auto_renew) == (ends, leaves, not leaves)


def test_what_ends_has_no_price_at_its_renewal() -> None:
    assert of(schedule(NOW_ON, GROWS), cancel_at_period_end=True).renewal_mrr_minor is None
    assert of(schedule(NOW_ON, GROWS), ended_at=NOW).renewal_mrr_minor is None


def test_a_contract_of_three_years_is_a_term_of_one_that_grows() -> None:
    year = PRICES[4]
    steps = [YEAR_START, YEAR_END, at(2028, 1, 10), at(2029, 1, 10)]
    phases = [phase(a, b, (year, n)) for n, (a, b) in enumerate(pairwise(steps), 10)]
    found = of(schedule(*phases), yearly(year, 10))
    assert (found.term_start, found.term_end) == (date(2026, 1, 10), date(2027, 1, 10))
    assert (found.mrr_minor, found.renewal_mrr_minor) == (10_000, 11_000)


@pytest.fixture
def stripe(sandbox: Rehearsal) -> Stripe:
    """The first subscription has a schedule; all of it was pulled once."""
    content = book(events=[])
    first, *others = content["subscriptions"]
    plan = {
        **schedule(NOW_ON, phase(END, AUGUST, (TWELVE, 40), (TIERED, 3), discounts=[{"coupon": "FIFTH"}])),
        "customer": "cus_0000",
        "subscription": "sub_0000",
    }
    made = Stripe(sandbox)
    made.content = {
        **content,
        "subscriptions": [{**first, "schedule": "sub_sched_1"}, *others],
        "schedules": [plan],
        "prices": list(PRICES),
        "coupons": [*content["coupons"], FIFTH],
    }
    return made


def first(found: list[object]) -> Term:
    (term,) = [each for each in found if isinstance(each, Term) and each.subscription_id == "sub_0000"]
    return term


def test_a_pull_brings_what_is_planned(stripe: Stripe) -> None:
    found = first(stripe.pull())
    assert (found.seats, found.mrr_minor, found.renewal_mrr_minor) == (25, 37_500, 38_417)
    assert stripe.rejects == 0


def test_a_schedule_that_changed_is_asked_for_with_its_subscription(stripe: Stripe) -> None:
    stripe.pull()
    stripe.later(3_600)
    (plan,) = stripe.content["schedules"]
    plan = {**plan, "phases": [plan["phases"][0], phase(END, AUGUST, (TWELVE, 50))]}
    stripe.happens(
        event(100, "subscription_schedule.updated", about("subscription_schedule", plan), NOW + 60)
    )
    assert first(stripe.pull()).renewal_mrr_minor == 60_000
    stripe.later(3_600)
    gone = {**plan, "status": "released", "subscription": None, "released_subscription": "sub_0000"}
    now = int(stripe.at_s) - 60
    stripe.happens(event(101, "subscription_schedule.released", about("subscription_schedule", gone), now))
    stripe.content["subscriptions"][0] |= {"schedule": None}
    assert first(stripe.pull()).renewal_mrr_minor is None


def test_a_schedule_of_nothing_yet_is_no_reject(stripe: Stripe) -> None:
    stripe.pull()
    plan = {**schedule(GROWS, status="not_started"), "subscription": None}
    stripe.later(3_600)
    stripe.happens(
        event(100, "subscription_schedule.created", about("subscription_schedule", plan), NOW + 60)
    )
    assert (stripe.pull(), stripe.rejects) == ([], 0)


def test_that_a_trial_is_about_to_end_asks_for_its_subscription(stripe: Stripe) -> None:
    stripe.pull()
    stripe.later(3_600)
    told = about("subscription", stripe.content["subscriptions"][3])
    stripe.happens(event(100, "customer.subscription.trial_will_end", told, NOW + 60))
    assert list(seats_of(stripe.pull())) == ["sub_0003"]
