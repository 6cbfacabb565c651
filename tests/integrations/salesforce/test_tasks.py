"""Tasks: one per key, and what is its owner's stays so."""

from typing import Any

import pytest
import requests

from integrations.salesforce.access import TOKEN_PATH
from integrations.salesforce.destination import SalesforceDestination
from tests.integrations.rig import Rig
from tests.integrations.salesforce.org import CLIENT, SECRET, USERS
from tests.integrations.salesforce.rig import rig as task_rig
from tests.rehearsal import Rehearsal

TASKS = "SELECT Id, Subject, Priority, Status, OwnerId, ActivityDate, WhatId FROM Task"
KEY = "it's/7\\k"
"""A key with what a query quotes."""


@pytest.fixture
def rig(sandbox: Rehearsal) -> Rig:
    return task_rig(sandbox)


def body(**more: str) -> bytes:
    said = {"subject": "Call them", "text": "They asked.", **more}
    return ("{" + ", ".join(f'"{name}": "{value}"' for name, value in said.items()) + "}").encode()


class Person:
    """Somebody who works with the tasks there."""

    def __init__(self, sandbox: Rehearsal) -> None:
        self._at = f"{sandbox.http}/salesforce"
        who = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
        token = requests.post(f"{self._at}/{TOKEN_PATH}", data=who, timeout=10).json()["access_token"]
        self._bearer = {"Authorization": f"Bearer {token}"}

    def tasks(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "query", params={"q": TASKS})["records"])

    def change(self, task: str, **fields: object) -> None:
        records = [{"attributes": {"type": "Task"}, "id": task, **fields}]
        [saved] = self._call("PATCH", "composite/sobjects", json={"records": records})
        assert saved["success"]

    def _call(self, method: str, path: str, **more: Any) -> Any:
        url = f"{self._at}/services/data/v67.0/{path}"
        answer = requests.request(method, url, headers=self._bearer, timeout=10, **more)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def person(salesforce: SalesforceDestination, sandbox: Rehearsal) -> Person:
    assert salesforce.keyed, "the org is there"
    return Person(sandbox)


def test_a_task_is_the_account_owners_and_due_when_the_play_says(
    salesforce: SalesforceDestination, rig: Rig, person: Person
) -> None:
    made = body(owner=USERS[1][1], due_on="2026-06-09", priority="high")
    [told] = salesforce.deliver([rig.notice(KEY, body=made)])
    [task] = person.tasks()
    assert (told.outcome, told.remote) == ("sent", task["Id"])
    assert (task["OwnerId"], task["ActivityDate"], task["WhatId"]) == (USERS[1][0], "2026-06-09", rig.owner)
    assert (task["Subject"], task["Priority"], task["Status"]) == ("Call them", "High", "Not Started")


def test_without_a_play_or_a_known_owner_it_is_due_today_and_the_apps(
    salesforce: SalesforceDestination, rig: Rig, person: Person
) -> None:
    list(salesforce.deliver([rig.notice(KEY, body=body(owner="nobody@seller.example"))]))
    [task] = person.tasks()
    assert (task["OwnerId"], task["ActivityDate"]) == (None, "2026-06-01")


@pytest.mark.parametrize("known", [True, False], ids=["news of the thread", "a second attempt"])
def test_what_its_owner_did_stays(
    salesforce: SalesforceDestination, rig: Rig, person: Person, known: bool
) -> None:
    list(salesforce.deliver([rig.notice(KEY, body=body(due_on="2026-06-09"))]))
    [task] = person.tasks()
    theirs = {"Status": "Completed", "OwnerId": USERS[2][0], "ActivityDate": "2026-07-01"}
    person.change(task["Id"], **theirs)
    said = body(subject="Call them today", priority="high")
    news = rig.notice("news", body=said, remote=task["Id"])
    again = news if known else rig.notice(KEY, body=said, attempt=2)
    assert [each.remote for each in salesforce.deliver([again])] == [task["Id"]]
    [task] = person.tasks()
    assert {name: task[name] for name in theirs} == theirs
    assert (task["Subject"], task["Priority"]) == ("Call them today", "High")


def test_news_of_a_task_that_somebody_deleted_is_a_new_one(
    salesforce: SalesforceDestination, rig: Rig, person: Person
) -> None:
    list(salesforce.deliver([rig.notice("first", body=body())]))
    [task] = person.tasks()
    person.change(task["Id"], IsDeleted=True)
    [told] = salesforce.deliver([rig.notice("second", body=body(), remote=task["Id"])])
    assert [each["Id"] for each in person.tasks()] == [told.remote]


def test_a_task_at_an_account_that_is_gone_is_quarantined(
    salesforce: SalesforceDestination, rig: Rig, person: Person
) -> None:
    found = list(salesforce.deliver([rig.notice("k", owner=f"001{5:015}"), rig.notice("good")]))
    assert [(each.outcome, each.reason) for each in found] == [("rejected", "no_such_record"), ("sent", "")]
    assert len(person.tasks()) == 1
