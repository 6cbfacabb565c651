"""What Stripe holds: customers, the terms they are in, and their invoices. It founds accounts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time

from sandbox.company.billing import Payment
from sandbox.company.book import Account
from sandbox.company.cast import NEW_MONTH, SISTERS
from sandbox.company.clock import BASELINE_AT
from sandbox.company.company import Company
from sandbox.company.history import Term
from sandbox.company.vendors import ids
from sandbox.stripe.content import Change, Content, Event
from sandbox.stripe.objects import (
    Address,
    Customer,
    Invoice,
    Item,
    Items,
    Parent,
    Price,
    Recurring,
    Subscription,
    SubscriptionDetails,
    Transitions,
)

CENTS = 100
_YEAR = 12  # months
CALLS_PER_SECOND = 1_000
_BOOKED_AT = datetime(2026, 6, 1, 2, tzinfo=UTC)
"""When Sunday's charges are booked."""
_RETRY_S = 3 * 86_400


def customer_id(account_id: str) -> str:
    """The name under which Stripe knows an account."""
    return ids.text("cus", account_id)


def book(company: Company, at: datetime) -> Content:
    """All that is known at an instant. What became known since Sunday is told as events too."""
    invoices = {found.id: found for found in _invoices(company, at)}
    terms = _present(company.terms, at)
    before = {found.id: found for found in _invoices(company, BASELINE_AT)} if at > BASELINE_AT else invoices
    changed = (found for name, found in invoices.items() if before.get(name) != found)
    billing = {contact.account_id: contact.email for contact in company.contacts if contact.role == "billing"}
    return Content(
        customers=tuple(_customer(account, billing) for account in _domains(company.accounts)),
        subscriptions=tuple(_subscription(term) for term in terms.values()),
        invoices=tuple(invoices.values()),
        events=tuple(_event(invoice) for invoice in changed),
        calls_per_second=CALLS_PER_SECOND,
    )


def _domains(accounts: Iterable[Account]) -> Iterator[Account]:
    """Yield the accounts; the second of the sisters goes by the domain of the first."""
    first, second = SISTERS
    domain = ""
    for account in accounts:
        domain = account.domain if account.account_id == first else domain
        yield account._replace(domain=domain) if account.account_id == second else account


def _customer(account: Account, billing: Mapping[str, str]) -> Customer:
    return Customer(
        id=customer_id(account.account_id),
        created=_midnight(account.created_on),
        name=account.name,
        email=billing[account.account_id],
        address=Address(country=account.country, state=account.region or None),
        currency=account.currency.lower(),
        metadata={"account_id": account.account_id, "domain": account.domain},
        preferred_locales=(account.language,),
    )


def _present(terms: Iterable[Term], at: datetime) -> dict[str, Term]:
    """The term that each subscription is in."""
    return {term.subscription_id: term for term in terms if term.term_start <= at.date()}


def _subscription(term: Term) -> Subscription:
    name = ids.text("sub", term.subscription_id)
    start = _midnight(term.started_on)
    item = Item(
        id=ids.text("si", term.subscription_id),
        created=start,
        current_period_start=_midnight(term.term_start),
        current_period_end=_midnight(term.term_end),
        price=_price(term),
        quantity=None if _metered(term) else term.seats,
        subscription=name,
    )
    return Subscription(
        id=name,
        created=start,
        currency=term.currency.lower(),
        customer=customer_id(term.account_id),
        items=Items(data=(item,)),
        start_date=start,
        status="active",
    )


def _price(term: Term) -> Price:
    """What a seat costs in a term; where consumption is charged, what a hundred calls cost."""
    length = Recurring(interval="year") if term.months == _YEAR else Recurring(interval_count=term.months)
    metered = _metered(term)
    amount = 1 if metered else term.mrr * term.months * CENTS // term.seats
    return Price(
        id=ids.text("price", term.plan, str(term.months), str(amount)),
        created=_midnight(date(2024, 1, 1)),
        currency=term.currency.lower(),
        nickname=term.plan,
        product=ids.text("prod", term.product),
        recurring=Recurring(usage_type="metered", meter=ids.text("mtr", "calls")) if metered else length,
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )


def _metered(term: Term) -> bool:
    return term.account_id == NEW_MONTH


def _invoices(company: Company, at: datetime) -> Iterator[Invoice]:
    seen = (payment.seen(at) for payment in company.payments)
    names = {(term.account_id, term.term_start): term.subscription_id for term in company.terms}
    return (_invoice(payment, names[payment.account_id, payment.due_on]) for payment in seen if payment)


def _invoice(payment: Payment, subscription_id: str) -> Invoice:
    due = _midnight(payment.due_on)
    failed, paid = payment.status == "failed", payment.status == "paid"
    amount = payment.amount * CENTS
    details = SubscriptionDetails(subscription=ids.text("sub", subscription_id))
    return Invoice(
        id=ids.text("in", payment.invoice_id),
        created=due,
        amount_due=amount,
        amount_paid=amount if paid else 0,
        amount_remaining=0 if paid else amount,
        attempt_count=payment.attempts or int(paid),
        attempted=failed or paid,
        currency=payment.currency.lower(),
        customer=customer_id(payment.account_id),
        next_payment_attempt=int(_BOOKED_AT.timestamp()) + _RETRY_S if failed else None,
        parent=Parent(subscription_details=details),
        status="paid" if paid else "open",
        status_transitions=Transitions(
            finalized_at=due, paid_at=_midnight(payment.paid_on) if payment.paid_on else None
        ),
        total=amount,
    )


def _event(invoice: Invoice) -> Event:
    failed = invoice.status == "open"
    return Event(
        id=ids.text("evt", invoice.id),
        created=int(_BOOKED_AT.timestamp()),
        data=Change(object=invoice),
        type="invoice.payment_failed" if failed else "invoice.paid",
    )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
