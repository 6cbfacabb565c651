"""A Chargebee site of several pages per listing, and all that a first pull must bring of it."""

from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice

from health.records import Account, Contact, Identifier, Payment, Record, Subscription
from tests.integrations.chargebee.cases import CASES, Case
from tests.integrations.chargebee.made import CATALOGUE, END, JOINED, NOW, START, Json, at

CUSTOMERS = 124
NO_LIMIT = 100_000


def customer(number: int, **more: object) -> Json:
    """Every second one says who it is to us; each of the last fields is left out by some."""
    meta = {
        **({"account_id": f"acme-{number}"} if number % 2 else {}),
        **({"domain": f"Customer{number}.Example"} if number % 3 == 0 else {}),
        **({"hubspot_company_id": 900_000 + number} if number % 5 == 0 else {}),
        "colour": {"favourite": "green"},
    }
    return {
        "id": f"cb_{number:04}",
        "created_at": JOINED + number // 2,  # pairs share their second
        "updated_at": JOINED + number // 2,
        "company": f"Invented {number} GmbH",
        "first_name": "Erika",
        "email": None if number % 7 == 0 else f"billing@customer{number}.example",
        "preferred_currency_code": "EUR",
        "billing_address": None if number % 4 == 0 else {"country": "DE", "city": "Musterstadt"},
        "locale": "de-DE" if number % 6 == 0 else None,
        "phone": "+49 30 0000",
        "relationship": {"parent_id": "cb_0000"} if number % 8 == 0 else None,
        "meta_data": meta,
        **more,
    }


def customer_records(number: int) -> Iterator[Record]:
    name = f"cb_{number:04}"
    domain = f"customer{number}.example" if number % 3 == 0 else None
    yield Account(
        name,
        name=f"Invented {number} GmbH",
        domain=domain,
        country=None if number % 4 == 0 else "DE",
        currency="EUR",
        parent_id="cb_0000" if number and number % 8 == 0 else None,
        created_on=date(2024, 3, 5),
    )
    if number % 2:
        yield Identifier(name, "our_id", f"acme-{number}")
    if domain:
        yield Identifier(name, "domain", domain)
    if number % 5 == 0:
        yield Identifier(name, "hubspot", str(900_000 + number))
    if number % 7:
        language = "de-DE" if number % 6 == 0 else None
        yield Contact(name, f"billing@customer{number}.example", role="billing", language=language)


def subscription(number: int, case: Case, **more: object) -> Json:
    recurring = [each for each in case.items if each["item_type"] != "charge"]
    return {
        "id": f"sub_{number:04}",
        "created_at": JOINED + number // 2,
        "updated_at": JOINED + number // 2,
        "customer_id": f"cb_{number:04}",
        "currency_code": "USD",
        "billing_period": 1,
        "billing_period_unit": "month",
        "current_term_start": START,
        "current_term_end": END,
        "started_at": JOINED,
        "status": "active",
        "mrr": sum(each["amount"] or 0 for each in recurring),
        "subscription_items": list(case.items),
        **case.told,
        **more,
    }


def subscription_record(number: int, case: Case) -> Subscription:
    expected = {
        "plan": "Team",
        "product": "team",
        "billing_period": "month",
        "currency": "USD",
        "status": "active",
        "started_on": date(2024, 3, 5),
        "auto_renew": True,
        "cancel_at_period_end": False,
        **case.record,
    }
    return Subscription(f"sub_{number:04}", f"cb_{number:04}", **expected)  # type: ignore[arg-type]  # by name


TRIED = [{"attempt": 1, "txn_status": "failure"}, {"attempt": 2, "txn_status": "failure"}]
INVOICES: tuple[tuple[Json, Json], ...] = (
    (
        {"status": "paid", "paid_at": at(2026, 6, 3)},
        {"status": "paid", "paid_on": date(2026, 6, 3), "attempts": 0},
    ),
    ({"status": "posted", "due_date": at(2026, 7, 1)}, {"status": "open", "due_on": date(2026, 7, 1)}),
    (
        {"status": "payment_due", "dunning_status": "in_progress", "dunning_attempts": TRIED},
        {"status": "failed", "attempts": 2},
    ),
    ({"status": "payment_due"}, {"status": "open"}),
    ({"status": "not_paid", "dunning_status": "exhausted", "dunning_attempts": TRIED}, {"status": "failed"}),
    ({"status": "voided", "voided_at": at(2026, 6, 4)}, {"status": "void"}),
    ({"status": "pending"}, {}),
    ({"status": "paid", "paid_at": at(2026, 6, 3), "deleted": True}, {"status": "void"}),
)
"""What is told of invoices, and what is expected; one that is pending is none."""


def invoice(number: int, told: Json, **more: object) -> Json:
    return {
        "id": f"INV-{number:04}",
        "updated_at": at(2026, 6, 1) + number // 2,
        "customer_id": f"cb_{number:04}",
        "subscription_id": f"sub_{number:04}",
        "currency_code": "USD",
        "date": at(2026, 6, 1) + number // 2,
        "total": 1_000 + number,
        "recurring": True,
        **told,
        **more,
    }


def invoice_record(number: int, told: Json, expected: Json) -> Payment:
    tried = len(told["dunning_attempts"]) if "dunning_attempts" in told else None
    paid = date(2026, 6, 3) if "paid_at" in told else None
    known = {"due_on": date(2026, 6, 1), "amount_minor": 1_000 + number, "currency": "USD", "paid_on": paid}
    return Payment(f"INV-{number:04}", f"cb_{number:04}", **{**known, **expected, "attempts": tried})


NUMBERED = list(enumerate(islice(cycle(CASES), CUSTOMERS)))
BILLED = list(enumerate(islice(cycle(INVOICES), CUSTOMERS)))


def book(**more: list[Json]) -> Json:
    """Everything, and what is added to it: newer versions of what there is."""
    made: Json = {
        "customers": [customer(number) for number, _ in NUMBERED],
        "subscriptions": [subscription(number, case) for number, case in NUMBERED],
        "invoices": [invoice(number, told) for number, (told, _) in BILLED],
        "item_prices": list(CATALOGUE),
    }
    whole = {name: [*rows, *more.get(name, [])] for name, rows in made.items()}
    return {**whole, "calls_per_minute": NO_LIMIT}


def records() -> frozenset[Record]:
    """All that a first pull brings."""
    return frozenset(
        [
            *(record for number, _ in NUMBERED for record in customer_records(number)),
            *(subscription_record(number, case) for number, case in NUMBERED),
            *(invoice_record(number, told, expected) for number, (told, expected) in BILLED if expected),
        ]
    )


def bought(number: int, quantity: int, at_s: int = NOW + 60, **more: object) -> Json:
    """A newer version of a subscription: the team's plan, for so many."""
    case = Case("", [], {})
    items = [{"item_price_id": "team-USD-Monthly", "item_type": "plan", "quantity": quantity, "amount": 1}]
    return subscription(number, case, subscription_items=items, updated_at=at_s, mrr=1, **more)
