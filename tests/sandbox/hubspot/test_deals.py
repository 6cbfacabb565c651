"""Deals: upserted by a unique property, at a stage of their pipeline, associated in a call of its own."""

import pytest

from tests.sandbox.hubspot.conftest import BOOK, GROUP, HubSpot, Json, held, text

KEYED = BOOK | {
    "groups": {**BOOK["groups"], "deals": GROUP},
    "properties": {**BOOK["properties"], "deals": [text("seatsignal_key", hasUniqueValue=True)]},
}
PLACED = {"pipeline": "default", "dealstage": "contractsent"}


@pytest.fixture
def deals(hubspot: HubSpot) -> HubSpot:
    hubspot.sandbox.seed("hubspot", KEYED)
    return hubspot


def keeping(key: str, by: str = "seatsignal_key", trace: str = "", **values: str) -> Json:
    traced = {"objectWriteTraceId": trace} if trace else {}
    return {"id": key, "idProperty": by, "properties": values, **traced}


def kept(hubspot: HubSpot, *inputs: Json):
    return hubspot.post("deals/batch/upsert", {"inputs": inputs})


def at(hubspot: HubSpot, path: str, *inputs: Json):
    return hubspot.send("POST", f"crm/associations/2026-03/{path}", json={"inputs": inputs})


def test_a_deal_is_made_once_and_changed_in_place(deals: HubSpot):
    first = kept(deals, keeping("k", dealname="One", **PLACED)).json()["results"][0]
    again = kept(deals, keeping("k", dealname="Two")).json()["results"][0]
    assert (first["new"], again["new"], first["id"] == again["id"]) == (True, False, True)
    assert deals.effects() == [("post", "k", "One"), ("update", "k", "dealname One → Two")]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"dealname": "No stage"}, "REQUIRED_FIELD"),
        ({"dealstage": "due"}, "INVALID_OPTION"),
        ({"dealstage": "contractsent", "pipeline": "renewals"}, "INVALID_OPTION"),
        ({**PLACED, "hs_is_closed": "true"}, "READ_ONLY_VALUE"),
        ({**PLACED, "amount": "much"}, "INVALID_NUMBER"),
        ({**PLACED, "colour": "red"}, "PROPERTY_DOESNT_EXIST"),
    ],
)
def test_a_wrong_value_refuses_one_if_it_is_traced_and_else_all(deals: HubSpot, wrong, error):
    good = keeping("good", trace="good", **PLACED)
    answer = kept(deals, good, keeping("bad", trace="bad", **wrong))
    assert (answer.status_code, len(answer.json()["results"])) == (207, 1)
    (failure,) = answer.json()["errors"]
    assert failure["context"] == {"objectWriteTraceId": ["bad"]}
    assert error in failure["message"]
    assert kept(deals, keeping("other", **PLACED), keeping("bad", **wrong)).status_code == 400
    assert len(deals.effects()) == 1


@pytest.mark.parametrize(
    "inputs",
    [
        (),
        (keeping("k", by="dealname", **PLACED),),
        (keeping("k", by="colour", **PLACED),),
        (keeping("k", **PLACED), keeping("k", **PLACED)),
        ({"id": "k", "properties": PLACED},),
        tuple(keeping(f"k{number}", **PLACED) for number in range(101)),
    ],
)
def test_a_batch_that_is_none_is_refused(deals: HubSpot, inputs):
    assert kept(deals, *inputs).status_code == 400
    assert deals.effects() == []


def test_a_key_in_the_recycle_bin_is_taken(deals: HubSpot):
    gone = held(501, seatsignal_key="k", **PLACED) | {"archived": True}
    deals.sandbox.seed("hubspot", KEYED | {"deals": [gone]})
    (failure,) = kept(deals, keeping("k", trace="k", **PLACED)).json()["errors"]
    assert failure["category"] == "CONFLICT"


@pytest.mark.parametrize(
    ("stage", "closed", "won"),
    [("contractsent", "false", "false"), ("closedwon", "true", "true"), ("closedlost", "true", "false")],
)
def test_a_stage_says_whether_a_deal_is_over(deals: HubSpot, stage: str, closed: str, won: str):
    kept(deals, keeping("k", pipeline="default", dealstage=stage))
    (found,) = deals.get("deals", properties="hs_is_closed,hs_is_closed_won")["results"]
    said = found["properties"]
    assert (said["hs_is_closed"], said["hs_is_closed_won"]) == (closed, won)


def test_a_deal_is_at_no_company_until_it_is_associated(deals: HubSpot):
    made = kept(deals, keeping("k", **PLACED)).json()["results"][0]["id"]
    companies = [{"id": "1000"}, {"id": "1001"}]
    assert at(deals, "companies/deals/batch/read", *companies).json()["results"] == []
    pairs = [{"from": {"id": made}, "to": {"id": each}} for each in ("1000", "1001", "1000", "9")]
    answer = at(deals, "deals/companies/batch/associate/default", *pairs)
    assert (answer.status_code, len(answer.json()["results"])) == (207, 3)
    (ends,) = at(deals, "deals/companies/batch/read", {"id": made}).json()["results"]
    assert [(each["toObjectId"], len(each["associationTypes"])) for each in ends["to"]] == [
        ("1000", 2),
        ("1001", 1),
    ]
    back = at(deals, "companies/deals/batch/read", *companies).json()["results"]
    assert [each["from"]["id"] for each in back] == ["1000", "1001"]


def test_older_versions_have_associations_at_v4(deals: HubSpot):
    asked = {"inputs": [{"id": "1000"}]}
    assert deals.send("POST", "crm/v4/associations/companies/deals/batch/read", json=asked).status_code == 200
    assert deals.send("POST", "crm/v3/associations/companies/deals/batch/read", json=asked).status_code == 404
    stages = deals.send("GET", "crm/v3/pipelines/deals").json()["results"][0]["stages"]
    assert [each["metadata"]["isClosed"] for each in stages] == ["false", "false", "true", "true"]
