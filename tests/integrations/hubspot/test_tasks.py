"""Tasks as a sales person finds them: one per key, changed in place, and theirs to finish."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from health.nouns import Notice, Receipt
from integrations.hubspot.destination import HubSpotDestination
from tests.integrations.hubspot.account import NOW_S, OWNERS, TOKEN
from tests.integrations.hubspot.rig import BOOK, COMPANY
from tests.integrations.hubspot.test_states import ends, seen, state
from tests.rehearsal import Rehearsal

API = "https://api.hubapi.com/crm/objects/2026-03/tasks"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def message(key: str, attempt: int = 1, remote: str = "", company: str = COMPANY, **said: object) -> Notice:
    body = {
        "subject": f"Subject of {key}",
        "text": "One\nTwo\n",
        "priority": "normal",
        "due_on": None,
        "owner": "",
    }
    return Notice(
        key=key,
        destination="hubspot",
        kind="message",
        thread="t",
        account=7,
        template="alert_task",
        owner=company,
        payload="{}",
        body=json.dumps(body | said).encode(),
        attempt=attempt,
        remote=remote,
    )


def sent(hubspot: HubSpotDestination, notice: Notice) -> str:
    (receipt,) = hubspot.deliver([notice])
    assert (receipt.key, receipt.outcome) == (notice.key, "sent")
    return receipt.remote


def tasks(sandbox: Rehearsal) -> dict[str, dict[str, Any]]:
    names = "hs_task_subject,hs_task_body,hs_task_priority,hs_task_status,hs_timestamp,hubspot_owner_id"
    query = {"limit": 100, "properties": f"{names},seatsignal_key", "associations": "companies"}
    url = f"{sandbox.http}/hubspot/crm/objects/2026-03/tasks"
    answer = requests.get(url, query, headers=BEARER, timeout=10)
    return {each["id"]: each for each in answer.json()["results"]}


def change(sandbox: Rehearsal, task: str, **values: str) -> None:
    """Do what a person does in HubSpot."""
    url = f"{sandbox.http}/hubspot/crm/objects/2026-03/tasks/batch/update"
    answer = requests.post(
        url, json={"inputs": [{"id": task, "properties": values}]}, headers=BEARER, timeout=10
    )
    assert answer.status_code == 200


def test_a_task_says_what_is_to_be_done_by_whom_and_when(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    owner, address = OWNERS[1]
    task = sent(hubspot, message("k1", priority="high", due_on="2026-06-08", owner=address.lower()))
    (made,) = tasks(sandbox).values()
    assert made["id"] == task
    said = {name: made["properties"][name] for name in made["properties"] if not name.startswith("hs_o")}
    due = datetime.fromtimestamp(int(said.pop("hs_timestamp")) / 1000, UTC)
    assert due.isoformat() == "2026-06-08T12:00:00+00:00"
    assert {name: value for name, value in said.items() if "date" not in name} == {
        "hs_task_subject": "Subject of k1",
        "hs_task_body": "One<br>Two",
        "hs_task_priority": "HIGH",
        "hs_task_status": "NOT_STARTED",
        "hubspot_owner_id": owner,
        "seatsignal_key": "k1",
    }
    assert made["associations"] == {"companies": {"results": [{"id": COMPANY, "type": "task_to_company"}]}}


@pytest.mark.parametrize(
    ("said", "owner"), [({"owner": "stranger@seller.example"}, None), ({"owner": ""}, None), ({}, None)]
)
def test_a_task_of_nobody_that_hubspot_knows_is_nobodys(
    sandbox: Rehearsal, hubspot: HubSpotDestination, said: dict[str, str], owner: None
) -> None:
    sent(hubspot, message("k1", **said))
    (made,) = tasks(sandbox).values()
    assert made["properties"]["hubspot_owner_id"] is owner
    assert int(made["properties"]["hs_timestamp"]) == round(NOW_S * 1000), "due now, where nobody says when"


def test_text_of_customers_stays_text(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    sent(hubspot, message("k1", text='<script>alert("1")</script>\n<b>& co</b>'))
    (made,) = tasks(sandbox).values()
    assert made["properties"]["hs_task_body"] == (
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;<br>&lt;b&gt;&amp; co&lt;/b&gt;"
    )


def test_owners_are_asked_once_a_delivery_and_only_if_a_task_names_one(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    sandbox.faults("hubspot", "500", on="owners")
    assert [each.outcome for each in hubspot.deliver([message("a"), message("b")])] == ["sent"] * 2
    sandbox.calm()
    notices = [message(key, owner=OWNERS[0][1]) for key in ("c", "d")]
    delivery = hubspot.deliver(notices)
    assert next(delivery).outcome == "sent"
    sandbox.faults("hubspot", "500", on="owners")
    assert next(delivery).outcome == "sent"


# -- one key is one task -------------------------------------------------------------------------------


def test_a_second_attempt_finds_the_task_and_says_it_anew(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    first = sent(hubspot, message("k1"))
    assert sent(hubspot, message("k1", attempt=2, subject="Said better")) == first
    assert [each["properties"]["hs_task_subject"] for each in tasks(sandbox).values()] == ["Said better"]


@responses.activate
def test_a_second_attempt_looks_before_it_makes_anything(elsewhere: HubSpotDestination) -> None:
    responses.post(f"{API}/batch/read", json={"results": [{"id": "5"}]})
    responses.post(f"{API}/batch/update", json={"results": [{"id": "5"}]})
    assert sent(elsewhere, message("k1", attempt=2)) == "5"


def test_even_a_first_attempt_makes_no_second_task_of_a_key(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    first = sent(hubspot, message("k1"))
    assert sent(hubspot, message("k1")) == first
    assert seen(sandbox) == {"k1": 1}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 409, "json": {"category": "CONFLICT", "message": "Task already exists. Existing ID: 5"}},
        {
            "status": 400,
            "json": {"message": 'Property values were not valid: [{"error": "CONFLICTING_UNIQUE_VALUE"}]'},
        },
    ],
)
@responses.activate
def test_a_key_that_is_taken_is_looked_up(elsewhere: HubSpotDestination, answer: dict[str, Any]) -> None:
    responses.post(API, **answer)
    responses.post(f"{API}/batch/read", json={"results": [{"id": "5"}]})
    responses.post(f"{API}/batch/update", json={"results": [{"id": "5"}]})
    assert sent(elsewhere, message("k1")) == "5"
    asked = json.loads(responses.calls[1].request.body or b"")
    assert (asked["idProperty"], asked["inputs"]) == ("seatsignal_key", [{"id": "k1"}])


@responses.activate
def test_a_conflict_over_nothing_that_can_be_found_is_refused(elsewhere: HubSpotDestination) -> None:
    responses.post(API, status=409, json={"category": "CONFLICT", "message": "no"})
    responses.post(f"{API}/batch/read", status=207, json={"results": [], "errors": [{"category": "X"}]})
    assert ends(list(elsewhere.deliver([message("k1")]))) == [("rejected", "conflict")]


# -- later news ----------------------------------------------------------------------------------------


def test_later_news_of_a_thread_changes_its_task(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    first = sent(hubspot, message("k1"))
    for attempt in (1, 2):
        again = message(
            "k2", attempt, first, subject="Worse", text="Now", priority="high", due_on="2027-01-01"
        )
        assert sent(hubspot, again) == first
    (task,) = tasks(sandbox).values()
    said = task["properties"]
    assert (said["hs_task_subject"], said["hs_task_body"], said["hs_task_priority"]) == (
        "Worse",
        "Now",
        "HIGH",
    )
    assert said["seatsignal_key"] == "k1"
    effects = [(effect["action"], effect["key"]) for effect in sandbox.ledger(system="crm")["effects"]]
    assert effects == [("post", "k1"), ("update", "k1")]


def test_what_is_its_owners_business_stays(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    task = sent(hubspot, message("k1"))
    theirs = {
        "hs_task_status": "COMPLETED",
        "hs_timestamp": "1790000000000",
        "hubspot_owner_id": OWNERS[3][0],
    }
    change(sandbox, task, **theirs)
    sent(hubspot, message("k2", remote=task, subject="Worse", due_on="2027-01-01", owner=OWNERS[0][1]))
    said = tasks(sandbox)[task]["properties"]
    assert {name: said[name] for name in theirs} == theirs
    assert said["hs_task_subject"] == "Worse"


def test_news_of_a_task_that_somebody_deleted_is_a_new_one(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    task = sent(hubspot, message("k2", remote="123456"))
    assert tasks(sandbox)[task]["properties"]["seatsignal_key"] == "k2"
    assert sent(hubspot, message("k2", attempt=2, remote="123456")) == task


@pytest.mark.parametrize("fault", ["drop_answer", "truncated", "html", "500", "refuse", "429_bare"])
@pytest.mark.parametrize("on", ["tasks/batch/update", "tasks/batch/read", "2026-03/tasks"])
def test_whatever_happens_on_the_way_a_key_is_one_task(
    sandbox: Rehearsal, hubspot: HubSpotDestination, fault: str, on: str
) -> None:
    for attempt in (1, 2, 3):
        sandbox.faults("hubspot", fault, on=on)
        list(hubspot.deliver([message("k1", attempt)]))
        sandbox.calm()
    task = sent(hubspot, message("k1", attempt=4))
    assert list(tasks(sandbox)) == [task]
    assert seen(sandbox) == {"k1": 1}


# -- the end -------------------------------------------------------------------------------------------


def status(sandbox: Rehearsal, task: str) -> str:
    said: str = tasks(sandbox)[task]["properties"]["hs_task_status"]
    return said


def test_once_it_is_over_the_task_is_completed_and_if_it_comes_again_opened_again(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    task = sent(hubspot, message("k1"))
    for attempt in (1, 2):
        assert sent(hubspot, message("k2", attempt, task, subject="No longer at risk", done=True)) == task
        assert status(sandbox, task) == "COMPLETED"
    sent(hubspot, message("k3", remote=task, subject="At risk again"))
    said = tasks(sandbox)[task]["properties"]
    assert (said["hs_task_status"], said["hs_task_subject"]) == ("NOT_STARTED", "At risk again")
    assert [key for _, key in effects(sandbox)] == ["k1"] * 3


def effects(sandbox: Rehearsal) -> list[tuple[str, str]]:
    return [(effect["action"], effect["key"]) for effect in sandbox.ledger(system="crm")["effects"]]


def test_what_a_person_completed_is_left_alone_and_never_opened_again(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    task = sent(hubspot, message("k1"))
    change(sandbox, task, hs_task_status="COMPLETED")
    before = effects(sandbox)
    sent(hubspot, message("k2", remote=task, subject="No longer at risk", done=True))
    assert effects(sandbox) == before
    sent(hubspot, message("k3", remote=task, subject="At risk again"))
    assert status(sandbox, task) == "COMPLETED"


def test_a_task_that_a_person_took_up_again_is_theirs_to_complete(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    task = sent(hubspot, message("k1"))
    sent(hubspot, message("k2", remote=task, done=True))
    change(sandbox, task, hs_task_status="IN_PROGRESS")
    sent(hubspot, message("k3", remote=task))
    change(sandbox, task, hs_task_status="COMPLETED")
    sent(hubspot, message("k4", remote=task))
    assert status(sandbox, task) == "COMPLETED"


@pytest.mark.parametrize("remote", ["", "123456"])
def test_what_is_over_is_never_made(sandbox: Rehearsal, hubspot: HubSpotDestination, remote: str) -> None:
    for attempt in (1, 2):
        assert sent(hubspot, message("k1", attempt, remote, done=True)) == remote
    assert tasks(sandbox) == {}


# -- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice", "reason"),
    [
        (message("k", company=""), "not_linked"),
        (message("k", company="123456"), "validation_error"),
        (message("k", priority="urgent"), "body_unreadable"),
        (message("k", due_on="soon"), "body_unreadable"),
        (message("k", text="x" * 70_000), "invalid_length"),
    ],
)
def test_what_cannot_be_a_task_is_refused_and_the_others_pass(
    sandbox: Rehearsal, hubspot: HubSpotDestination, notice: Notice, reason: str
) -> None:
    assert ends(list(hubspot.deliver([notice, message("good")]))) == [("rejected", reason), ("sent", "")]
    assert seen(sandbox) == {"good": 1}


@responses.activate
def test_a_task_that_cannot_be_made_now_does_not_hold_up_the_next(elsewhere: HubSpotDestination) -> None:
    responses.post(API, status=500)
    responses.post(API, json={"id": "5"})
    receipts = list(elsewhere.deliver([message("a"), message("b")]))
    assert ends(receipts) == [("retry", "status_500"), ("sent", "")]


@responses.activate
def test_a_spent_day_holds_for_all_that_is_owed(elsewhere: HubSpotDestination) -> None:
    responses.post(API, status=429, json={"policyName": "DAILY"})
    receipts = list(elsewhere.deliver([message("a"), message("b")]))
    assert [(each.key, each.reason, each.after_s) for each in receipts] == [
        ("a", "daily_limit", 3_600.0),
        ("b", "daily_limit", 3_600.0),
    ]
    assert len(responses.calls) == 1


def test_states_and_tasks_may_come_together(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    sandbox.seed("hubspot", BOOK)
    owed = [message("a"), state("9001"), message("b"), state("4001")]
    receipts: list[Receipt] = list(hubspot.deliver(owed))
    assert {receipt.key for receipt in receipts} == {notice.key for notice in owed}
    assert ends(receipts) == [("sent", "")] * 4
