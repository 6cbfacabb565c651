"""An invented HubSpot account, in HubSpot's own shapes, and what a pull must make of it."""

from datetime import UTC, date, datetime
from typing import Any

from health.records import Account, Contact, Identifier, Record

Json = dict[str, Any]

NOW_S = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
CREATED, EARLIER, LATELY = "2025-02-03T09:30:00.000Z", "2026-03-04T10:00:00.000Z", "2026-06-01T11:50:00.000Z"
TOKEN = "pat-sandbox-token"
CSM_PROPERTY = "customer_success_manager"
OUR_PROPERTY = "billing_account"
STRIPE_PROPERTY = "stripe_customer"
COMPANIES = 23
INTO, MERGED = 8, ("8001", "8002")
"""A company, and the ids of those that were merged into it."""
FIRST_COMPANY, FIRST_CONTACT = 9_001, 501
INDUSTRIES = ("COMPUTER_SOFTWARE", "CONSTRUCTION", None)
COUNTRIES = (("Germany", "DE"), ("us", "US"), ("Ruritania", None), (None, None))
EMPLOYEES = (("7", "1-10"), ("120", "51-200"), ("5001", "5001+"), (None, None), ("many", None))
OWNERS = (
    ("71", "robin.vale@seller.example"),
    ("72", "Noor.Castellan@seller.example"),
    ("73", "kim.ode@seller.example"),
    ("74", "ira.lund@seller.example"),
    ("75", "bo.stern@seller.example"),
    ("76", "uma.rey@seller.example"),
)
GONE = "79"
"""An owner who has left."""
ROLES = (("CHAMPION", "champion"), ("END_USER;BUDGET_HOLDER", "billing"), ("BLOCKER", None), (None, None))


def company_id(number: int) -> str:
    return str(FIRST_COMPANY + 10 * number)


def held(name: str, properties: dict[str, str | None], changed: str = EARLIER) -> Json:
    """An object; what is empty HubSpot does not keep."""
    kept = {each: value for each, value in properties.items() if value is not None}
    return {"id": name, "createdAt": CREATED, "updatedAt": changed, "properties": kept}


def company(number: int) -> tuple[Json, list[Record]]:
    """A company, and what is to be known of it."""
    industry, (said, country) = INDUSTRIES[number % 3], COUNTRIES[number % 4]
    employees, band = EMPLOYEES[number % 5]
    owner, csm = number % len(OWNERS), (number + 1) % len(OWNERS)
    domain = f"firm-{number}.example" if number % 6 else None
    ours, stripe = (f"ACC-{number}", f"cus_{number}") if number % 2 else (None, None)
    properties = {
        "name": f"Firm {number}",
        "domain": domain and domain.upper(),
        "industry": industry,
        "country": said,
        "numberofemployees": employees,
        "hubspot_owner_id": GONE if number == 0 else OWNERS[owner][0],
        CSM_PROPERTY: OWNERS[csm][0],
        OUR_PROPERTY: ours,
        STRIPE_PROPERTY: stripe,
        "hs_merged_object_ids": ";".join(MERGED) if number == INTO else None,
    }
    at = company_id(number)
    account = Account(
        account_id=at,
        name=f"Firm {number}",
        domain=domain,
        industry=industry,
        country=country,
        size_band=band,
        csm_email=OWNERS[csm][1].lower(),
        sales_email=None if number == 0 else OWNERS[owner][1].lower(),
        created_on=date(2025, 2, 3),
    )
    named = (("our_id", ours), ("domain", domain), ("stripe", stripe))
    records: list[Record] = [account, *(Identifier(at, kind, value) for kind, value in named if value)]
    records += [Identifier(at, "hubspot", gone) for gone in MERGED if number == INTO]
    return held(at, properties, LATELY if number < 7 else EARLIER), records


def contact(number: int) -> tuple[Json, list[Record]]:
    """A person at a company, and what is to be known of them; nothing of who has no company or address."""
    role, ours = ROLES[number % 4]
    has_address, has_company = number % 5 != 0, number % 7 != 0
    properties = {
        "email": f"Person.{number}@firm.example" if has_address else None,
        "firstname": f"Given{number}",
        "lastname": "Quill" if number % 2 else None,
        "phone": "+1 555 0100",
        "hs_language": "de" if number % 3 == 0 else None,
        "hs_email_optout": "true" if number % 4 == 0 else None,
        "hs_buying_role": role,
    }
    made = held(str(FIRST_CONTACT + number), properties, LATELY if number < 9 else EARLIER)
    at = company_id(number % COMPANIES)
    if has_company:
        ends = [{"id": company_id(0), "type": "contact_to_company_unlabeled"}]
        made["associations"] = {"companies": {"results": [*ends, {"id": at, "type": "contact_to_company"}]}}
    if not (has_address and has_company):
        return made, []
    return made, [
        Contact(
            account_id=at,
            email=f"person.{number}@firm.example",
            name=f"Given{number} Quill" if number % 2 else f"Given{number}",
            role=ours,
            language="de" if number % 3 == 0 else None,
            consent=False if number % 4 == 0 else None,
        )
    ]


def text(name: str) -> Json:
    """A property that somebody made for one line of text."""
    group = "companyinformation"
    return {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": group}


COMPANIES_HELD = [company(number) for number in range(COMPANIES)]
CONTACTS_HELD = [contact(number) for number in range(31)]
OWNER = {"firstName": "Given", "lastName": "Family"}

BOOK: Json = {
    "owners": [
        *({"id": owner, "email": email, **OWNER} for owner, email in OWNERS),
        {"id": GONE, "email": "gone@seller.example", "archived": True},
    ],
    "companies": [
        *(each for each, _ in COMPANIES_HELD),
        held("9", {"name": "Deleted"}) | {"archived": True},
        held("99999", {"name": "Not yet"}) | {"createdAt": "2026-07-01T00:00:00.000Z"},
    ],
    "contacts": [each for each, _ in CONTACTS_HELD],
    "properties": {"companies": [text(name) for name in (CSM_PROPERTY, OUR_PROPERTY, STRIPE_PROPERTY)]},
}
RECORDS: frozenset[Record] = frozenset(
    record for _, records in (*COMPANIES_HELD, *CONTACTS_HELD) for record in records
)


def variables(http: str) -> dict[str, str]:
    """Settings by environment variable, for the account in a sandbox."""
    given = {
        "token": TOKEN,
        "base_url": f"{http}/hubspot",
        "timeout_s": "5.0",
        "page_size": "5",
        "searches_per_second": "10000",
    }
    return {f"SEATSIGNAL_HUBSPOT_{name.upper()}": value for name, value in given.items()}
