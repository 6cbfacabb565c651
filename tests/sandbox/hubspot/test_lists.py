"""Lists: kept by filters that HubSpot takes, under names of their own, and with whom the filters find."""

from copy import deepcopy

import pytest

from tests.sandbox.hubspot.conftest import HubSpot, Json, change

NAME = "Room to grow"
YES = {
    "operationType": "BOOL",
    "operator": "IS_EQUAL_TO",
    "value": True,
    "includeObjectsWithNoValueSet": False,
}
GROWS = {"filterType": "PROPERTY", "property": "grows", "operation": YES}
ALL = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": [GROWS]}
LIST = {
    "name": NAME,
    "objectTypeId": "0-2",
    "processingType": "DYNAMIC",
    "filterBranch": {
        "filterBranchType": "OR",
        "filterBranchOperator": "OR",
        "filterBranches": [ALL],
        "filters": [],
    },
}


def post(hubspot: HubSpot, content: Json):
    return hubspot.send("POST", "crm/lists/2026-03", json=content)


def named(hubspot: HubSpot, name: str):
    return hubspot.send("GET", f"crm/v3/lists/object-type-id/0-2/name/{name}")


def test_a_list_is_found_by_its_name_with_whom_its_filter_finds(hubspot: HubSpot):
    assert named(hubspot, NAME).status_code == 404
    assert post(hubspot, LIST).json()["list"]["size"] == 0
    hubspot.post(
        "companies/batch/update", {"inputs": [change(1_000, grows="true"), change(1_001, grows="false")]}
    )
    assert named(hubspot, NAME).json()["list"]["size"] == 1


def test_a_name_is_taken_once(hubspot: HubSpot):
    assert post(hubspot, LIST).status_code == 200
    answer = post(hubspot, LIST)
    assert (answer.status_code, "already exists" in answer.json()["message"]) == (400, True)


def wrong(**changes: object) -> Json:
    """The list with parts of its filter, or of itself, otherwise."""
    made = deepcopy(LIST)
    parts = (made, made["filterBranch"], made["filterBranch"]["filterBranches"][0], GROWS, YES)
    for name, value in changes.items():
        next(part for part in parts if name in part)[name] = value
    return made


@pytest.mark.parametrize(
    "content",
    [
        wrong(name=""),
        wrong(objectTypeId="0-99"),
        wrong(processingType="MANUAL"),
        wrong(filterBranchType="AND"),
        wrong(filterBranchOperator="AND"),
        wrong(filterBranches=[]),
        wrong(filters=[GROWS]),
        LIST | {"filterBranch": {**LIST["filterBranch"], "filterBranches": [{**ALL, "filters": []}]}},
        LIST | {"filterBranch": ALL},
        LIST | {"colour": "red"},
        {name: value for name, value in LIST.items() if name != "filterBranch"},
    ],
)
def test_what_hubspot_would_not_take_is_refused(hubspot: HubSpot, content: Json):
    assert post(hubspot, content).status_code == 400


@pytest.mark.parametrize("name", ["colour", "health"])
def test_a_filter_is_of_a_property_that_says_yes_or_no(hubspot: HubSpot, name: str):
    branch = {**ALL, "filters": [GROWS | {"property": name}]}
    assert (
        post(
            hubspot, LIST | {"filterBranch": {**LIST["filterBranch"], "filterBranches": [branch]}}
        ).status_code
        == 400
    )
