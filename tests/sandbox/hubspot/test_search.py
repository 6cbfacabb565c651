"""The search index: late, 10,000 deep, and strict about what it is asked."""

import pytest

from tests.sandbox.hubspot.conftest import LATE, NOW_S, HubSpot, held, ids

EVERYTHING = {"filterGroups": [], "sorts": [{"propertyName": "hs_object_id"}], "properties": [], "limit": 200}


def found(hubspot: HubSpot, *filters: object, **more: object):
    groups = [{"filters": list(filters)}] if filters else []
    answer = hubspot.post("companies/search", {**EVERYTHING, "filterGroups": groups, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def where(name: str, operator: str, value: str = ""):
    return {"propertyName": name, "operator": operator, **({"value": value} if value else {})}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([where("hs_object_id", "GT", "1009")], [1_010, 1_011]),
        ([where("hs_object_id", "GTE", "1009"), where("hs_object_id", "LT", "1011")], [1_009, 1_010]),
        ([where("name", "EQ", "firm 3")], [1_003]),
        ([where("domain", "HAS_PROPERTY")], []),
        ([where("domain", "NOT_HAS_PROPERTY"), where("hs_object_id", "LTE", "1000")], [1_000]),
        ([where("hs_lastmodifieddate", "GTE", "1772352000000")], list(range(1_000, 1_012))),
        ([where("hs_lastmodifieddate", "GT", "1772352000000")], []),
        ([where("hs_lastmodifieddate", "GTE", "2026-03-01T08:00:00Z")], list(range(1_000, 1_012))),
    ],
)
def test_conditions(hubspot: HubSpot, filters, expected):
    assert ids(found(hubspot, *filters)) == expected


def test_pages_count_results(hubspot: HubSpot):
    first = found(hubspot, limit=5)
    assert (first["total"], ids(first)[-1], first["paging"]["next"]["after"]) == (12, 1_004, "5")
    assert ids(found(hubspot, limit=5, after="10")) == [1_010, 1_011]
    assert (
        ids(found(hubspot, sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}]))[0] == 1_011
    )


def test_what_changed_a_moment_ago_is_not_in_the_index(hubspot: HubSpot):
    hubspot.sandbox.seed("hubspot", {"companies": [held(1), held(2, changed=LATE)]})
    assert ids(found(hubspot)) == [1]
    assert ids(hubspot.get("companies")) == [1, 2]
    hubspot.sandbox.set_clock(NOW_S + 30)
    assert ids(found(hubspot)) == [1, 2]


@pytest.mark.parametrize(
    "more",
    [
        {"limit": 201},
        {"limit": 0},
        {"after": "9900"},
        {"after": "x"},
        {"sorts": [{"propertyName": "name"}] * 2},
        {"sorts": [{"propertyName": "colour"}]},
        {"filterGroups": [{"filters": [where("colour", "HAS_PROPERTY")]}]},
        {"filterGroups": [{"filters": [where("name", "LIKE", "x")]}]},
        {"filterGroups": [{"filters": []}]},
        {"filterGroups": [{"filters": [where("name", "HAS_PROPERTY")]}] * 6},
        {"filterGroups": [{"filters": [where("name", "HAS_PROPERTY")] * 5}] * 4},
        {"colour": "red"},
    ],
)
def test_what_the_index_cannot_be_asked_is_refused(hubspot: HubSpot, more):
    answer = hubspot.post("companies/search", {**EVERYTHING, **more})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_10_000_results_are_the_end(hubspot: HubSpot):
    companies = [held(number, name="x") for number in range(1, 10_051)]
    hubspot.sandbox.seed("hubspot", {"companies": companies})
    assert found(hubspot, after="9800")["paging"]["next"]["after"] == "10000"
    assert hubspot.post("companies/search", {**EVERYTHING, "after": "10000"}).status_code == 400
    assert ids(found(hubspot, where("hs_object_id", "GT", "10000")))[:2] == [10_001, 10_002]
