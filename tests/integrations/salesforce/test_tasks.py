"""Tasks: one per key, what is its owner's stays so, and what is over is completed."""

import json
from contextlib import closing
from typing import Any

import pytest
import requests

from health.nouns import Notice
from integrations.salesforce.access import TOKEN_PATH
from integrations.salesforce.destination import SalesforceDestination
from tests.integrations.rig import Rig
from tests.integrations.salesforce.conftest import settings
from tests.integrations.salesforce.org import CLIENT, SECRET, USERS, row
from tests.integrations.salesforce.rig import BOOK
from tests.integrations.salesforce.rig import rig as task_rig
from tests.rehearsal import Rehearsal

TASKS = "SELECT Id, Subject, Priority, Status, OwnerId, ActivityDate, WhatId FROM Task"
KEY = "it's/7\\k"
"""A key with what a query quotes."""


@pytest.fixture
def rig(sandbox: Rehearsal) -> Rig:
    return task_rig(sandbox)


def body(**more: object) -> bytes:
    return json.dumps({"subject": "Call them", "text": "They asked.", **more}).encode()


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


# -- the end -------------------------------------------------------------------------------------------


def sent(salesforce: SalesforceDestination, notice: Notice) -> str:
    (receipt,) = salesforce.deliver([notice])
    assert (receipt.key, receipt.outcome) == (notice.key, "sent")
    return receipt.remote


def effects(sandbox: Rehearsal) -> list[str]:
    return [effect["key"] for effect in sandbox.ledger(system="crm")["effects"]]


def test_once_it_is_over_the_task_is_completed_and_if_it_comes_again_opened_again(
    salesforce: SalesforceDestination, rig: Rig, person: Person, sandbox: Rehearsal
) -> None:
    task = sent(salesforce, rig.notice("k1", body=body()))
    over = body(subject="No longer at risk", done=True)
    for attempt in (1, 2):
        assert sent(salesforce, rig.notice("k2", body=over, remote=task, attempt=attempt)) == task
        assert [each["Status"] for each in person.tasks()] == ["Completed"]
    sent(salesforce, rig.notice("k3", body=body(subject="At risk again"), remote=task))
    [said] = person.tasks()
    assert (said["Status"], said["Subject"]) == ("Not Started", "At risk again")
    assert effects(sandbox) == ["k1"] * 3


def test_what_a_person_completed_is_left_alone_and_never_opened_again(
    salesforce: SalesforceDestination, rig: Rig, person: Person, sandbox: Rehearsal
) -> None:
    task = sent(salesforce, rig.notice("k1", body=body()))
    person.change(task, Status="Completed")
    before = effects(sandbox)
    sent(salesforce, rig.notice("k2", body=body(subject="No longer at risk", done=True), remote=task))
    assert effects(sandbox) == before
    sent(salesforce, rig.notice("k3", body=body(subject="At risk again"), remote=task))
    assert [each["Status"] for each in person.tasks()] == ["Completed"]


def test_a_task_that_a_person_took_up_again_is_theirs_to_complete(
    salesforce: SalesforceDestination, rig: Rig, person: Person
) -> None:
    task = sent(salesforce, rig.notice("k1", body=body()))
    sent(salesforce, rig.notice("k2", body=body(done=True), remote=task))
    person.change(task, Status="In Progress")
    sent(salesforce, rig.notice("k3", body=body(), remote=task))
    assert [each["Status"] for each in person.tasks()] == ["In Progress"]
    person.change(task, Status="Completed")
    sent(salesforce, rig.notice("k4", body=body(), remote=task))
    assert [each["Status"] for each in person.tasks()] == ["Completed"]


def status(at: int, name: str, **marks: bool) -> dict[str, Any]:
    return row(f"01J{at:015}", ApiName=name, MasterLabel=name, SortOrder=at, **marks)


def test_an_org_that_calls_it_something_else_is_asked_what(rig: Rig, sandbox: Rehearsal) -> None:
    renamed = [
        status(4, "Dropped", IsClosed=True),
        status(3, "Done", IsClosed=True),
        status(2, "To do", IsDefault=True),
        status(1, "Idea"),
    ]
    sandbox.seed("salesforce", {**BOOK, "records": {**BOOK["records"], "TaskStatus": renamed}})
    with closing(SalesforceDestination(settings(f"{sandbox.http}/salesforce"))) as anew:
        task, person = sent(anew, rig.notice("k1", body=body())), Person(sandbox)
        assert [each["Status"] for each in person.tasks()] == ["To do"]
        sent(anew, rig.notice("k2", body=body(done=True), remote=task))
        assert [each["Status"] for each in person.tasks()] == ["Done"]
        sent(anew, rig.notice("k3", body=body(), remote=task))
        assert [each["Status"] for each in person.tasks()] == ["To do"]


@pytest.mark.parametrize("remote", ["", f"00T{5:015}"])
def test_what_is_over_is_never_made(
    salesforce: SalesforceDestination, rig: Rig, person: Person, remote: str
) -> None:
    for attempt in (1, 2):
        over = rig.notice("k1", body=body(done=True), remote=remote, attempt=attempt)
        assert sent(salesforce, over) == remote
    assert person.tasks() == []


def test_a_task_at_an_account_that_is_gone_is_quarantined(
    salesforce: SalesforceDestination, rig: Rig, person: Person
) -> None:
    found = list(salesforce.deliver([rig.notice("k", owner=f"001{5:015}"), rig.notice("good")]))
    assert [(each.outcome, each.reason) for each in found] == [("rejected", "no_such_record"), ("sent", "")]
    assert len(person.tasks()) == 1
