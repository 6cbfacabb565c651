"""Opportunities: one per key, none beside one that somebody opened, and what sales did with them stays."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests
import responses
from msgspec.structs import replace as changed

from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured
from integrations.salesforce.access import TOKEN_PATH
from integrations.salesforce.destination import SalesforceDestination
from integrations.salesforce.fields import OPPORTUNITY_KEY
from templates.render import render
from tests.integrations.salesforce.conftest import settings
from tests.integrations.salesforce.org import CLIENT, GONE, NOW_S, SECRET, USERS, row
from tests.integrations.salesforce.rig import BOOK, described
from tests.rehearsal import Rehearsal
from tests.templates.examples import OPPORTUNITY, payload

KEY = OPPORTUNITY_KEY.name
ACCOUNT, OTHER, LEFT, AWAY = (f"001{each:015}" for each in (8_001, 8_002, 8_003, 8_004))
STAGES = [
    row(f"01J{at}", ApiName=name, IsActive=True, IsClosed=closed, IsWon=won)
    for at, (name, closed, won) in enumerate(
        (("Qualification", False, False), ("Closed Won", True, True), ("Closed Lost", True, False))
    )
]
RENEWAL = changed(
    OPPORTUNITY,
    key="renewal/ACC-9/sub_9@2026-03-01",
    matter="renewal",
    name="Harbour & Pine: renewal 2027-03-01",
)
MANY = 5
"""As many as one page of the stand-in has here."""
Json = dict[str, Any]


def book(*opportunities: Json, currencies: bool = True) -> Json:
    accounts = [
        row(ACCOUNT, Name="Harbour & Pine", OwnerId=USERS[0][0]),
        row(OTHER, Name="Other", OwnerId=USERS[1][0]),
        row(LEFT, Name="Whose owner has left", OwnerId=GONE),
    ]
    records = {"Account": accounts, "Opportunity": opportunities, "OpportunityStage": STAGES}
    users = [*BOOK["records"]["User"], row(GONE, Email="gone@seller.example", IsActive=False)]
    more = [{"name": "CurrencyIsoCode", "type": "picklist"}] if currencies else []
    fields = {**BOOK["fields"], "Opportunity": [described(OPPORTUNITY_KEY), *more]}
    return {"records": {**records, "User": users}, "fields": fields}


def opened(sandbox: Rehearsal, **more: object) -> SalesforceDestination:
    given = {"opportunity_stage": "Qualification", "renewal_type": "Renewal"} | more
    return SalesforceDestination(settings(f"{sandbox.http}/salesforce", **given), clock=lambda: NOW_S)


@pytest.fixture
def sales(sandbox: Rehearsal) -> Iterator[SalesforceDestination]:
    sandbox.seed("salesforce", book())
    with closing(opened(sandbox)) as made:
        yield made


def notice(content: Any = OPPORTUNITY, account: str = ACCOUNT, attempt: int = 1, before: Any = ()) -> Notice:
    said = payload(content)
    return Notice(
        key=f"salesforce/opportunity/{content.key}/{attempt}",
        destination="salesforce",
        kind="state",
        thread=f"salesforce/opportunity/{content.key}",
        account=7,
        template="opportunity",
        owner=account,
        payload=said,
        body=render("opportunity", said),
        attempt=attempt,
        before=tuple(render("opportunity", payload(each)) for each in before),
    )


class Person:
    """Somebody who works with the opportunities there."""

    def __init__(self, sandbox: Rehearsal) -> None:
        self._at = f"{sandbox.http}/salesforce"
        who = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
        token = requests.post(f"{self._at}/{TOKEN_PATH}", data=who, timeout=10).json()["access_token"]
        self._bearer = {"Authorization": f"Bearer {token}"}

    def sees(self, *more: str) -> list[Json]:
        names = ("Id", "AccountId", "Name", "StageName", "CloseDate", "Amount", "OwnerId", "Type", "IsClosed")
        query = f"SELECT {', '.join((*names, 'Description', KEY, *more))} FROM Opportunity"  # noqa: S608 - SOQL
        return list(self._call("GET", "query", params={"q": query})["records"])

    def change(self, **fields: object) -> None:
        [there] = self.sees()
        records = [{"attributes": {"type": "Opportunity"}, "id": there["Id"], **fields}]
        [saved] = self._call("PATCH", "composite/sobjects", json={"records": records})
        assert saved["success"], saved

    def _call(self, method: str, path: str, **more: Any) -> Any:
        url = f"{self._at}/services/data/v67.0/{path}"
        answer = requests.request(method, url, headers=self._bearer, timeout=10, **more)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def person(sales: SalesforceDestination, sandbox: Rehearsal) -> Person:
    assert sales.keyed, "the org is there"
    return Person(sandbox)


def calls(sandbox: Rehearsal) -> int:
    return int(requests.get(f"{sandbox.http}/salesforce/traffic", timeout=10).json()["calls"])


def outcomes(receipts: Iterator[Receipt]) -> list[tuple[str, str]]:
    return [(each.outcome, each.reason) for each in receipts]


def test_it_is_made_once_at_the_account_as_its_owners(sales: SalesforceDestination, person: Person) -> None:
    for attempt in (1, 2, 3):
        [told] = sales.deliver([notice(attempt=attempt)])
        [made] = person.sees("CurrencyIsoCode")
        assert (told.outcome, told.remote) == ("sent", made["Id"])
    assert {name: value for name, value in made.items() if name not in {"attributes", "Id"}} == {
        "AccountId": ACCOUNT,
        "Name": OPPORTUNITY.name,
        "StageName": "Qualification",
        "CloseDate": "2027-01-20",
        "Amount": 4_800.0,
        "CurrencyIsoCode": "EUR",
        "OwnerId": USERS[0][0],
        "Type": None,
        "IsClosed": False,
        "Description": "\n".join(OPPORTUNITY.evidence),
        KEY: OPPORTUNITY.key,
    }


def test_a_renewal_is_of_the_type_that_is_set_and_stands_beside_room_to_grow(
    sales: SalesforceDestination, person: Person
) -> None:
    assert outcomes(sales.deliver([notice(), notice(RENEWAL)])) == [("sent", "")] * 2
    assert {each[KEY]: each["Type"] for each in person.sees()} == {
        OPPORTUNITY.key: None,
        RENEWAL.key: "Renewal",
    }


def test_news_changes_figures_in_place_and_nothing_that_sales_did(
    sales: SalesforceDestination, person: Person
) -> None:
    list(sales.deliver([notice()]))
    theirs = {"StageName": "Negotiation", "OwnerId": USERS[2][0], "CloseDate": "2027-06-30"}
    person.change(**theirs)
    news = changed(OPPORTUNITY, amount_minor=600_000, close_on=RENEWAL.close_on)
    assert outcomes(sales.deliver([notice(news, before=[OPPORTUNITY])])) == [("sent", "")]
    [found] = person.sees()
    assert {name: found[name] for name in theirs} == theirs
    assert found["Amount"] == 6_000.0
    person.change(Amount=1.0)
    later = changed(news, amount_minor=700_000)
    assert outcomes(sales.deliver([notice(later, before=[news])])) == [("sent", "")]
    assert person.sees()[0]["Amount"] == 1.0


def test_an_amount_stays_that_stands_in_a_currency_which_sales_chose(
    sales: SalesforceDestination, person: Person
) -> None:
    list(sales.deliver([notice()]))
    person.change(CurrencyIsoCode="USD")
    list(sales.deliver([notice(changed(OPPORTUNITY, amount_minor=1), before=[OPPORTUNITY])]))
    [found] = person.sees("CurrencyIsoCode")
    assert (found["Amount"], found["CurrencyIsoCode"]) == (4_800.0, "USD")


def at(account: str = ACCOUNT, **fields: object) -> Json:
    said = {"Name": "Theirs", "StageName": "Qualification", "IsClosed": False, "CloseDate": "2027-01-01"}
    return row("006000000000000001", AccountId=account, **(said | fields))


def test_one_that_is_open_stops_none_at_another_account(
    sales: SalesforceDestination, sandbox: Rehearsal
) -> None:
    sandbox.seed("salesforce", book(at(OTHER)))
    elsewhere = notice(changed(OPPORTUNITY, key="expansion/b/t"), OTHER)
    assert outcomes(sales.deliver([notice(), elsewhere])) == [
        ("suppressed", "opened_by_others"),
        ("sent", ""),
    ]


def test_one_that_is_open_is_seen_though_the_account_was_linked_by_its_short_id(
    sales: SalesforceDestination, sandbox: Rehearsal
) -> None:
    answer = {"totalSize": 1, "done": True, "records": [at(f"{ACCOUNT[:15]}AAZ", IsDeleted=False)]}
    with responses.RequestsMock() as vendor:
        vendor.get(re.compile(".*/queryAll"), json=answer)
        vendor.add_passthru(sandbox.http)
        found = outcomes(sales.deliver([notice(account=ACCOUNT[:15])]))
    assert found == [("suppressed", "opened_by_others")]


CLOSED = {"StageName": "Closed Lost", "IsClosed": True}
BESIDE = [
    (at(), ("suppressed", "opened_by_others")),
    (at(**CLOSED), ("sent", "")),
    (at(IsDeleted=True), ("sent", "")),
    (at(OTHER), ("sent", "")),
    (at(**{KEY: "expansion/ACC-9/an earlier term"}), ("suppressed", "open_already")),
    (at(**{KEY: "expansion/ACC-9/an earlier term"}, **CLOSED), ("sent", "")),
    (at(**{KEY: RENEWAL.key}), ("sent", "")),
    (at(**{KEY: OPPORTUNITY.key}, **CLOSED), ("suppressed", "closed_by_a_person")),
    (at(**{KEY: OPPORTUNITY.key}, IsDeleted=True), ("suppressed", "deleted_by_a_person")),
    (at(OTHER, **{KEY: OPPORTUNITY.key}), ("sent", "")),
]


@pytest.mark.parametrize(("there", "expected"), BESIDE)
def test_none_is_made_beside_one_that_is_open_or_in_the_place_of_one_that_is_over(
    sales: SalesforceDestination, sandbox: Rehearsal, there: Json, expected: tuple[str, str]
) -> None:
    sandbox.seed("salesforce", book(there))
    made = expected[0] == "sent" and there.get(KEY) != OPPORTUNITY.key
    assert outcomes(sales.deliver([notice()])) == [expected]
    assert len(sandbox.ledger()["effects"]) == made


def test_what_a_person_closed_stays_closed_though_the_figures_change(
    sales: SalesforceDestination, person: Person
) -> None:
    list(sales.deliver([notice()]))
    person.change(StageName="Closed Lost", Amount=1.0)
    again = notice(changed(OPPORTUNITY, amount_minor=9), before=[OPPORTUNITY])
    assert outcomes(sales.deliver([again])) == [("suppressed", "closed_by_a_person")]
    [found] = person.sees()
    assert (found["StageName"], found["Amount"]) == ("Closed Lost", 1.0)


def test_what_was_written_once_and_is_gone_from_the_recycle_bin_too_is_not_made_again(
    sales: SalesforceDestination, person: Person
) -> None:
    told = outcomes(sales.deliver([notice(before=[OPPORTUNITY])]))
    assert (told, person.sees()) == ([("suppressed", "deleted_by_a_person")], [])


def test_of_two_terms_of_an_account_in_one_delivery_the_second_finds_the_first(
    sales: SalesforceDestination, person: Person
) -> None:
    later = changed(OPPORTUNITY, key="expansion/ACC-9/sub_9@2027-03-01")
    assert outcomes(sales.deliver([notice(), notice(later)])) == [
        ("sent", ""),
        ("suppressed", "open_already"),
    ]
    assert len(person.sees()) == 1


def test_one_that_cannot_be_made_leaves_the_others_made(sales: SalesforceDestination, person: Person) -> None:
    wanted = [notice(account=LEFT), notice(RENEWAL, AWAY), notice(changed(RENEWAL, key="renewal/a/b"), OTHER)]
    bad = [notice(account=""), notice(account="9001"), Notice(**{**_fields(notice()), "body": b"{}"})]
    found = {each.key: (each.outcome, each.reason) for each in sales.deliver(wanted)}
    assert list(found.values()).count(("sent", "")) == 2
    assert found[wanted[1].key] == ("rejected", "no_such_record")
    assert {each["AccountId"]: each["OwnerId"] for each in person.sees()} == {LEFT: None, OTHER: USERS[1][0]}
    assert [outcomes(sales.deliver([each])) for each in bad] == [
        [("rejected", "not_linked")],
        [("rejected", "no_such_record")],
        [("rejected", "body_unreadable")],
    ]


def _fields(given: Notice) -> Json:
    return {name: getattr(given, name) for name in Notice.__dataclass_fields__}


@pytest.mark.parametrize("on", ["queryAll", "composite/sobjects/Opportunity"])
@pytest.mark.parametrize(
    ("fault", "reason"), [("500", "status_500"), ("429", "rate_limited"), ("drop_answer", "connection_lost")]
)
def test_a_fault_is_tried_again_and_leaves_one(
    sales: SalesforceDestination, sandbox: Rehearsal, fault: str, reason: str, on: str
) -> None:
    sandbox.faults("salesforce", fault, on=on)
    arrived = fault == "drop_answer"
    asked_again = arrived and on == "queryAll"
    assert outcomes(sales.deliver([notice()])) == [("sent", "") if asked_again else ("retry", reason)]
    assert len(sandbox.ledger()["effects"]) == arrived
    assert outcomes(sales.deliver([notice(attempt=2)])) == [("sent", "")]
    assert len(sandbox.ledger()["effects"]) == 1


def test_many_are_three_calls_and_one_where_nothing_changed(
    sales: SalesforceDestination, sandbox: Rehearsal
) -> None:
    accounts = [f"001{each:015}" for each in range(MANY)]
    given = book()
    given["records"]["Account"] = [row(each, Name="Firm", OwnerId=USERS[0][0]) for each in accounts]
    sandbox.seed("salesforce", given)
    many = [changed(OPPORTUNITY, key=f"expansion/{each}/t") for each in accounts]
    wanted = [notice(each, account) for each, account in zip(many, accounts, strict=True)]
    assert outcomes(sales.deliver(wanted)) == [("sent", "")] * MANY
    assert calls(sandbox) == 3
    again = [notice(each, account, before=[each]) for each, account in zip(many, accounts, strict=True)]
    assert outcomes(sales.deliver(again)) == [("sent", "")] * MANY
    assert calls(sandbox) == 4


def test_in_an_org_of_one_currency_amounts_in_others_are_left_out(sandbox: Rehearsal) -> None:
    sandbox.seed("salesforce", book(currencies=False))
    with closing(opened(sandbox, opportunity_currency="EUR")) as made:
        made.check()
        dollars = changed(RENEWAL, currency="USD")
        assert outcomes(made.deliver([notice(), notice(dollars)])) == [("sent", "")] * 2
    assert {each[KEY]: each["Amount"] for each in Person(sandbox).sees()} == {
        OPPORTUNITY.key: 4_800.0,
        RENEWAL.key: None,
    }


def test_what_was_to_close_in_the_past_closes_today(sales: SalesforceDestination, person: Person) -> None:
    list(sales.deliver([notice(changed(OPPORTUNITY, close_on=OPPORTUNITY.close_on.replace(year=2020)))]))
    assert person.sees()[0]["CloseDate"] == "2026-06-01"


@pytest.mark.parametrize(
    ("set_up", "currencies", "reason"),
    [
        ({"opportunity_stage": "Qualifcation"}, True, "no_stage"),
        ({"opportunity_stage": "Closed Won"}, True, "no_stage"),
        ({"opportunity_currency": "EUR"}, True, "currency"),
        ({}, False, "currency"),
    ],
)
def test_a_pipeline_that_cannot_take_ours_is_told(
    sandbox: Rehearsal, set_up: Json, currencies: bool, reason: str
) -> None:
    sandbox.seed("salesforce", book(currencies=currencies))
    with closing(opened(sandbox, **set_up)) as made, pytest.raises(Misconfigured) as caught:
        made.check()
    assert caught.value.reason == reason
    assert "SEATSIGNAL_SALESFORCE_OPPORTUNITY" in str(caught.value)


def test_without_a_stage_they_wait_for_a_person(salesforce: SalesforceDestination) -> None:
    with pytest.raises(Misconfigured, match="SEATSIGNAL_SALESFORCE_OPPORTUNITY_STAGE"):
        list(salesforce.deliver([notice()]))


def test_no_edit_is_told_of_what_is_sales_to_change(sales: SalesforceDestination, person: Person) -> None:
    list(sales.deliver([notice()]))
    person.change(Amount=1.0)
    assert list(sales.edits([notice(before=[OPPORTUNITY])])) == []
