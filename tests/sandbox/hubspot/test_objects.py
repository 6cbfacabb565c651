"""Listings and batches, as strict as HubSpot's."""

import pytest

from tests.sandbox.hubspot.conftest import BOOK, HubSpot, change, held, ids

ALL = list(range(1_000, 1_012))


def test_pages_follow_each_other_by_rising_ids(hubspot: HubSpot):
    found, after = [], ""
    while True:
        page = hubspot.get("companies", limit=5, **({"after": after} if after else {}))
        found += ids(page)
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert found == ALL
    assert "paging" not in hubspot.get("companies", limit=12)


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"after": "x"}, {"colour": "red"}, {"sort": "name"}],
)
def test_a_query_that_hubspot_does_not_know_is_refused(hubspot: HubSpot, query):
    answer = hubspot.send("GET", "crm/objects/2026-03/companies", params=query)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_property_that_nobody_defined_is_left_out_without_a_word(hubspot: HubSpot):
    (first, *_) = hubspot.get("companies", properties="name,colour,domain")["results"]
    assert set(first["properties"]) == {"name", "domain", "hs_object_id", "createdate", "hs_lastmodifieddate"}
    assert first["properties"]["domain"] is None


# -- writing -----------------------------------------------------------------------------------------


def updated(hubspot: HubSpot, *changes: object):
    return hubspot.post("companies/batch/update", {"inputs": changes})


def test_a_batch_writes_and_tells_what_changed(hubspot: HubSpot):
    answer = updated(
        hubspot, change(1_000, "a", band="healthy", health="81"), change(1_001, "b", health="50")
    )
    assert answer.status_code == 200
    assert [(each["id"], each["objectWriteTraceId"]) for each in answer.json()["results"]] == [
        ("1001", "b"),
        ("1000", "a"),
    ], "not in the order given"
    assert hubspot.effects() == [("write", "company:1000", "band watch → healthy, health 50 → 81")]
    assert updated(hubspot, change(1_000, "a", band="healthy", health="81")).status_code == 200
    assert len(hubspot.effects()) == 1, "saying it again shows nobody anything"


def test_an_effect_is_seen_at_its_company(hubspot: HubSpot):
    updated(hubspot, change(1_003, band="healthy"))
    (effect,) = hubspot.sandbox.ledger(system="crm")["effects"]
    assert (effect["account"], effect["channel_or_to"]) == ("1003", "Firm 3")


def test_an_empty_value_clears(hubspot: HubSpot):
    updated(hubspot, change(1_000, band=""))
    assert hubspot.effects() == [("write", "company:1000", "band watch → nothing")]
    (first, *_) = hubspot.get("companies", properties="band")["results"]
    assert first["properties"]["band"] is None


WRONG = [
    ({"colour": "red"}, "PROPERTY_DOESNT_EXIST"),
    ({"band": "brand_new"}, "INVALID_OPTION"),
    ({"health": "high"}, "INVALID_NUMBER"),
    ({"health": "nan"}, "INVALID_NUMBER"),
    ({"renewal": "soon"}, "INVALID_DATE"),
    ({"renewal": "2026-02-30"}, "INVALID_DATE"),
    ({"grows": "yes"}, "INVALID_OPTION"),
    ({"name": "x" * 65_537}, "INVALID_LENGTH"),
    ({"hs_object_id": "7"}, "READ_ONLY_VALUE"),
    ({"hs_lastmodifieddate": "7"}, "READ_ONLY_VALUE"),
]


