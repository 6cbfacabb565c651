"""The vendors' books: the same company, under ids of each vendor's own, as its stand-in takes it."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.hubspot.book import HubSpotBook
from sandbox.keygen.book import KeygenBook
from sandbox.ledger import Ledger
from sandbox.posthog.book import PostHogBook
from sandbox.state import Book
from sandbox.stripe.book import StripeBook
from sandbox.zendesk.book import ZendeskBook
from tests.sandbox.company.conftest import MONDAY, SATURDAY, SUNDAY, Demo

BOOKS: Mapping[str, Callable[[], Book]] = {
    "stripe": lambda: StripeBook(Clock()),
    "posthog": lambda: PostHogBook(Clock()),
    "keygen": lambda: KeygenBook(Clock()),
    "zendesk": lambda: ZendeskBook(Clock(), Ledger()),
    "hubspot": lambda: HubSpotBook(Clock(), Ledger(), Config()),
}
DAYS = ("eve", "monday")
LAST_REPORTED = date(2026, 5, 23)


@pytest.mark.parametrize("vendor", BOOKS)
@pytest.mark.parametrize("day", DAYS)
def test_every_book_is_one_that_its_stand_in_takes(demo: Demo, day: str, vendor: str):
    BOOKS[vendor]().load((demo.out / "books" / day / f"{vendor}.json").read_bytes())


def ids(demo: Demo) -> dict[str, dict[str, str]]:
    """Our own id of what each system says it of, by system and the system's id."""
    stripe = {each["id"]: each["metadata"]["account_id"] for each in demo.book("eve", "stripe")["customers"]}
    hubspot = [
        (each["id"], each["properties"].get("seatsignal_account_id"))
        for each in demo.book("eve", "hubspot")["companies"]
    ]
    zendesk = [
        (str(each["id"]), each["external_id"]) for each in demo.book("eve", "zendesk")["organizations"]
    ]
    known = {"hubspot": hubspot, "zendesk": zendesk}
    return {"stripe": stripe} | {name: {own: ours for own, ours in of if ours} for name, of in known.items()}


def test_systems_know_the_same_account_by_different_ids(demo: Demo):
    found = ids(demo)

    assert set(found["stripe"].values()) == demo.use.keys()
    named = [own for of in found.values() for own in of]
    assert len(set(named)) == len(named)
    assert not set(named) & demo.use.keys()
    for system in ("hubspot", "zendesk"):
        assert 240 < len(found[system]) < 300, "most state our id, some do not"


def test_a_few_companies_are_nobody_s_and_one_may_be_either_of_two(demo: Demo):
    domains = Counter(each["metadata"]["domain"] for each in demo.book("eve", "stripe")["customers"])
    companies = [each["properties"] for each in demo.book("eve", "hubspot")["companies"]]
    shared = [domain for domain, customers in domains.items() if customers > 1]

    assert len(shared) == 1
    assert domains[shared[0]] == 2
    either = [company for company in companies if company["domain"] == shared[0]]
    assert [set(company) & {"seatsignal_account_id", "stripe_customer"} for company in either] == [set()]
    assert sum(company["domain"] not in domains for company in companies) == 4


def on_premises(demo: Demo) -> set[str]:
    return demo.use.keys() - {day[0] for day in demo.book("monday", "posthog")["days"]}


def test_of_those_who_run_it_themselves_licences_are_all_that_tells_of_use(demo: Demo):
    licences = demo.book("monday", "keygen")["licenses"]

    assert len(on_premises(demo)) == 13
    assert demo.stories["tracking_outage"] in on_premises(demo)
    held = Counter(_account(licence) for licence in licences)
    assert all(held[account] >= 4 for account in on_premises(demo))


def _account(licence: Mapping[str, Any]) -> str:
    return licence["attributes"]["metadata"]["accountId"].removeprefix("kg-")


def checks(demo: Demo, day: str) -> list[tuple[str, date, str]]:
    """Whose key was checked when, and the code."""
    book = demo.book(day, "keygen")
    owners = {licence["id"]: _account(licence) for licence in book["licenses"]}
    return [
        (
            owners[event["relationships"]["resource"]["data"]["id"]],
            date.fromisoformat(event["attributes"]["created"][:10]),
            event["attributes"]["metadata"]["code"],
        )
        for event in book["eventLogs"]
    ]


