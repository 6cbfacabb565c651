"""An invented Salesforce org, in Salesforce's own shapes, and what a pull must make of it."""

from datetime import UTC, date, datetime
from typing import Any

from health.records import Account, Contact, Identifier, Outcome, Record, Subscription

Json = dict[str, Any]

NOW_S = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
CREATED, EARLIER, LATELY = (
    "2025-02-03T09:30:00.000+0000",
    "2026-03-04T10:00:00.000+0000",
    "2026-06-01T11:50:00.000+0000",
)
CLIENT, SECRET = "seatsignal-app", "salesforce-sandbox-secret"
CSM_FIELD, OUR_FIELD, STRIPE_FIELD, ROLE_FIELD = "CSM__r.Email", "Billing_Id__c", "Stripe__c", "Part__c"
ACCOUNTS = 23
USERS = (
    ("005000000000000001", "robin.vale@seller.example"),
    ("005000000000000002", "Noor.Castellan@seller.example"),
    ("005000000000000003", "kim.ode@seller.example"),
)
GONE = "005000000000000009"
"""A user who has left."""
INDUSTRIES = ("Technology", "Construction", None)
COUNTRIES = (("Germany", "DE"), ("us", "US"), ("Ruritania", None), (None, None))
EMPLOYEES = ((7, "1-10"), (120, "51-200"), (5_001, "5001+"), (None, None))
SITES = ("https://www.firm-{}.EXAMPLE/about", "firm-{}.example", "ask us", None)
ROLES = (("Champion", "champion"), ("billing", "billing"), ("Blocker", None), (None, None))


def account_id(number: int) -> str:
    return f"001{number:015}"


def row(name: str, changed: str = EARLIER, **fields: object) -> Json:
    """A record as it is held."""
    return {"Id": name, "CreatedDate": CREATED, "SystemModstamp": changed, **fields}


def account(number: int) -> tuple[Json, list[Record]]:
    """An account, and what is to be known of it."""
    industry, (said, country) = INDUSTRIES[number % 3], COUNTRIES[number % 4]
    employees, band = EMPLOYEES[number % 4]
    owner, csm = number % len(USERS), (number + 1) % len(USERS)
    site = SITES[number % 4]
    domain = f"firm-{number}.example" if number % 4 < 2 else None
    ours, stripe = (f"ACC-{number}", f"cus_{number}") if number % 2 else (None, None)
    held = row(
        account_id(number),
        LATELY if number < 7 else EARLIER,
        Name=f"Firm {number}",
        Website=site and site.format(number),
        Industry=industry,
        BillingCountry=said,
        NumberOfEmployees=employees,
        ParentId=account_id(1) if number == 2 else None,
        OwnerId=GONE if number == 0 else USERS[owner][0],
        CSM__c=USERS[csm][0],
        Billing_Id__c=ours,
        Stripe__c=stripe,
    )
    known = Account(
        account_id=held["Id"],
        name=f"Firm {number}",
        domain=domain,
        industry=industry,
        country=country,
        size_band=band,
        parent_id=held["ParentId"],
        csm_email=USERS[csm][1].lower(),
        sales_email=None if number == 0 else USERS[owner][1].lower(),
        created_on=date(2025, 2, 3),
    )
    named = (("our_id", ours), ("domain", domain), ("stripe", stripe))
    return held, [known, *(Identifier(held["Id"], kind, value) for kind, value in named if value)]


def contact(number: int) -> tuple[Json, list[Record]]:
    """A person, and what is to be known of them; nothing of who has no account or address."""
    role, ours = ROLES[number % 4]
    has_address, has_account = number % 5 != 0, number % 7 != 0
    at = account_id(number % ACCOUNTS)
    held = row(
        f"003{number:015}",
        LATELY if number < 9 else EARLIER,
        AccountId=at if has_account else None,
        Email=f"Person.{number}@firm.example" if has_address else None,
        FirstName=f"Given{number}",
        LastName="Quill" if number % 2 else None,
        HasOptedOutOfEmail=number % 4 == 0,
        Part__c=role,
    )
    if not (has_address and has_account):
        return held, []
    name = f"Given{number} Quill" if number % 2 else f"Given{number}"
    consent = False if number % 4 == 0 else None
    return held, [Contact(at, f"person.{number}@firm.example", name, ours, consent=consent)]


def contract(number: int) -> tuple[Json, list[Record]]:
    """A contract in force, and the term to be known of it; none of a draft."""
    active = number % 3 != 0
    ends = None if number % 4 == 0 else f"2026-{number % 12 + 1:02}-28"
    held = row(
        f"800{number:015}",
        AccountId=account_id(number),
        StartDate="2025-03-01",
        EndDate=ends,
        StatusCode="Activated" if active else "Draft",
    )
    last = date.fromisoformat(ends) if ends else None
    term_end = last and date.fromordinal(last.toordinal() + 1)
    known = Subscription(held["Id"], account_id(number), date(2025, 3, 1), term_end, status="active")
    return held, [known] if active else []


CLOSED = (("Renewal", True, True), ("Renewal", True, False), ("Renewal", False, False), ("New", True, True))
"""Types of opportunities, whether they are closed, and whether they are won."""


def opportunity(number: int) -> tuple[Json, list[Record]]:
    """An opportunity, and the outcome to be known of it: none if it is open, of another type, or ahead."""
    kind, closed, won = CLOSED[number % len(CLOSED)]
    ahead = number >= 2 * len(CLOSED)
    on = date(2026 if not ahead else 2027, 2, number + 1)
    held = row(
        f"006{number:015}",
        AccountId=account_id(number),
        Type=kind,
        CloseDate=f"{on}",
        IsClosed=closed,
        IsWon=won,
    )
    known = [Outcome(account_id(number), on, "renewed" if won else "churned")]
    return held, known if closed and kind == "Renewal" and not ahead else []


def custom(name: str) -> Json:
    """A field that somebody made for one line of text."""
    return {"name": name, "type": "string"}


HELD = {
    "Account": [account(number) for number in range(ACCOUNTS)],
    "Contact": [contact(number) for number in range(31)],
    "Contract": [contract(number) for number in range(13)],
    "Opportunity": [opportunity(number) for number in range(3 * len(CLOSED))],
}
DELETED = row(account_id(900), LATELY, Name="Deleted", IsDeleted=True)
BOOK: Json = {
    "records": {
        **{kind: [each for each, _ in rows] for kind, rows in HELD.items()},
        "User": [
            *(row(user, Email=email, IsActive=True) for user, email in USERS),
            row(GONE, Email="gone@seller.example", IsActive=False),
        ],
    },
    "fields": {
        "Account": [custom(name) for name in ("CSM__c", OUR_FIELD, STRIPE_FIELD)],
        "Contact": [custom(ROLE_FIELD)],
    },
}
BOOK["records"]["Account"] += [DELETED, row(account_id(901), "2026-07-01T00:00:00.000+0000", Name="Not yet")]
RECORDS: frozenset[Record] = frozenset(
    record for rows in HELD.values() for _, records in rows for record in records
)


def variables(http: str) -> dict[str, str]:
    """Settings by environment variable, for the org in a sandbox."""
    given = {
        "base_url": f"{http}/salesforce",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "timeout_s": "5.0",
        "calls_per_minute": "100000",
    }
    return {f"SEATSIGNAL_SALESFORCE_{name.upper()}": value for name, value in given.items()}
