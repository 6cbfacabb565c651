"""Subscriptions as Chargebee holds them, each with what our record must say of it: worked out by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.integrations.chargebee.made import END, JUNE, START, YEAR, YEAR_END, YEAR_START, Json, at, item


@dataclass(frozen=True)
class Case:
    """``told`` is added to Chargebee's resource, ``record`` to what is expected of all."""

    name: str
    items: Sequence[Json]
    record: Mapping[str, object]
    told: Mapping[str, object] = field(default_factory=dict)


def sold(mrr: int | None, seats: int | None, model: str | None = "seat", **more: object) -> Json:
    """What is expected, where it is the team's plan for June."""
    return {"mrr_minor": mrr, "seats": seats, "licence_model": model, **JUNE, **more}


def named(plan: str) -> Json:
    return {"plan": plan.title(), "product": plan}


TRIAL: Json = {
    "status": "in_trial",
    "trial_start": START,
    "trial_end": END,
    "current_term_start": None,
    "current_term_end": None,
    "mrr": 0,
}


def bound(action: str, **more: object) -> Json:
    """A contract over three years, of which each is invoiced."""
    contract = {"status": "active", "contract_start": YEAR_START, "contract_end": at(2029, 1, 10)}
    return {"contract_term": {**contract, "action_at_term_end": action, **more}}


BOUND = {"term_start": date(2026, 1, 10), "term_end": date(2029, 1, 10)}
IN_JUNE = {"cancelled_at": at(2026, 6, 10)}
COUPON = {"coupons": [{"coupon_id": "ALL"}]}

CASES = (
    Case("seats by the month", [item("team", 25)], sold(25_000, 25)),
    Case(
        "by the year",
        [item("team", 10)],
        sold(10_000, 10, billing_period="year", **YEAR),
        {"billing_period_unit": "year", "current_term_start": YEAR_START, "current_term_end": YEAR_END},
    ),
    Case(
        "every three months",
        [item("team", 5)],
        sold(5_000, 5, billing_period="3 months"),
        {"billing_period": 3},
    ),
    Case("a flat fee has no seats", [item("flat")], sold(1_000, None, None, **named("flat"))),
    Case("in tiers", [item("tiers", 8)], sold(8_000, 8, "tiered", **named("tiers"))),
    Case("by volume", [item("volume", 8)], sold(8_000, 8, "tiered", **named("volume"))),
    Case("in steps", [item("stairs", 8)], sold(8_000, 8, "tiered", **named("stairs"))),
    Case("more seats beside", [item("team", 8), item("extra", 2, "addon")], sold(10_000, 10)),
    Case("a flat fee and seats", [item("flat"), item("extra", 2, "addon")], sold(3_000, 2, **named("flat"))),
    Case("what is charged once is nothing", [item("team", 8), item("setup", 1, "charge")], sold(8_000, 8)),
    Case(
        "by use alone",
        [item("calls", amount=None, metered_quantity="812")],
        sold(0, None, "usage", **named("calls")),
        {"mrr": 0},
    ),
    Case(
        "by seats and by use",
        [item("team", 6), item("calls", None, "addon", amount=None, metered_quantity="812")],
        sold(6_000, 6, "hybrid"),
        {"mrr": 6_000},
    ),
    Case(
        "on trial",
        [item("team", 3)],
        sold(None, 3, status="trialing", trial_end=date(2026, 7, 1)),
        TRIAL,
    ),
    Case(
        "begins in July",
        [item("team", 3)],
        sold(None, 3, status="future", term_start=date(2026, 7, 1), term_end=None, started_on=None),
        {
            "status": "future",
            "start_date": END,
            "started_at": None,
            "current_term_start": None,
            "current_term_end": None,
            "mrr": 0,
        },
    ),
    Case(
        "ends with the term",
        [item("team", 3)],
        sold(3_000, 3, auto_renew=False, cancel_at_period_end=True),
        {"status": "non_renewing", "cancelled_at": END, "remaining_billing_cycles": 0},
    ),
    Case("paused", [item("team", 3)], sold(3_000, 3, status="paused"), {"status": "paused"}),
    Case(
        "cancelled in the middle of the term",
        [item("team", 3)],
        sold(3_000, 3, status="cancelled", term_end=date(2026, 6, 10), auto_renew=False),
        {"status": "cancelled", **IN_JUNE},
    ),
    Case(
        "goes on elsewhere under another id",
        [item("team", 3)],
        sold(3_000, 3, status="cancelled", term_end=date(2026, 6, 10), auto_renew=False),
        {"status": "transferred", **IN_JUNE},
    ),
    Case(
        "a subscription that was reactivated",
        [item("team", 3)],
        sold(3_000, 3),
        IN_JUNE,
    ),
    Case(
        "bound for three years, with a notice of 60 days",
        [item("team", 3)],
        sold(3_000, 3, notice_days=60, **{**BOUND, "billing_period": "year"}),
        {**bound("renew", cancellation_cutoff_period=60), "billing_period_unit": "year"},
    ),
    Case(
        "bound for three years, and then no more",
        [item("team", 3)],
        sold(3_000, 3, auto_renew=False, cancel_at_period_end=True, **BOUND),
        bound("cancel"),
    ),
    Case(
        "was bound once",
        [item("team", 3)],
        sold(3_000, 3),
        bound("cancel", status="completed"),
    ),
    Case("no decimals", [item("team", 3)], sold(3_000, 3, currency="JPY"), {"currency_code": "JPY"}),
    Case(
        "nobody knows in which unit",
        [item("team", 3)],
        sold(None, 3, currency="KWD"),
        {"currency_code": "KWD"},
    ),
    Case("of revenue that is not found out yet", [item("team", 3)], sold(None, 3), {"mrr": 0}),
    Case("all of it off", [item("team", 3)], sold(0, 3), {"mrr": 0, **COUPON}),
    Case(
        "for nothing",
        [item("team", 3, amount=0)],
        sold(0, 3),
        {"mrr": 0},
    ),
    Case(
        "a price that is gone",
        [item("gone", 3)],
        sold(3_000, None, None, plan="gone-USD-Monthly", product=None),
    ),
    Case(
        "a price with one name",
        [item("nameless", 3)],
        sold(3_000, 3, plan="nameless USD Monthly", product="nameless"),
    ),
    Case(
        "a quantity with decimals that are none",
        [item("team", quantity_in_decimal="3.00", amount=3_000)],
        sold(3_000, 3),
    ),
    Case(
        "a quantity and a half",
        [item("team", quantity_in_decimal="1.5", amount=1_500)],
        sold(1_500, None),
    ),
)
