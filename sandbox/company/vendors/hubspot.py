"""What HubSpot holds: companies by numbers of its own, whose they are, and the people there.

A few companies are prospects, who are nobody's customer, and the sisters are one company: by its domain it
could be either.
"""

from collections.abc import Mapping, Sequence

from sandbox.company.book import Account, Contact
from sandbox.company.cast import SISTERS
from sandbox.company.company import Company
from sandbox.company.vendors import ids
from sandbox.company.vendors.evidence import known_by_domain, known_by_stripe
from sandbox.company.vendors.stripe import customer_id
from sandbox.hubspot.shapes import Associated, Associations, Content, Group, Object, Option, Owner, Property

OUR_ID, STRIPE, SALES, ROLE = "seatsignal_account_id", "stripe_customer", "sales_owner", "role_at_customer"
"""Properties that people made."""
_GROUP = "our_own"
_PROSPECTS = ("Quietwater Mills", "Fernhollow Transit", "Oakmere Optics", "Brightmoor Supply")
_EMPLOYEES = {"1-10": "8", "11-50": "30", "51-200": "120"}
_ROLES = ("admin", "champion", "user")


def company_id(account_id: str) -> str:
    """The number under which HubSpot knows an account."""
    return str(ids.number("hubspot", account_id))


def book(company: Company) -> Content:
    """All that is known; none of it changes between Sunday and Monday."""
    owners = _owners(company.accounts)
    kept = [account for account in company.accounts if account.account_id != SISTERS[1]]
    at = {account.account_id: account.created_on.isoformat() for account in kept}
    people = [each for each in company.contacts if each.account_id in at and each.role in _ROLES]
    return Content(
        owners=tuple(owners.values()),
        companies=(*(_company(account, owners) for account in kept), *map(_prospect, _PROSPECTS)),
        contacts=tuple(_person(contact, at[contact.account_id]) for contact in people),
        groups={"companies": (_group(),), "contacts": (_group(),)},
        properties={
            "companies": (
                _text(OUR_ID, "Account id"),
                _text(STRIPE, "Stripe customer"),
                _text(SALES, "Sales"),
            ),
            "contacts": (_choice(ROLE, "Role", _ROLES),),
        },
    )


def _owners(accounts: Sequence[Account]) -> dict[str, Owner]:
    """Our own people, by address."""
    addresses = sorted({address for each in accounts for address in (each.csm_email, each.sales_email)})
    return {
        address: Owner(id=str(ids.number("hubspot owner", address)), email=address) for address in addresses
    }


def _company(account: Account, owners: Mapping[str, Owner]) -> Object:
    values = {
        "name": account.name,
        "domain": account.domain,
        "industry": account.industry,
        "country": account.country,
        "numberofemployees": _EMPLOYEES[account.size_band],
        "hubspot_owner_id": owners[account.csm_email].id,
        SALES: owners[account.sales_email].id,
        **_evidence(account.account_id),
    }
    return _object(company_id(account.account_id), account.created_on.isoformat(), values)


def _evidence(account_id: str) -> Mapping[str, str]:
    if account_id in SISTERS or known_by_domain("hubspot", account_id):
        return {}
    if known_by_stripe("hubspot", account_id):
        return {STRIPE: customer_id(account_id)}
    return {OUR_ID: account_id}


def _prospect(name: str) -> Object:
    domain = f"{name.lower().replace(' ', '-')}.example"
    return _object(company_id(name), "2026-03-02", {"name": name, "domain": domain})


def _person(contact: Contact, since: str) -> Object:
    first, _, last = contact.name.partition(" ")
    values = {
        "email": contact.email,
        "firstname": first,
        "lastname": last,
        "hs_language": contact.language,
        ROLE: contact.role,
    }
    company = Associated(id=company_id(contact.account_id), type="contact_to_company")
    found = _object(str(ids.number("hubspot contact", contact.email)), since, values)
    return Object(
        id=found.id,
        created_at=found.created_at,
        updated_at=found.updated_at,
        properties=values,
        associations={"companies": Associations(results=(company,))},
    )


def _object(name: str, since: str, values: Mapping[str, str]) -> Object:
    instant = f"{since}T08:00:00.000Z"
    return Object(id=name, created_at=instant, updated_at=instant, properties=values)


def _group() -> Group:
    return Group(name=_GROUP, label="Our own")


def _text(name: str, label: str) -> Property:
    return Property(name=name, label=label, type="string", field_type="text", group_name=_GROUP)


def _choice(name: str, label: str, words: Sequence[str]) -> Property:
    options = tuple(Option(value=word, label=word.capitalize()) for word in words)
    return Property(
        name=name, label=label, type="enumeration", field_type="select", group_name=_GROUP, options=options
    )
