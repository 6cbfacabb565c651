"""The stand-in of Salesforce is as strict as Salesforce: whatever it would refuse is refused here."""

from typing import Any

import pytest
import requests

from tests.rehearsal import Rehearsal, start_sandbox

ROOT = "services/data/v67.0"
SECRET = {
    "grant_type": "client_credentials",
    "client_id": "seatsignal-app",
    "client_secret": "salesforce-sandbox-secret",
}
STAMP = "2026-03-01T08:00:00.000+0000"
Json = dict[str, Any]


def held(number: int, **fields: object) -> Json:
    return {"Id": f"001{number:015}", "CreatedDate": STAMP, "SystemModstamp": STAMP, **fields}


def change(number: int, **fields: object) -> Json:
    return {"attributes": {"type": "Account"}, "id": f"001{number:015}", **fields}


FIELDS = [{"name": "Health__c", "type": "double"}, {"name": "Grows__c", "type": "boolean"}]
BOOK: Json = {
    "records": {"Account": [held(at, Name=f"Firm {at}", Industry="Fish") for at in range(3)]},
    "fields": {"Account": FIELDS, "Task": [{"name": "Key__c", "externalId": True}]},
}


class Org:
    """The stand-in as an app sees it."""

    def __init__(self, sandbox: Rehearsal) -> None:
        self.sandbox = sandbox
        self.address = f"{sandbox.http}/salesforce"
        answer = requests.post(f"{self.address}/services/oauth2/token", data=SECRET, timeout=10)
        self._bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        url = f"{self.address}/{path}"
        return requests.request(method, url, timeout=10, **{"headers": self._bearer, **more})

    def query(self, soql: str, path: str = "query") -> requests.Response:
        return self.send("GET", f"{ROOT}/{path}", params={"q": soql})

    def save(self, *records: Json, method: str = "PATCH", at: str = "", **more: object) -> requests.Response:
        body = {"records": records, **more}
        return self.send(method, f"{ROOT}/composite/sobjects{at}", json=body)


@pytest.fixture
def org(sandbox: Rehearsal) -> Org:
    sandbox.seed("salesforce", BOOK)
    return Org(sandbox)


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"client_secret": "x"}, "invalid_client"), ({"grant_type": "password"}, "unsupported_grant_type")],
)
def test_who_has_no_secret_gets_no_token(org: Org, changes: dict[str, str], error: str) -> None:
    answer = requests.post(f"{org.address}/services/oauth2/token", data=SECRET | changes, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_only_the_bearer_of_a_token(org: Org) -> None:
    answer = org.send("GET", f"{ROOT}/query", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_a_day_has_so_many_calls_and_each_answer_tells() -> None:
    with start_sandbox({"salesforce": {"daily": 2}}) as sandbox:
        org = Org(sandbox)
        told = [org.query("SELECT Id FROM Account") for _ in range(3)]
    assert [answer.status_code for answer in told] == [200, 200, 403]
    assert [answer.headers["Sforce-Limit-Info"] for answer in told] == [
        "api-usage=1/2",
        "api-usage=2/2",
        "api-usage=2/2",
    ]
    assert told[-1].json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


def test_2_000_rows_are_a_page_and_the_rest_is_told(org: Org) -> None:
    accounts = [held(at, Name="Firm") for at in range(4_001)]
    org.sandbox.seed("salesforce", {"records": {"Account": accounts}})
    org = Org(org.sandbox)
    pages = [org.query("SELECT Id FROM Account ORDER BY Id").json()]
    while not pages[-1]["done"]:
        pages.append(org.send("GET", pages[-1]["nextRecordsUrl"].removeprefix("/")).json())
    assert [(len(page["records"]), page["totalSize"]) for page in pages] == [
        (2_000, 4_001),
        (2_000, 4_001),
        (1, 4_001),
    ]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Name = 'Firm 1'", [1]),
        ("Name = 'Firm \\'1'", []),
        (f"SystemModstamp > {STAMP[:-5]}Z", []),
        (f"SystemModstamp >= {STAMP[:-5]}Z", [0, 1, 2]),
        (f"(SystemModstamp > {STAMP[:-5]}Z OR (Name = 'Firm 2' AND Id > '000'))", [2]),
        ("NumberOfEmployees = 'x'", []),
        ("Name IN ('Firm 0', 'Firm 2', 'Firm')", [0, 2]),
        ("Name IN ('Firm 0') OR (Industry IN ('Fish') AND Name = 'Firm 1')", [0, 1]),
        ("Name <= TODAY", []),
    ],
)
def test_conditions(org: Org, where: str, found: list[int]) -> None:
    rows = org.query(f"SELECT Id FROM Account WHERE {where} ORDER BY Id").json()["records"]  # noqa: S608 - SOQL
    assert [int(row["Id"][3:]) for row in rows] == found


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT * FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = a", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name IN ()", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name IN ('a' 'b')", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name IN ('a', 'b'", "MALFORMED_QUERY"),
        ("SELECT Colour__c FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Parrot", "INVALID_TYPE"),
    ],
)
def test_queries_that_are_none_are_refused(org: Org, soql: str, code: str) -> None:
    answer = org.query(soql)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_the_recycle_bin_is_seen_by_those_who_ask_for_it(org: Org) -> None:
    org.save(change(1, IsDeleted=True))
    asked = "SELECT Id, IsDeleted FROM Account ORDER BY Id"
    seen = [
        [row["IsDeleted"] for row in org.query(asked, path).json()["records"]]
        for path in ("query", "queryAll")
    ]
    assert seen == [[False, False], [False, True, False]]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([change(at, Health__c=1) for at in range(201)], "INVALID_BATCH_SIZE"),
        ([{"id": "001", "Health__c": 1}], "INVALID_TYPE"),
        ([change(1), {**change(2), "attributes": {"type": "Task"}}], "INVALID_TYPE"),
        ([{"attributes": {"type": "Account"}, "Health__c": 1}], "MISSING_ARGUMENT"),
        ([change(1, Health__c=1), change(1, Health__c=2)], "INVALID_INPUT"),
        ([change(1, Colour__c="red")], "INVALID_FIELD"),
    ],
)
def test_collections_that_are_refused_as_a_whole_change_nothing(
    org: Org, records: list[Json], code: str
) -> None:
    answer = org.save(*records)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)
    assert org.sandbox.ledger()["effects"] == []


