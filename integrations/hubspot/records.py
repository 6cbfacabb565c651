"""Companies, contacts and closed renewals as records: pure, one function per kind."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from health.domains import DOMAIN
from health.identity import OUR_ID
from health.records import Account, Contact, Identifier, Outcome, Record
from integrations.companies import country, is_marked, size_band
from integrations.hubspot.answers import Object, To
from integrations.hubspot.settings import HubSpotSettings

OBJECT_ID = "hs_object_id"
NAME = "hubspot"
"""The kind of name that is a record id here (`health.records.Identifier`)."""
MERGED = "hs_merged_object_ids"
"""Where a company says which others were merged into it."""
_COMPANY = ("name", "domain", "industry", "country", "numberofemployees", "createdate", MERGED)
_PERSON = ("email", "firstname", "lastname", "hs_language", "hs_email_optout", "associatedcompanyid")
_WON = "hs_is_closed_won"
DEAL_PROPERTIES = (OBJECT_ID, "closedate", _WON)
"""The properties that the outcome of a renewal is made of."""
PRIMARY_COMPANY = 5
"""HubSpot's own type of the association of a deal with its primary company."""
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
ROLES: Mapping[str, str] = {
    "billing": "billing",
    "budget_holder": "billing",
    "admin": "admin",
    "champion": "champion",
    "user": "user",
    "end_user": "user",
}
"""What a role property may say, by HubSpot's buying roles or our own words, the weightiest first."""


def company_properties(settings: HubSpotSettings) -> tuple[str, ...]:
    """The properties that a company's records are made of."""
    named = (
        settings.csm_property,
        settings.sales_property,
        settings.our_id_property,
        settings.stripe_property,
        settings.do_not_contact_property,
    )
    return _unique((OBJECT_ID, *_COMPANY, *named))


def contact_properties(settings: HubSpotSettings) -> tuple[str, ...]:
    """The properties that a contact's record is made of."""
    return _unique((OBJECT_ID, *_PERSON, settings.role_property))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))


def readable(found: Object) -> bool:
    """Whether an object says who it is: without, what else it lacks is a fault of the answer."""
    return bool(found.id) and found.properties.get(OBJECT_ID) == found.id


def of_company(found: Object, owners: Mapping[str, str], settings: HubSpotSettings) -> Iterator[Record]:
    """Yield a company's account and what it is called elsewhere. ``owners`` are addresses by id."""
    said = _said(found)
    domain = said.get("domain", "").lower().removeprefix("www.")
    yield Account(
        account_id=found.id,
        name=said.get("name"),
        domain=domain or None,
        industry=said.get("industry"),
        size_band=size_band(said.get("numberofemployees", "")),
        country=country(said.get("country", "")),
        csm_email=_owner(said.get(settings.csm_property, ""), owners),
        sales_email=_owner(said.get(settings.sales_property, ""), owners),
        created_on=day(said.get("createdate", "")),
        do_not_contact=is_marked(said.get(mark)) if (mark := settings.do_not_contact_property) else None,
    )
    named = (
        (OUR_ID, said.get(settings.our_id_property)),
        (DOMAIN, domain),
        ("stripe", said.get(settings.stripe_property)),
    )
    yield from (Identifier(found.id, kind, value) for kind, value in named if value)
    merged = (each.strip() for each in said.get(MERGED, "").split(";"))
    yield from (Identifier(found.id, NAME, each) for each in merged if each.isdecimal() and each != found.id)


def of_contact(found: Object, settings: HubSpotSettings) -> Iterator[Record]:
    """Yield a person of a company who has an address; of several companies it is the primary one."""
    said = _said(found)
    company, email = said.get("associatedcompanyid"), said.get("email", "").lower()
    if not company or not _ADDRESS.fullmatch(email):
        return
    yield Contact(
        account_id=company,
        email=email,
        name=" ".join(filter(None, (said.get("firstname"), said.get("lastname")))) or None,
        role=role(said.get(settings.role_property, "")),
        language=said.get("hs_language"),
        consent=False if said.get("hs_email_optout", "").lower() == "true" else None,
    )


def of_renewal(found: Object, companies: Sequence[To]) -> Outcome | None:
    """The outcome of a closed renewal, at its primary company or its only one; `None` where it tells none."""
    said = _said(found)
    closed_on, at = day(said.get("closedate", "")), _company_of(companies)
    if closed_on is None or not at:
        return None
    return Outcome(at, closed_on, "renewed" if said.get(_WON) == "true" else "churned")


def _company_of(companies: Sequence[To]) -> str:
    primary = [
        each for each in companies if any(kind.type_id == PRIMARY_COMPANY for kind in each.association_types)
    ]
    found = primary or companies
    return str(found[0].to_object_id) if len(found) == 1 else ""


def _said(found: Object) -> dict[str, str]:
    """The properties that say something."""
    stripped = {name: (value or "").strip() for name, value in found.properties.items()}
    return {name: value for name, value in stripped.items() if value}


def _owner(named: str, owners: Mapping[str, str]) -> str | None:
    """The address of an owner, given as an id or as the address; nobody if the owner is gone."""
    return named.lower() if _ADDRESS.fullmatch(named) else owners.get(named)


def role(said: str) -> str | None:
    """Our word for a role; of several (``CHAMPION;BUDGET_HOLDER``) the weightiest. None for no known one."""
    given = {word.strip().lower() for word in said.split(";")}
    return next((ours for theirs, ours in ROLES.items() if theirs in given), None)


def day(said: str) -> date | None:
    """The UTC day of an instant; None if it is none."""
    try:
        return datetime.fromisoformat(said).date()
    except ValueError:
        return None
