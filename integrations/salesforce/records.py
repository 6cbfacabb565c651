"""Accounts, contacts, contracts and closed renewals as records: pure, one function per kind."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from health.domains import DOMAIN
from health.identity import OUR_ID
from health.records import Account, Contact, Identifier, Outcome, Record, Subscription
from integrations.companies import country, is_marked, size_band
from integrations.salesforce.answers import Row
from integrations.salesforce.settings import SalesforceSettings
from integrations.salesforce.soql import quoted

ALWAYS = ("Id", "SystemModstamp")
"""Asked of every type: which record it is, and when it was last changed by whomever."""
_ACCOUNT = (
    "Name", "Website", "Industry", "BillingCountry", "NumberOfEmployees", "CreatedDate", "ParentId",
)  # fmt: skip
_CONTACT = ("AccountId", "Email", "FirstName", "LastName", "HasOptedOutOfEmail")
_CONTRACT = ("AccountId", "StartDate", "EndDate", "StatusCode")
_OPPORTUNITY = ("AccountId", "CloseDate", "IsWon")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
ROLES = frozenset({"billing", "admin", "champion", "user"})
"""What a role field may say, in our own words."""
LOOKED_UP = ".Email"
ACTIVE = ".IsActive"


class Listing(NamedTuple):
    """A type of record that is pulled: what it is in our words, its fields, and which of it counts."""

    kind: str
    fields: tuple[str, ...]
    records: Callable[[Row], Iterable[Record]]
    where: str = ""


def listings(settings: SalesforceSettings) -> dict[str, Listing]:
    """What is pulled, by the type's name in Salesforce, in order."""
    owners = [name for name in (settings.csm_field, settings.sales_field) if name.endswith(LOOKED_UP)]
    active = (name.removesuffix(LOOKED_UP) + ACTIVE for name in owners)
    named = (
        settings.csm_field,
        settings.sales_field,
        settings.our_id_field,
        settings.stripe_field,
        settings.do_not_contact_field,
    )
    found = {
        "Account": Listing(
            "accounts", _fields(*_ACCOUNT, *named, *active), lambda row: of_account(row, settings)
        ),
        "Contact": Listing(
            "contacts", _fields(*_CONTACT, settings.role_field), lambda row: of_contact(row, settings)
        ),
    }
    contract = Listing("subscriptions", _fields(*_CONTRACT), of_contract, "StatusCode = 'Activated'")
    closed = f"IsClosed = true AND CloseDate <= TODAY AND Type = {quoted(settings.renewal_type)}"
    renewal = Listing("outcomes", _fields(*_OPPORTUNITY), of_renewal, closed)
    return {
        **found,
        **({"Contract": contract} if settings.contracts else {}),
        **({"Opportunity": renewal} if settings.outcomes else {}),
    }


def _fields(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (*ALWAYS, *names))))


def said(row: Row, path: str) -> str:
    """What a field says as text, stripped; empty where it says nothing, or something that is no text."""
    match found := _value(row, path):
        case str():
            return found.strip()
        case bool():
            return ""
        case int() | float():
            return f"{found}"
        case _:
            return ""


def _value(row: Row, path: str) -> object:
    """What a field says, be it one of a record that is looked up."""
    found: object = row
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def of_account(row: Row, settings: SalesforceSettings) -> Iterator[Record]:
    """Yield an account and what it is called elsewhere."""
    at, domain = said(row, "Id"), host(said(row, "Website"))
    yield Account(
        account_id=at,
        name=said(row, "Name") or None,
        domain=domain or None,
        industry=said(row, "Industry") or None,
        size_band=size_band(said(row, "NumberOfEmployees")),
        country=country(said(row, "BillingCountry")),
        parent_id=said(row, "ParentId") or None,
        csm_email=_owner(row, settings.csm_field),
        sales_email=_owner(row, settings.sales_field),
        created_on=day(said(row, "CreatedDate")),
        do_not_contact=is_marked(_value(row, mark)) if (mark := settings.do_not_contact_field) else None,
    )
    named = (
        (OUR_ID, said(row, settings.our_id_field)),
        (DOMAIN, domain),
        ("stripe", said(row, settings.stripe_field)),
    )
    yield from (Identifier(at, kind, value) for kind, value in named if value)


def of_contact(row: Row, settings: SalesforceSettings) -> Iterator[Record]:
    """Yield a person of an account who has an address."""
    account, email = said(row, "AccountId"), said(row, "Email").lower()
    role = said(row, settings.role_field).lower()
    if not account or not _ADDRESS.fullmatch(email):
        return
    yield Contact(
        account_id=account,
        email=email,
        name=" ".join(filter(None, (said(row, "FirstName"), said(row, "LastName")))) or None,
        role=role if role in ROLES else None,
        consent=False if row.get("HasOptedOutOfEmail") is True else None,
    )


def of_contract(row: Row) -> Iterator[Record]:
    """Yield a contract's term. Salesforce's end is the last day in force, ours is the first one after it."""
    account, begins, last = said(row, "AccountId"), day(said(row, "StartDate")), day(said(row, "EndDate"))
    if account and begins:
        ends = last + timedelta(days=1) if last else None
        yield Subscription(said(row, "Id"), account, term_start=begins, term_end=ends, status="active")


def of_renewal(row: Row) -> Iterator[Record]:
    """Yield how a renewal ended, on the day on which somebody closed its opportunity."""
    account, closed_on = said(row, "AccountId"), day(said(row, "CloseDate"))
    if account and closed_on:
        yield Outcome(account, closed_on, "renewed" if row.get("IsWon") is True else "churned")


def _owner(row: Row, field: str) -> str | None:
    """The address of whoever a field names; nobody, if the user has left."""
    address = said(row, field).lower()
    gone: object = row
    for step in (*field.split(".")[:-1], ACTIVE.removeprefix(".")) if field.endswith(LOOKED_UP) else ():
        gone = gone.get(step) if isinstance(gone, Mapping) else None
    return address if _ADDRESS.fullmatch(address) and gone is not False else None


def host(website: str) -> str:
    """The domain of a website, in small letters and without ``www.``; empty if it is none."""
    given = website if "://" in website else f"https://{website}"
    try:
        found = urlsplit(given).hostname or ""
    except ValueError:
        return ""
    return found.removeprefix("www.") if "." in found else ""


def day(text: str) -> date | None:
    """The UTC day of an instant, or a day; None if it is neither."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
