"""A customer as our records: the account, what it is called elsewhere, and whom invoices are sent to."""

from collections.abc import Iterator

from health.records import Account, Contact, Identifier
from integrations.chargebee.answers import Customer
from integrations.money import currency
from integrations.said import day, text

DOMAIN_KEY = "domain"
HUBSPOT_KEY = "hubspot_company_id"
BILLING = "billing"


def account(customer: Customer) -> Account | None:
    """Return the account, or `None` for a customer that is deleted or not whole."""
    if customer.deleted or customer.created_at is None:
        return None
    parent = text(customer.relationship.parent_id) if customer.relationship else None
    return Account(
        account_id=customer.id,
        name=text(customer.company),
        domain=_domain(customer),
        country=text(customer.billing_address.country) if customer.billing_address else None,
        currency=currency(customer.preferred_currency_code),
        parent_id=None if parent == customer.id else parent,
        created_on=day(customer.created_at),
    )


def identifiers(customer: Customer, account_id_key: str) -> Iterator[Identifier]:
    """Yield what the meta data say the customer is called elsewhere; ``account_id_key`` holds our own id."""
    stated = {"our_id": _stated(customer, account_id_key), "hubspot": _stated(customer, HUBSPOT_KEY)}
    for kind, value in {**stated, "domain": _domain(customer)}.items():
        if value:
            yield Identifier(customer.id, kind, value)


def contact(customer: Customer) -> Contact | None:
    """Return whom Chargebee sends invoices to, without the name: it need not be that of the mailbox."""
    email = text(customer.email)
    if email is None or customer.deleted:
        return None
    return Contact(customer.id, email, role=BILLING, language=text(customer.locale))


def _domain(customer: Customer) -> str | None:
    found = _stated(customer, DOMAIN_KEY)
    return found.lower() if found else None


def _stated(customer: Customer, key: str) -> str | None:
    """Return what the meta data say under a key; numbers are ids too."""
    value = (customer.meta_data or {}).get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value) if isinstance(value, str) else None
