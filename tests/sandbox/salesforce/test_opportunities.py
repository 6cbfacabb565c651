"""Opportunities and list views at the stand-in: what Salesforce would refuse changes nothing there."""

from typing import Any

import pytest

from tests.rehearsal import Rehearsal
from tests.sandbox.salesforce.test_routes import ROOT, STAMP, Json, Org, held

AT = "/Opportunity/Key__c"
ACCOUNT, GONE = f"001{1:015}", f"001{9:015}"
BOOK: Json = {
    "records": {
        "Account": [held(1, Name="Firm")],
        "User": [{"Id": "005A", "SystemModstamp": STAMP, "IsActive": False}],
        "OpportunityStage": [
            {"Id": f"01J{won}", "SystemModstamp": STAMP, "ApiName": name, "IsClosed": True, "IsWon": won}
            for name, won in (("Closed Won", True), ("Closed Lost", False))
        ],
    },
    "fields": {"Opportunity": [{"name": "Key__c", "externalId": True}]},
}


@pytest.fixture
def org(sandbox: Rehearsal) -> Org:
    sandbox.seed("salesforce", BOOK)
    return Org(sandbox)


def deal(key: str = "k", **more: object) -> Json:
    said = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-01", "AccountId": ACCOUNT}
    made = {"attributes": {"type": "Opportunity"}, "Key__c": key, **said, **more}
    return {name: value for name, value in made.items() if value is not None}


def test_its_stage_says_whether_it_is_closed(org: Org) -> None:
    closed = [
        org.save(deal(StageName=stage), at=AT).json()[0]["success"]
        and org.query("SELECT IsClosed, IsWon FROM Opportunity").json()["records"][0]
        for stage in ("Prospecting", "Closed Lost", "Closed Won")
    ]
    assert [(each["IsClosed"], each["IsWon"]) for each in closed] == [
        (False, False),
        (True, False),
        (True, True),
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"key": None}, "MISSING_ARGUMENT"),
        ({"CloseDate": None}, "REQUIRED_FIELD_MISSING"),
        ({"StageName": None}, "REQUIRED_FIELD_MISSING"),
        ({"Name": "x" * 121}, "STRING_TOO_LONG"),
        ({"Amount": "12"}, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ({"IsClosed": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"AccountId": GONE}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"OwnerId": "005A"}, "INACTIVE_OWNER_OR_USER"),
    ],
)
def test_one_that_is_refused_leaves_the_others_made(org: Org, more: dict[str, Any], code: str) -> None:
    bad, good = org.save(deal(**{"key": "bad"} | more), deal("good"), at=AT).json()
    assert (bad["success"], bad["errors"][0]["statusCode"], good["success"]) == (False, code, True)
    assert [each["key"] for each in org.sandbox.ledger()["effects"]] == [good["id"]]


def test_a_key_stands_once_in_a_collection(org: Org) -> None:
    found = org.save(deal(), deal(), at=AT).json()
    assert [each["errors"][0]["statusCode"] for each in found] == ["DUPLICATE_VALUE"] * 2


@pytest.mark.parametrize(
    ("records", "at", "status", "code"),
    [
        ([deal(id="006")], AT, 400, "INVALID_FIELD"),
        ([deal(Colour__c="red")], AT, 400, "INVALID_FIELD"),
        ([deal(str(number)) for number in range(201)], AT, 400, "INVALID_BATCH_SIZE"),
        ([deal()], "/Opportunity/Name", 404, "NOT_FOUND"),
        ([deal()], "/Opportunity/Other__c", 404, "NOT_FOUND"),
    ],
)
def test_collections_that_are_refused_as_a_whole(
    org: Org, records: list[Json], at: str, status: int, code: str
) -> None:
    answer = org.save(*records, at=at)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
    assert org.sandbox.ledger()["effects"] == []


VIEW = {
    "listViewApiName": "Mine",
    "label": "Mine",
    "displayColumns": ["Name", "Owner.Alias"],
    "filteredByInfo": [{"fieldApiName": "Name", "operandLabels": ["a"], "operator": "Equals"}],
    "scope": {"apiName": "everything"},
    "visibility": "Public",
}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"displayColumns": ["Colour__c"]}, "INVALID_FIELD"),
        ({"filteredByInfo": [{**VIEW["filteredByInfo"][0], "fieldApiName": "Colour__c"}]}, "INVALID_FIELD"),
        ({"filteredByInfo": [{**VIEW["filteredByInfo"][0], "operator": "Is"}]}, "JSON_PARSER_ERROR"),
        ({"visibility": "Everybody"}, "JSON_PARSER_ERROR"),
        ({"colour": "red"}, "JSON_PARSER_ERROR"),
        ({"label": "x" * 41}, "STRING_TOO_LONG"),
    ],
)
def test_a_list_view_is_made_once_and_only_of_what_there_is(
    org: Org, changes: dict[str, Any], code: str
) -> None:
    path = f"{ROOT}/ui-api/list-info/Account"
    refused = org.send("POST", path, json=VIEW | changes)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)
    first, second = (org.send("POST", path, json=VIEW) for _ in range(2))
    assert (first.status_code, second.json()[0]["errorCode"]) == (200, "DUPLICATE_DEVELOPER_NAME")
