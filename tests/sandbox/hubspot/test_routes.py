"""Who may call what, how often, and how that is told."""

import pytest
import requests

from tests.rehearsal import Rehearsal, start_sandbox
from tests.sandbox.hubspot.conftest import BEARER, BOOK, NOW_S, TOKEN, HubSpot, change, ids, text

DATED = "crm/objects/2026-03/companies"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer pat-other"},
    ],
)
def test_only_the_bearer_of_the_key(hubspot: HubSpot, headers):
    answer = hubspot.send("GET", DATED, headers=headers)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


@pytest.mark.parametrize("path", ["crm/objects/2026-03", "crm/objects/2026-09", "crm/v3/objects"])
def test_versions_differ_in_their_paths(hubspot: HubSpot, path):
    assert len(HubSpot(hubspot.sandbox, path).get("companies", limit=100)["results"]) == 12


@pytest.mark.parametrize(
    "path", ["crm/objects/2025-01/companies", "crm/v2/objects/companies", "crm/v3/companies"]
)
def test_other_versions_are_not_found(hubspot: HubSpot, path):
    assert hubspot.send("GET", path).status_code == 404


def test_a_body_is_json(hubspot: HubSpot):
    answer = hubspot.send(
        "POST", f"{DATED}/batch/update", data="inputs=1", headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 415
    answer = hubspot.send(
        "POST", f"{DATED}/batch/update", data="{", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400


# -- owners ------------------------------------------------------------------------------------------


def owners(hubspot: HubSpot, **query: str | int):
    return hubspot.send("GET", "crm/owners/2026-03", params=query)


def test_owners_in_pages_those_who_left_apart(hubspot: HubSpot):
    assert ids(owners(hubspot).json()) == [71, 72]
    first = owners(hubspot, limit=1).json()
    assert (ids(first), first["paging"]["next"]["after"]) == ([71], "1")
    assert ids(owners(hubspot, limit=1, after="1").json()) == [72]
    assert ids(owners(hubspot, archived="true").json()) == [79]
    assert ids(owners(hubspot, email="NOOR@seller.example").json()) == [72]
    assert owners(hubspot, limit=501).status_code == 400


# -- properties --------------------------------------------------------------------------------------


def schema(hubspot: HubSpot) -> HubSpot:
    return HubSpot(hubspot.sandbox, "crm/properties/2026-03")


def test_properties_and_groups_are_made_once(hubspot: HubSpot):
    there = schema(hubspot)
    assert {"name", "health"} <= {each["name"] for each in there.get("companies")["results"]}
    assert there.post("companies/groups", {"name": "theirs", "label": "Theirs"}).status_code == 201
    assert there.post("companies/groups", {"name": "theirs", "label": "Theirs"}).status_code == 409
    assert "theirs" in {each["name"] for each in there.get("companies/groups")["results"]}
    assert there.post("companies", text("new")).status_code == 201
    answer = there.post("companies", text("new"))
    assert (answer.status_code, answer.json()["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert hubspot.post("companies/batch/update", {"inputs": [change(1_000, new="x")]}).status_code == 200


@pytest.mark.parametrize(
    "definition",
    [
        text("New"),
        text("new", groupName="nowhere"),
        text("new", type="colour"),
        text("new", fieldType="colour"),
        text("new", type="enumeration", fieldType="select"),
        text("new", colour="red"),
        {"name": "new"},
    ],
)
def test_what_cannot_be_a_property_is_refused(hubspot: HubSpot, definition):
    assert schema(hubspot).post("companies", definition).status_code == 400
    assert schema(hubspot).post("companies/groups", {"name": "Not So", "label": "x"}).status_code == 400


# -- scopes ------------------------------------------------------------------------------------------

CALLS = [
    ("GET", "crm/owners/2026-03", "crm.objects.owners.read"),
    ("GET", "crm/objects/2026-03/companies", "crm.objects.companies.read"),
    ("POST", "crm/objects/2026-03/companies/search", "crm.objects.companies.read"),
    ("POST", "crm/objects/2026-03/companies/batch/update", "crm.objects.companies.write"),
    ("GET", "crm/objects/2026-03/contacts", "crm.objects.contacts.read"),
    ("GET", "crm/objects/2026-03/tasks", "crm.objects.contacts.read"),
    ("POST", "crm/objects/2026-03/tasks/batch/read", "crm.objects.contacts.read"),
    ("POST", "crm/objects/2026-03/tasks", "crm.objects.contacts.write"),
    ("POST", "crm/objects/2026-03/tasks/batch/update", "crm.objects.contacts.write"),
    ("POST", "crm/properties/2026-03/companies", "crm.schemas.companies.write"),
    ("POST", "crm/properties/2026-03/tasks/groups", "crm.schemas.contacts.write"),
]


@pytest.fixture(scope="module")
def without_scopes():
    with start_sandbox({"hubspot_scopes": []}) as running:
        yield HubSpot(running)


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_scope_that_the_key_lacks_is_named(without_scopes: HubSpot, method, path, scope):
    answer = without_scopes.send(method, path, json={})
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert scope in answer.json()["errors"][0]["context"]["requiredGranularScopes"]


# -- limits ------------------------------------------------------------------------------------------

SLOW = {
    "hubspot_rate": {"per_second": 0.001, "burst": 5},
    "hubspot_search_rate": {"per_second": 0.001, "burst": 2},
    "hubspot_daily": 7,
}


@pytest.fixture(scope="module")
def slow():
    with start_sandbox(SLOW) as running:
        yield running


@pytest.fixture
def limited(slow: Rehearsal) -> HubSpot:
    slow.reset()
    slow.set_clock(NOW_S)
    slow.seed("hubspot", BOOK)
    return HubSpot(slow)


def test_calls_in_ten_seconds(limited: HubSpot):
    left = [limited.send("GET", DATED).headers["X-HubSpot-RateLimit-Remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    answer = limited.send("GET", DATED)
    assert (answer.status_code, answer.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    assert answer.headers["X-HubSpot-RateLimit-Max"] == "5"
    assert answer.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert "Retry-After" not in answer.headers
    limited.send("GET", DATED)
    traffic = requests.get(f"{limited.sandbox.http}/hubspot/traffic", timeout=10).json()
    assert traffic == {"calls": 7, "limited": 2, "early": 1}


def test_searches_have_a_limit_of_their_own_and_tell_nothing(limited: HubSpot):
    answers = [limited.post("companies/search", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["policyName"] == "SECONDLY"
    assert not [name for answer in answers for name in answer.headers if "ratelimit" in name.lower()]


def test_calls_in_a_day(limited: HubSpot):
    for _ in range(7):
        limited.send("GET", DATED)
    answer = limited.send("GET", DATED)
    assert (answer.status_code, answer.json()["policyName"]) == (429, "DAILY")
    assert answer.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"
    limited.sandbox.set_clock(NOW_S + 86_400)
    assert limited.send("GET", DATED).json()["policyName"] == "TEN_SECONDLY_ROLLING"


def test_the_usual_limits_are_those_of_a_professional_account():
    with start_sandbox({}) as usual:
        usual.seed("hubspot", BOOK)
        answer = requests.get(f"{usual.http}/hubspot/{DATED}", headers=BEARER, timeout=10)
    assert answer.headers["X-HubSpot-RateLimit-Max"] == "190"
    assert answer.headers["X-HubSpot-RateLimit-Daily"] == "625000"