def test_of_a_collection_each_record_is_saved_or_not(org: Org) -> None:
    answers = org.save(
        change(0, Health__c=7.5),
        change(1, Health__c="7"),
        change(2, Grows__c=None),
        change(9, Health__c=1),
    ).json()
    assert [each["success"] for each in answers] == [True, False, False, False]
    assert [each["errors"][0]["statusCode"] for each in answers[1:]] == [
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "INVALID_CROSS_REFERENCE_KEY",
    ]
    assert [each["text"] for each in org.sandbox.ledger()["effects"]] == ["Health 7.5"]


def test_no_account_is_ever_made(org: Org) -> None:
    new = {"attributes": {"type": "Account"}, "Name": "New"}
    assert org.save(new, method="POST").status_code == 400
    assert org.save(new, at="/Account/Name").status_code == 404
    assert org.query("SELECT Id FROM Account").json()["totalSize"] == 3


def test_a_task_is_made_once_for_a_value_of_its_external_id(org: Org) -> None:
    task = {"attributes": {"type": "Task"}, "Key__c": "k", "WhatId": f"001{1:015}", "Subject": "Call"}
    first, second = (org.save({**task, "Subject": said}, at="/Task/Key__c").json() for said in ("A", "B"))
    assert (first[0]["created"], second[0]["created"]) == (True, False)
    assert first[0]["id"] == second[0]["id"]
    assert org.save(task, at="/Task/Subject").status_code == 404


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"Status": "Finished"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"Status": None}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"IsClosed": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
    ],
)
def test_a_task_is_closed_by_a_status_of_the_org_and_by_nothing_else(org: Org, said: Json, code: str) -> None:
    task = {"attributes": {"type": "Task"}, "Key__c": "k", "WhatId": f"001{1:015}", "Subject": "Call"}
    [made] = org.save(task, at="/Task/Key__c").json()
    told = "SELECT Status, IsClosed FROM Task"
    assert [(row["Status"], row["IsClosed"]) for row in org.query(told).json()["records"]] == [
        ("Not Started", False)
    ]
    change_of = {"attributes": {"type": "Task"}, "id": made["id"]}
    [refused] = org.save({**change_of, **said}).json()
    assert refused["errors"][0]["statusCode"] == code
    assert org.save({**change_of, "Status": "Completed"}).json()[0]["success"]
    assert [row["IsClosed"] for row in org.query(told).json()["records"]] == [True]


def test_more_than_5_collections_are_no_call(org: Org) -> None:
    steps = [
        {
            "method": "PATCH",
            "url": f"/{ROOT}/composite/sobjects",
            "referenceId": f"r{at}",
            "body": {"records": [change(0, Health__c=at)]},
        }
        for at in range(6)
    ]
    many = org.send("POST", f"{ROOT}/composite", json={"compositeRequest": steps})
    assert many.status_code == 400
    few = org.send("POST", f"{ROOT}/composite", json={"compositeRequest": steps[:5]}).json()
    assert [each["httpStatusCode"] for each in few["compositeResponse"]] == [200] * 5