@pytest.mark.parametrize(("values", "error"), WRONG)
def test_without_a_trace_one_wrong_value_refuses_the_batch(hubspot: HubSpot, values, error):
    answer = updated(hubspot, change(1_000, health="10"), change(1_001, **values))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Property values were not valid: [{")
    assert f'"error":"{error}"' in answer.json()["message"]
    assert hubspot.effects() == []


@pytest.mark.parametrize(("values", "error"), WRONG)
def test_with_traces_the_others_are_written_and_the_wrong_one_is_named(hubspot: HubSpot, values, error):
    answer = updated(hubspot, change(1_000, "a", health="10"), change(1_001, "b", **values))
    assert answer.status_code == 207
    (failure,) = answer.json()["errors"]
    assert failure["context"] == {"objectWriteTraceId": ["b"]}
    assert f'"error":"{error}"' in failure["message"]
    assert [key for _, key, _ in hubspot.effects()] == ["company:1000"]


def test_companies_that_are_not_there_are_named_and_not_made(hubspot: HubSpot):
    answer = updated(hubspot, *(change(number, str(number), health="10") for number in (1_000, 7, 8)))
    assert answer.status_code == 207
    (failure,) = answer.json()["errors"]
    assert (failure["category"], failure["context"]) == ("OBJECT_NOT_FOUND", {"ids": ["7", "8"]})
    assert ids(hubspot.get("companies", limit=100)) == ALL


@pytest.mark.parametrize(
    "path", ["companies", "companies/batch/create", "companies/batch/upsert", "contacts"]
)
def test_there_is_no_way_to_make_a_company_or_a_contact(hubspot: HubSpot, path):
    made = {"properties": {"name": "New"}, "inputs": [change(5, name="New")]}
    assert hubspot.post(path, made).status_code in {404, 405}
    assert ids(hubspot.get("companies", limit=100)) == ALL


@pytest.mark.parametrize("body", [
    {"inputs": []},
    {"inputs": [change(1_000, health="1")] * 101},
    {"inputs": [change(1_000, health="1"), change(1_000, health="2")]},
    {"inputs": [{"id": "1000", "properties": {"health": 7}}]},
    {"inputs": [{"id": 1_000, "properties": {}}]},
    {"inputs": [{"id": "1000"}]},
    {"inputs": [change(1_000) | {"colour": "red"}]},
    {},
    [],
])  # fmt: skip
def test_a_batch_of_another_shape_is_refused(hubspot: HubSpot, body):
    answer = hubspot.post("companies/batch/update", body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert hubspot.effects() == []


# -- tasks -------------------------------------------------------------------------------------------

WORDS = {"hs_timestamp": "1780315200000", "hs_task_subject": "Call them", "seatsignal_key": "k1"}


def at(company: int, kind: int = 192):
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
    return [{"to": {"id": str(company)}, "types": types}]


def task(hubspot: HubSpot, associations=None, **values: str):
    there = {"associations": at(1_000) if associations is None else associations}
    return hubspot.post("tasks", {"properties": {**WORDS, **values}, **there})


def test_a_task_is_made_at_its_company(hubspot: HubSpot):
    answer = task(hubspot)
    assert (answer.status_code, answer.json()["properties"]["hs_task_subject"]) == (201, "Call them")
    (effect,) = hubspot.sandbox.ledger(system="crm")["effects"]
    assert (effect["action"], effect["key"], effect["account"], effect["text"]) == (
        "post", "k1", "1000", "Call them",
    )  # fmt: skip


def test_a_second_task_of_a_key_is_refused(hubspot: HubSpot):
    assert task(hubspot).status_code == 201
    answer = task(hubspot, hs_task_subject="Again")
    assert answer.status_code == 400
    assert '"error":"CONFLICTING_UNIQUE_VALUE"' in answer.json()["message"]
    assert len(hubspot.effects()) == 1


@pytest.mark.parametrize(
    ("values", "associations"),
    [
        ({"hs_timestamp": "soon"}, None),
        ({"hs_task_priority": "URGENT"}, None),
        ({"hs_task_status": "DONE"}, None),
        ({"colour": "red"}, None),
        ({}, at(7)),
        ({}, at(1_000, 204)),
    ],
)
def test_what_cannot_be_a_task_is_refused(hubspot: HubSpot, values, associations):
    assert task(hubspot, associations, **values).status_code == 400
    assert hubspot.effects() == []


def test_a_task_needs_the_time_it_is_due(hubspot: HubSpot):
    answer = hubspot.post("tasks", {"properties": {"hs_task_subject": "x"}, "associations": at(1_000)})
    assert (answer.status_code, answer.json()["context"]) == (400, {"properties": ["hs_timestamp"]})


def test_a_task_is_found_by_its_key_at_once(hubspot: HubSpot):
    made = task(hubspot).json()["id"]
    asked = {
        "idProperty": "seatsignal_key",
        "inputs": [{"id": "k1"}, {"id": "k2"}],
        "properties": [],
        "propertiesWithHistory": [],
    }
    answer = hubspot.post("tasks/batch/read", asked)
    assert answer.status_code == 207
    assert [each["id"] for each in answer.json()["results"]] == [made]
    assert answer.json()["errors"][0]["context"] == {"ids": ["k2"]}
    assert hubspot.post("tasks/batch/read", asked | {"idProperty": "hs_task_subject"}).status_code == 400


def test_a_change_of_a_task_is_an_update_under_its_key(hubspot: HubSpot):
    made = task(hubspot).json()["id"]
    hubspot.post("tasks/batch/update", {"inputs": [change(int(made), hs_task_subject="Call today")]})
    assert hubspot.effects()[1:] == [("update", "k1", "subject Call them → Call today")]


def test_an_archived_company_takes_nothing(hubspot: HubSpot):
    gone = BOOK | {"companies": [held(1_000, name="Gone") | {"archived": True}]}
    hubspot.sandbox.seed("hubspot", gone)
    assert updated(hubspot, change(1_000, "a", health="1")).json()["errors"][0]["context"] == {
        "ids": ["1000"]
    }
    assert task(hubspot).status_code == 400
