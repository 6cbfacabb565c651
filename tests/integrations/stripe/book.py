"""A Stripe account of several pages per listing, and all that a first pull must bring of it."""

from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice

from health.records import Account, Contact, Identifier, Payment, Record, Subscription
from tests.integrations.stripe.cases import CASES, Case
from tests.integrations.stripe.made import NOW, Json, at

CUSTOMERS = 124
JOINED = at(2024, 3, 5)
NO_LIMIT = 100_000


def customer(number: int, case: Case) -> Json:
    """Every second one says who it is to us; each of the last fields is left out by some."""
    metadata = {
        **({"account_id": f"acme-{number}"} if number % 2 else {}),
        **({"domain": f"Customer{number}.Example"} if number % 3 == 0 else {}),
        **({"hubspot_company_id": f"9{number:05}"} if number % 5 == 0 else {}),
    }
    return {
        "id": f"cus_{number:04}",
        "created": JOINED + number // 2,  # pairs share their second
        "name": f"Invented {number} GmbH",
        "email": None if number % 7 == 0 else f"billing@customer{number}.example",
        "currency": "eur",
        "address": None if number % 4 == 0 else {"country": "DE", "city": "Musterstadt"},
        "preferred_locales": ["de-DE", "en"] if number % 6 == 0 else [],
        "phone": "+49 30 0000",
        "metadata": metadata,
        **case.customer,
    }


def customer_records(number: int) -> Iterator[Record]:
    name = f"cus_{number:04}"
    domain = f"customer{number}.example" if number % 3 == 0 else None
    yield Account(
        name,
        name=f"Invented {number} GmbH",
        domain=domain,
        country=None if number % 4 == 0 else "DE",
        currency="EUR",
        created_on=date(2024, 3, 5),
    )
    if number % 2:
        yield Identifier(name, "our_id", f"acme-{number}")
    if domain:
        yield Identifier(name, "domain", domain)
    if number % 5 == 0:
        yield Identifier(name, "hubspot", f"9{number:05}")
    if number % 7:
        language = "de-DE" if number % 6 == 0 else None
        yield Contact(name, f"billing@customer{number}.example", role="billing", language=language)


def subscription(number: int, case: Case) -> Json:
    name = f"sub_{number:04}"
    items = [{**each, "id": f"si_{number:04}_{index:02}"} for index, each in enumerate(case.items)]
    currencies = [each["price"]["currency"] for each in case.items if each["price"]]
    return {
        "id": name,
        "created": JOINED + number // 2,
        "customer": f"cus_{number:04}",
        "currency": currencies[0] if currencies else "usd",
        "start_date": JOINED,
        "status": "active",
        "cancel_at_period_end": False,
        "items": {"data": items},
        **case.told,
    }


def subscription_record(number: int, case: Case) -> Subscription:
    first = str(case.items[0]["price"]["product"])
    expected = {
        "plan": first,
        "product": first,
        "billing_period": "month",
        "currency": "USD",
        "status": "active",
        "started_on": date(2024, 3, 5),
        "auto_renew": True,
        "cancel_at_period_end": False,
        **case.record,
    }
    return Subscription(f"sub_{number:04}", f"cus_{number:04}", **expected)  # type: ignore[arg-type]  # by name


PAID = at(2026, 6, 1, 10)
INVOICES: tuple[tuple[Json, Json], ...] = (
    (
        {
            "status": "paid",
            "attempted": True,
            "attempt_count": 1,
            "status_transitions": {"finalized_at": PAID, "paid_at": at(2026, 6, 3)},
        },
        {"due_on": date(2026, 6, 1), "status": "paid", "paid_on": date(2026, 6, 3), "attempts": 1},
    ),
    (
        {"status": "open", "collection_method": "send_invoice", "due_date": at(2026, 7, 1)},
        {"due_on": date(2026, 7, 1), "status": "open", "attempts": 0},
    ),
    (
        {
            "status": "open",
            "attempted": True,
            "attempt_count": 2,
            "next_payment_attempt": at(2026, 6, 17),
            "status_transitions": {"finalized_at": at(2026, 6, 10)},
        },
        {"due_on": date(2026, 6, 10), "status": "failed", "attempts": 2},
    ),
    (
        {"status": "void", "status_transitions": {"finalized_at": PAID, "voided_at": at(2026, 6, 4)}},
        {"due_on": date(2026, 6, 1), "status": "void", "attempts": 0},
    ),
    (
        {"status": "uncollectible", "attempted": True, "attempt_count": 4},
        {"due_on": date(2026, 5, 30), "status": "uncollectible", "attempts": 4},
    ),
    ({"status": "draft"}, {}),
    (
        {"status": "open", "attempted": True, "attempt_count": 1, "currency": "jpy"},
        {"due_on": date(2026, 5, 30), "status": "open", "attempts": 0, "currency": "JPY"},
    ),
)
"""What is told of invoices of subscriptions in good standing, and what is expected; a draft is none."""


def invoice(number: int, told: Json) -> Json:
    return {
        "id": f"in_{number:04}",
        "created": at(2026, 5, 30) + number // 2,
        "customer": f"cus_{number:04}",
        "customer_email": f"billing@customer{number}.example",
        "currency": "usd",
        "amount_due": 1_000 + number,
        "attempt_count": 0,
        "attempted": False,
        "parent": {"subscription_details": {"subscription": "sub_0000"}},
        **told,
    }


def invoice_record(number: int, expected: Json) -> Payment:
    told = {"amount_minor": 1_000 + number, "currency": "USD", **expected}
    return Payment(f"in_{number:04}", f"cus_{number:04}", **told)


NUMBERED = list(enumerate(islice(cycle(CASES), CUSTOMERS)))
BILLED = list(enumerate(islice(cycle(INVOICES), CUSTOMERS)))


def event(number: int, kind: str, about: Json, at_s: int = NOW - 60, **more: object) -> Json:
    """Something that happened, by default a minute ago."""
    return {"id": f"evt_{number:04}", "created": at_s, "type": kind, "data": {"object": about, **more}}


def book(*, events: list[Json] | None = None) -> Json:
    """Everything, with events of which none changes anything by default."""
    customers = [customer(number, case) for number, case in NUMBERED]
    subscriptions = [subscription(number, case) for number, case in NUMBERED]
    invoices = [invoice(number, told) for number, (told, _) in BILLED]
    same = [
        event(1, "customer.created", {"object": "customer", **customers[3]}),
        event(2, "customer.subscription.updated", {"object": "subscription", **subscriptions[19]}),
        event(3, "invoice.paid", {"object": "invoice", **invoices[7]}),
    ]
    return {
        "customers": customers,
        "subscriptions": subscriptions,
        "invoices": invoices,
        "coupons": [each["discount"]["coupon"] for each in customers if "discount" in each],
        "events": same if events is None else events,
        "calls_per_second": NO_LIMIT,
    }


def records() -> frozenset[Record]:
    """All that a first pull brings."""
    return frozenset(
        [
            *(record for number, _ in NUMBERED for record in customer_records(number)),
            *(subscription_record(number, case) for number, case in NUMBERED),
            *(invoice_record(number, expected) for number, (_, expected) in BILLED if expected),
        ]
    )
