"""The schemas find what a vendor would refuse: a name that no page tells of, a wrong type, too much."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.integrations.asked import Asked, Json
from tests.integrations.asked.by_schema import HERE
from tests.integrations.asked.oracles import DOCUMENTED, ORACLES

BEARER = {"accept": "application/json", "authorization": "Bearer canary_5521"}
WRITES = {**BEARER, "content-type": "application/json; charset=utf-8"}
BASIC = {**BEARER, "authorization": "Basic Y2FuYXJ5Og=="}
ACCOUNT = "001000000000009001"
TOKEN = {"accept": "application/json", "x-postmark-server-token": "canary"}
CREDENTIAL = "AKIDCANARY/20260601/eu-west-1/ses/aws4_request"
SIGNED = {
    "content-type": "application/json",
    "authorization": f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host, Signature={'0' * 64}",
    "x-amz-date": "20260601T120000Z",
}

SOUND: dict[str, Asked] = {
    "chargebee": Asked(
        "GET", "subscriptions", (("limit", "100"), ("updated_at[after]", "1750000000")), BASIC
    ),
    "hubspot": Asked(
        "POST",
        "crm/objects/2026-03/companies/batch/update",
        (),
        WRITES,
        {"inputs": [{"id": "1", "properties": {"seatsignal_band": "watch"}, "objectWriteTraceId": "1"}]},
    ),
    "intercom": Asked(
        "POST",
        "conversations/search",
        (),
        {**WRITES, "intercom-version": "2.15"},
        {"query": {"field": "updated_at", "operator": ">", "value": 1}, "pagination": {"per_page": 150}},
    ),
    "keygen": Asked(
        "GET",
        "v1/accounts/acme/event-logs",
        (("page[size]", "100"), ("date[start]", "2026-06-01"), ("events[]", "license.validation.failed")),
        {**BEARER, "accept": "application/vnd.api+json", "keygen-version": "1.8"},
    ),
    "posthog": Asked(
        "POST",
        "api/projects/7/query/",
        (),
        WRITES,
        {"query": {"kind": "HogQLQuery", "query": "SELECT 1", "values": {"day": "2026-06-01"}}},
    ),
    "postmark": Asked(
        "POST",
        "email",
        (),
        TOKEN,
        {"From": "a@vendor.example", "To": "b@acme.example", "Headers": [{"Name": "X-A", "Value": "b"}]},
    ),
    "salesforce": Asked(
        "POST",
        "services/data/v67.0/composite",
        (),
        WRITES,
        {
            "compositeRequest": [
                {
                    "method": "PATCH",
                    "url": "/services/data/v67.0/composite/sobjects",
                    "referenceId": "part0",
                    "body": {
                        "records": [
                            {"attributes": {"type": "Account"}, "id": ACCOUNT, "Seatsignal_Health__c": 40.5}
                        ]
                    },
                }
            ]
        },
    ),
    "ses": Asked(
        "POST",
        "v2/email/outbound-emails",
        (),
        SIGNED,
        {
            "FromEmailAddress": "a@vendor.example",
            "Destination": {"ToAddresses": ["b@acme.example"]},
            "Content": {"Raw": {"Data": "QQ=="}},
            "EmailTags": [{"Name": "notice", "Value": "1"}],
        },
    ),
    "zendesk": Asked(
        "PUT",
        "api/v2/organizations/update_many",
        (),
        WRITES,
        {"organizations": [{"id": 1, "organization_fields": {"seatsignal_health": 40}}]},
    ),
}
LATER = "x_surprise"


def in_salesforce(**fields: object) -> Json:
    """Another request: of one record of an account."""
    record = {"attributes": {"type": "Account"}, "id": ACCOUNT, **fields}
    return {
        "method": "PATCH",
        "path": "services/data/v67.0/composite/sobjects",
        "body": {"records": [record]},
    }


def in_hubspot(path: str, **body: object) -> Json:
    """Another request: to another place, with another body."""
    return {"path": path, "body": body}


BAND: Json = {
    "name": "seatsignal_band",
    "label": "Health band",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "seatsignal",
    "options": [{"value": "watch", "label": "Watch", "hidden": False}],
}
TRUE: Json = {
    "operationType": "BOOL",
    "operator": "IS_EQUAL_TO",
    "value": True,
    "includeObjectsWithNoValueSet": False,
}
GROWS: Json = {
    "filterBranchType": "AND",
    "filterBranchOperator": "AND",
    "filterBranches": [],
    "filters": [{"filterType": "PROPERTY", "property": "seatsignal_expansion", "operation": TRUE}],
}
GROWING: Json = {
    "name": "Room to grow",
    "objectTypeId": "0-2",
    "processingType": "DYNAMIC",
    "filterBranch": {"filterBranchType": "OR", "filterBranches": [GROWS], "filters": []},
}


def bodies(body: Any) -> Iterator[Any]:
    """The body once for each object in it, with a name in that object that no page tells of."""
    if isinstance(body, dict):
        yield {**body, LATER: []}
        yield from ({**body, name: each} for name, part in body.items() for each in bodies(part))
    if isinstance(body, list):
        yield from (
            [*body[:at], each, *body[at + 1 :]] for at, part in enumerate(body) for each in bodies(part)
        )


def surprising(sound: Asked) -> Iterator[Asked]:
    yield replace(sound, query=(*sound.query, (LATER, "1")))
    yield replace(sound, headers={**sound.headers, LATER: "1"})
    yield replace(sound, path=f"{sound.path}/{LATER}")
    yield from (replace(sound, body=body) for body in bodies(sound.body))


@pytest.mark.parametrize("vendor", DOCUMENTED)
def test_only_what_a_page_tells_of_is_sound(vendor: str) -> None:
    assert ORACLES[vendor](SOUND[vendor]) == []
    assert [asked for asked in surprising(SOUND[vendor]) if not ORACLES[vendor](asked)] == []


UNSOUND: dict[str, tuple[str, Json]] = {
    "another order": ("chargebee", {"query": (("sort_by[asc]", "name"),)}),
    "more than a page": ("chargebee", {"query": (("limit", "101"),)}),
    "not seconds": ("chargebee", {"query": (("created_at[after]", "2026-06-01"),)}),
    "not the way in": ("chargebee", {"headers": BEARER}),
    "a value that is no text": ("hubspot", {"body": {"inputs": [{"id": "1", "properties": {"a": 1}}]}}),
    "more than a batch": ("hubspot", {"body": {"inputs": [{"id": "1", "properties": {}}] * 101}}),
    "an empty batch": ("hubspot", {"body": {"inputs": []}}),
    "a search from nowhere on": (
        "hubspot",
        in_hubspot("crm/objects/2026-03/companies/search", filterGroups=[], sorts=[], properties=[], limit=1),
    ),
    "an option without its place": (
        "hubspot",
        in_hubspot("crm/properties/2026-03/companies", **BAND),
    ),
    "a branch without its operator": ("hubspot", in_hubspot("crm/lists/2026-03", **GROWING)),
    "no such operator": (
        "intercom",
        {"body": {"query": {"field": "updated_at", "operator": "=>", "value": 1}}},
    ),
    "more than a page of a search": (
        "intercom",
        {"body": {**SOUND["intercom"].body, "pagination": {"per_page": 151}}},
    ),
    "an order of a search": (
        "intercom",
        {"body": {**SOUND["intercom"].body, "sort": {"field": "updated_at", "order": "ascending"}}},
    ),
    "without a version": ("intercom", {"headers": WRITES}),
    "a version that its page does not know": (
        "intercom",
        {"headers": {**WRITES, "intercom-version": "2.99"}},
    ),
    "another medium": ("keygen", {"headers": {**BEARER, "keygen-version": "1.8"}}),
    "no day": ("keygen", {"query": (("date[end]", "yesterday"),)}),
    "another kind": ("posthog", {"body": {"query": {"kind": "HogQuery", "query": "SELECT 1"}}}),
    "no way to refresh": ("posthog", {"body": {**SOUND["posthog"].body, "refresh": "now"}}),
    "a line more in a header": (
        "postmark",
        {"body": {**SOUND["postmark"].body, "Headers": [{"Name": "X-A", "Value": "b\r\nBcc: c"}]}},
    ),
    "too long in the metadata": (
        "postmark",
        {"body": {**SOUND["postmark"].body, "Metadata": {"notice": "0" * 81}}},
    ),
    "without a recipient": ("postmark", {"body": {"From": "a@vendor.example"}}),
    "a number as text": ("salesforce", in_salesforce(Seatsignal_Health__c="40")),
    "yes as a word": ("salesforce", in_salesforce(Seatsignal_Expansion__c="true")),
    "an instant as a day": ("salesforce", in_salesforce(Seatsignal_Renewal__c="2026-06-01T00:00:00Z")),
    "no id of a record": ("salesforce", in_salesforce(id="1")),
    "what nobody may write": ("salesforce", in_salesforce(Name="Acme")),
    "more than 5 collections": (
        "salesforce",
        {"body": {"compositeRequest": SOUND["salesforce"].body["compositeRequest"] * 6}},
    ),
    "a mark in a tag": (
        "ses",
        {"body": {**SOUND["ses"].body, "EmailTags": [{"Name": "notice", "Value": "csm/1"}]}},
    ),
    "signed in another way": ("ses", {"headers": {**SIGNED, "authorization": "Bearer canary"}}),
    "an id that is text": ("zendesk", {"body": {"organizations": [{"id": "1"}]}}),
    "a list as a value": (
        "zendesk",
        {"body": {"organizations": [{"id": 1, "organization_fields": {"a": []}}]}},
    ),
    "true is no number": ("zendesk", {"body": {"organizations": [{"id": True}]}}),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_what_vendors_do_not_take(name: str) -> None:
    vendor, changed = UNSOUND[name]
    assert len(ORACLES[vendor](replace(SOUND[vendor], **changed))) == 1


@pytest.mark.parametrize("vendor", DOCUMENTED)
def test_each_part_names_its_page_and_no_object_is_open(vendor: str) -> None:
    parts = json.loads((HERE / f"{vendor}.json").read_text(encoding="utf-8"))["$defs"]
    assert [name for name, part in parts.items() if " " in name and "/" not in part["$comment"]] == []
    assert [name for name, part in parts.items() if not all(map(is_closed, objects(part)))] == []


def objects(schema: Any) -> Iterator[Json]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def is_closed(schema: Json) -> bool:
    """Whether other names are refused, or all names are fields that an account makes itself."""
    others = schema.get("additionalProperties")
    return others is False or bool(others and "properties" not in schema)
