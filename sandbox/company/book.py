"""The book of business: what the accounts are called, where they are, and who works there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from sandbox.company.cast import CHAMPION_LEFT, COUNTRY
from sandbox.company.history import Customer
from sandbox.company.names import Names, names

_COUNTRIES = ("US", "GB", "DE", "IE", "AU")
_COUNTRY_SHARES = (58, 18, 12, 6, 6)
_ZONE = {
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "DE": "Europe/Berlin",
    "AU": "Australia/Sydney",
    "TR": "Europe/Istanbul",
}
_REGION = {"GB": "ENG", "AU": "NSW"}
_LANGUAGE = {"DE": "de", "TR": "tr"}
_PACIFIC = frozenset({"CA", "NV", "OR", "WA"})
_MOUNTAIN = frozenset({"AZ", "CO", "ID", "MT", "NM", "UT", "WY"})
_CENTRAL = frozenset(
    {"AL", "AR", "IA", "IL", "KS", "LA", "MN", "MO", "MS", "ND", "NE", "OK", "SD", "TN", "TX", "WI"}
)
_SMALL, _MEDIUM = 10, 50  # seats


class Account(NamedTuple):
    """A row of the import format's accounts."""

    account_id: str
    name: str
    domain: str
    customer_type: str
    industry: str
    size_band: str
    country: str
    region: str
    timezone: str
    language: str
    currency: str
    csm_email: str
    sales_email: str
    created_on: date


class Contact(NamedTuple):
    """A row of the import format's contacts."""

    account_id: str
    email: str
    name: str
    role: str
    language: str
    consent: str


def accounts(customers: Sequence[Customer], seats: Mapping[str, int], seed: int) -> Iterator[Account]:
    """Yield every account under a name of its own."""
    words = names()
    firms = words.firms(len(customers), Random(f"{seed} firms"))
    for customer, firm in zip(customers, firms, strict=True):
        chance = Random(f"{seed} account {customer.account_id}")
        yield _account(customer, firm, seats[customer.account_id], words, chance)


def _account(customer: Customer, firm: tuple[str, str], seats: int, words: Names, chance: Random) -> Account:
    place, trade = firm
    country = _country(customer.account_id)
    region = customer.region if country == "US" else _REGION.get(country, "")
    return Account(
        customer.account_id,
        f"{place} {trade} {words.legal_form[country]}",
        f"{place}-{trade}.example".lower(),
        "business",
        words.industry[trade],
        _size_band(seats),
        country,
        region,
        _ZONE.get(country) or _american_zone(region),
        _LANGUAGE.get(country, "en"),
        "USD",
        words.colleague(words.owners, chance),
        words.colleague(words.sales, chance),
        customer.created_on,
    )


def _country(account_id: str) -> str:
    """Return where an account is. Holidays follow from it, and use from holidays: no seed changes it."""
    by_chance = Random(f"country {account_id}").choices(_COUNTRIES, _COUNTRY_SHARES)
    return COUNTRY.get(account_id, by_chance[0])


def _size_band(seats: int) -> str:
    if seats <= _SMALL:
        return "1-10"
    return "11-50" if seats <= _MEDIUM else "51-200"


def _american_zone(state: str) -> str:
    if state in _PACIFIC:
        return "America/Los_Angeles"
    if state in _MOUNTAIN:
        return "America/Denver"
    return "America/Chicago" if state in _CENTRAL else "America/New_York"


def contacts(book: Iterable[Account], seed: int) -> Iterator[Contact]:
    """Yield an admin and a billing contact per account, and some who use it or speak well of it."""
    words = names()
    for account in book:
        chance = Random(f"{seed} contacts {account.account_id}")
        others = 3 if account.account_id == CHAMPION_LEFT else chance.randint(0, 3)
        roles = ["admin", "billing", *chance.sample(("champion", "user", "user"), others)]
        given = chance.sample(words.given, len(roles))
        for role, first in zip(roles, given, strict=True):
            last = chance.choice(words.family)
            email = f"{first}.{last}@{account.domain}".lower()
            yield Contact(account.account_id, email, f"{first} {last}", role, account.language, "true")