def test_no_check_that_succeeds_is_reported_since_may_and_those_that_fail_are(demo: Demo):
    succeeded = [day for _, day, code in checks(demo, "monday") if code == "VALID"]
    failed = {day for _, day, code in checks(demo, "monday") if code != "VALID"}

    assert max(succeeded) == LAST_REPORTED
    assert min(succeeded) <= SUNDAY - timedelta(weeks=8)
    assert {LAST_REPORTED + timedelta(1 + after) for after in range((SUNDAY - LAST_REPORTED).days)} <= failed


def test_one_key_is_used_elsewhere_and_a_tenth_time_on_sunday(demo: Demo):
    def elsewhere(day: str) -> list[str]:
        return [account for account, _, code in checks(demo, day) if code == "FINGERPRINT_SCOPE_MISMATCH"]

    assert set(elsewhere("monday")) == {demo.stories["key_shared"]}
    assert len(elsewhere("eve")) < 10 <= len(elsewhere("monday"))


def test_new_keys_are_a_week_old_on_monday_and_mostly_unused(demo: Demo):
    book = demo.book("monday", "keygen")
    new = [key for key in book["licenses"] if _account(key) == demo.stories["onboarding_stuck"]]
    activated = {machine["relationships"]["license"]["data"]["id"] for machine in book["machines"]}

    assert {date.fromisoformat(key["attributes"]["created"][:10]) for key in new} == {MONDAY - timedelta(7)}
    assert (len(new), sum(key["id"] in activated for key in new)) == (4, 1)


def test_nine_of_ten_domains_are_in_use(demo: Demo):
    book = demo.book("monday", "keygen")
    (licence,) = [key for key in book["licenses"] if _account(key) == demo.stories["domains_nearly_full"]]
    domains = [
        machine["attributes"]["fingerprint"]
        for machine in book["machines"]
        if machine["relationships"]["license"]["data"]["id"] == licence["id"]
    ]

    assert licence["attributes"]["maxMachines"] == 10
    assert len(set(domains)) == 9


def test_the_champion_was_last_seen_two_weeks_before_sunday(demo: Demo):
    account = demo.stories["champion_left"]
    people = [each["properties"] for each in demo.book("eve", "hubspot")["contacts"]]
    addresses = {person["email"] for person in people if person["role_at_customer"] == "champion"}
    champions = [user for user in demo.book("monday", "posthog")["users"] if user[4]["email"] in addresses]
    seen = {user[0]: date.fromisoformat(max(user[3])[:10]) for user in champions}

    assert seen[account] == SUNDAY - timedelta(14)
    silent = {of for of, day in seen.items() if (SUNDAY - day).days >= 14} - {account}
    assert all((SATURDAY - seen[of]).days >= 14 for of in silent), "silent on the eve already"


def test_who_pays_by_use_uses_as_much_in_may_as_in_april(demo: Demo):
    account = demo.stories["first_of_the_month"]
    units: Counter[str] = Counter()
    for name, day, _, _, events in demo.book("monday", "posthog")["days"]:
        for _, times, *properties in events if name == account else ():
            units[day[:7]] += times * properties[0]["units"] if properties and properties[0] else 0
    subscriptions = demo.book("monday", "stripe")["subscriptions"]
    metered = [
        each
        for each in subscriptions
        if each["items"]["data"][0]["price"]["recurring"]["usage_type"] == "metered"
    ]

    assert 0.8 < units["2026-05"] / units["2026-04"] < 1.2
    assert len(metered) == 1


def test_the_failed_charge_and_the_paid_ones_are_told_as_events_on_monday(demo: Demo):
    customer = next(
        own for own, ours in ids(demo)["stripe"].items() if ours == demo.stories["failed_payment"]
    )
    events = demo.book("monday", "stripe")["events"]
    failed = [event["data"]["object"] for event in events if event["type"] == "invoice.payment_failed"]

    assert demo.book("eve", "stripe")["events"] == []
    assert [invoice["customer"] for invoice in failed] == [customer]
    assert {event["type"] for event in events} == {"invoice.payment_failed", "invoice.paid"}
