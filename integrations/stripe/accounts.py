"""A customer as our records: the account, what it is called elsewhere, and whom invoices are sent to."""

from collections.abc import Iterator, Mapping

from health.records import Account, Contact, Identifier
from integrations.money import currency
from integrations.said import day, text
from integrations.stripe.answers import Customer

DOMAIN_KEY = "domain"
HUBSPOT_KEY = "hubspot_company_id"
BILLING = "billing"


def account(customer: Customer) -> Account | None:
    """Return the account, or `None` for a customer that is deleted or not whole."""
    if customer.deleted or customer.created is None:
        return None
    return Account(
        account_id=customer.id,
        name=text(customer.name),
        domain=_domain(customer),
        country=text(customer.address.country) if customer.address else None,
        currency=currency(customer.currency),
        created_on=day(customer.created),
    )


def identifiers(customer: Customer, account_id_key: str) -> Iterator[Identifier]:
    """Yield what the metadata says the customer is called elsewhere; ``account_id_key`` holds our own id."""
    stated = {"our_id": _stated(customer, account_id_key), "hubspot": _stated(customer, HUBSPOT_KEY)}
    for kind, value in {**stated, "domain": _domain(customer)}.items():
        if value:
            yield Identifier(customer.id, kind, value)


def contact(customer: Customer) -> Contact | None:
    """Return whom Stripe sends invoices to, without the name: it is mostly the company's."""
    email = text(customer.email)
    if email is None or customer.deleted:
        return None
    language = next((text(locale) for locale in customer.preferred_locales or ()), None)
    return Contact(customer.id, email, role=BILLING, language=language)


def former(customer_id: str, email: str) -> Contact:
    """Return an address that a customer had: nobody's role any more, so that no letter goes there."""
    return Contact(customer_id, email)


def _domain(customer: Customer) -> str | None:
    found = _stated(customer, DOMAIN_KEY)
    return found.lower() if found else None


def _stated(customer: Customer, key: str) -> str | None:
    metadata: Mapping[str, str | None] = customer.metadata or {}
    return text(metadata.get(key))
