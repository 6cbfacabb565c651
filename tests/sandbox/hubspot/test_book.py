"""What may be held, and what of it is seen when."""

import pytest
import requests

from tests.rehearsal import Rehearsal
from tests.sandbox.hubspot.conftest import BAND, BOOK, FUTURE, GROUP, NOW_S, OLD, HubSpot, held, ids, text

ELEVEN_KEYS = [text(f"k{number}", hasUniqueValue=True) for number in range(11)]


@pytest.mark.parametrize(
    "content",
    [
        {"quotes": []},
        {"companies": [{"id": "1"}]},
        {"companies": [held(1) | {"colour": "red"}]},
        {"companies": [held(1, band="watch")]},
        {"companies": [held(1) | {"properties": {"name": 7}}]},
        {"properties": {"companies": [text("mine")]}},
        {"groups": {"companies": GROUP}, "properties": {"companies": [text("Mine")]}},
        {"groups": {"companies": GROUP}, "properties": {"companies": [BAND | {"options": []}]}},
        {"groups": {"companies": GROUP}, "properties": {"companies": [text("mine", type="bool")]}},
        {"groups": {"tasks": GROUP}, "properties": {"tasks": ELEVEN_KEYS}},
    ],
)
def test_a_slip_in_a_book_is_refused(sandbox: Rehearsal, content):
    answer = requests.post(f"{sandbox.http}/seed/hubspot", json=content, timeout=10)
    assert answer.status_code == 400


def test_a_book_takes_the_place_of_the_one_before(hubspot: HubSpot):
    hubspot.sandbox.seed("hubspot", {"companies": [held(5)]})
    assert ids(hubspot.get("companies", limit=100)) == [5]
    hubspot.sandbox.reset()
    assert ids(hubspot.get("companies", limit=100)) == []


def test_only_what_has_happened_is_seen(hubspot: HubSpot):
    companies = [held(1), held(2, changed=FUTURE), held(3, created=FUTURE, changed=FUTURE)]
    hubspot.sandbox.seed("hubspot", {"companies": companies})
    found = hubspot.get("companies", limit=100)
    assert [(each["id"], each["updatedAt"]) for each in found["results"]] == [("1", OLD), ("2", OLD)]
    hubspot.sandbox.set_clock(NOW_S + 1)
    found = hubspot.get("companies", limit=100)
    assert [each["updatedAt"] for each in found["results"]] == [OLD, FUTURE, FUTURE]


def test_what_is_archived_is_listed_apart(hubspot: HubSpot):
    hubspot.sandbox.seed("hubspot", {"companies": [held(1), held(2) | {"archived": True}]})
    assert ids(hubspot.get("companies")) == [1]
    assert ids(hubspot.get("companies", archived="true")) == [2]


def test_a_contact_says_which_company_is_its_primary_one(hubspot: HubSpot):
    ends = [{"id": "8", "type": "contact_to_company_unlabeled"}, {"id": "9", "type": "contact_to_company"}]
    at_two = held(1, email="a@firm.example") | {"associations": {"companies": {"results": ends}}}
    hubspot.sandbox.seed("hubspot", {"contacts": [at_two, held(2, email="b@firm.example")]})
    found = hubspot.get("contacts", properties="associatedcompanyid", associations="companies")
    assert [each["properties"]["associatedcompanyid"] for each in found["results"]] == ["9", None]
    assert [each.get("associations") for each in found["results"]] == [{"companies": {"results": ends}}, None]


def test_books_are_in_hubspots_own_shapes(hubspot: HubSpot):
    found = hubspot.get("companies", properties="name,health", limit=1)
    assert found["results"] == [
        {
            "id": "1000",
            "properties": {
                "name": "Firm 0",
                "health": "50",
                "hs_object_id": "1000",
                "createdate": OLD,
                "hs_lastmodifieddate": OLD,
            },
            "createdAt": OLD,
            "updatedAt": OLD,
            "archived": False,
        }
    ]
    assert found["paging"] == {"next": {"after": "1001"}}
    assert BOOK["companies"][0]["properties"]["name"] == "Firm 0"
