"""Fields of accounts: what is written, in how many calls, and what becomes of a part that fails."""

import re
from dataclasses import replace
from typing import Any

import pytest
import requests
import responses

from integrations.errors import Misconfigured, Rejected
from integrations.salesforce.destination import SalesforceDestination
from integrations.salesforce.fields import FIELDS, LINE_LIMIT, sent, written
from tests.integrations.salesforce.org import row
from tests.integrations.salesforce.rig import BOOK, StateRig, record_of, state_rig
from tests.rehearsal import Rehearsal


@pytest.fixture
def rig(sandbox: Rehearsal) -> StateRig:
    made = state_rig(sandbox)
    assert isinstance(made, StateRig)
    return made


def calls(sandbox: Rehearsal) -> int:
    return int(requests.get(f"{sandbox.http}/salesforce/traffic", timeout=10).json()["calls"])


def body(**fields: str) -> bytes:
    return (
        '{"fields": {' + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}}"
    ).encode()


def book(**more: Any) -> dict[str, Any]:
    records = BOOK["records"]
    return {**BOOK, "records": {**records, "Account": [*records["Account"], *more.get("accounts", ())]}}


def test_one_that_fails_leaves_the_others_written(
    salesforce: SalesforceDestination, rig: StateRig, sandbox: Rehearsal
) -> None:
    gone, nobody = f"001{77:015}", f"001{78:015}"
    sandbox.seed("salesforce", book(accounts=[row(gone, Name="Gone", IsDeleted=True)]))
    notices = [
        rig.notice("a"),
        rig.notice("b", owner=gone),
        rig.notice("c", owner=nobody),
        rig.notice("k", owner="9001"),
        rig.notice("good"),
    ]
    found = {each.key: (each.outcome, each.reason) for each in salesforce.deliver(notices)}
    lost = ("rejected", "no_such_record")
    assert found == {"a": ("sent", ""), "b": lost, "c": lost, "k": lost, "good": ("sent", "")}
    assert (rig.seen("a"), rig.seen("good")) == (1, 1)


@pytest.mark.parametrize("count", [200, 201, 500])
def test_500_accounts_are_one_call_and_those_written_before_one_more(
    salesforce: SalesforceDestination, rig: StateRig, sandbox: Rehearsal, count: int
) -> None:
    many = [f"001{each:015}" for each in range(count)]
    sandbox.seed("salesforce", book(accounts=[row(each, Name="Firm") for each in many]))
    notices = [replace(rig.notice("a", owner=each), key=each) for each in many]
    assert {each.outcome for each in salesforce.deliver(notices)} == {"sent"}
    assert calls(sandbox) == 1
    again = [replace(each, before=(each.body,), attempt=2) for each in notices]
    assert {each.outcome for each in salesforce.deliver(again)} == {"sent"}
    assert calls(sandbox) == 2, "all of them say so already"
    other = [replace(rig.notice("b", owner=each.owner), key=each.key, before=(each.body,)) for each in again]
    assert {each.outcome for each in salesforce.deliver(other)} == {"sent"}
    assert calls(sandbox) == 4
    assert len(sandbox.ledger()["effects"]) == 2 * count


def test_no_account_is_written_twice_in_one_call(
    salesforce: SalesforceDestination, rig: StateRig, sandbox: Rehearsal
) -> None:
    twice = [
        rig.notice("a", body=body(health="10")),
        rig.notice("b", owner=record_of("a"), body=body(health="20")),
    ]
    assert [each.outcome for each in salesforce.deliver(twice)] == ["sent", "sent"]
    assert (calls(sandbox), rig.says("a")["Seatsignal_Health__c"]) == (2, "20")


def test_what_is_unknown_clears_its_field(salesforce: SalesforceDestination, rig: StateRig) -> None:
    list(salesforce.deliver([rig.notice("a")]))
    assert rig.says("a")["Seatsignal_Renewal__c"]
    list(salesforce.deliver([rig.notice("a", body=body(renewal_on="null", uplift_minor="null"))]))
    said = rig.says("a")
    assert (said["Seatsignal_Renewal__c"], said["Seatsignal_Uplift__c"]) == (None, None)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("health", 88, 88.0),
        ("uplift_minor", 123_450, 1_234.5),
        ("expansion", True, True),
        ("expansion", False, False),
        ("renewal_on", "2027-03-01", "2027-03-01"),
        ("renewal_on", None, None),
        ("days_until_full", None, None),
        ("reasons", "", None),
    ],
)
def test_values_are_of_the_types_that_salesforce_takes(field: str, value: Any, expected: object) -> None:
    [(name, said)] = written({field: value}).items()
    assert name == FIELDS[field].name
    found = sent(name, said)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"colour": "red"}, "field_unknown"), ({"likely": "x" * (LINE_LIMIT + 1)}, "text_too_long")],
)
def test_what_no_field_holds_is_refused(fields: dict[str, str], reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        written(fields)
    assert caught.value.reason == reason


def test_a_field_that_is_missing_needs_a_person_and_names_the_command(
    salesforce: SalesforceDestination, rig: StateRig, sandbox: Rehearsal
) -> None:
    lacking = [each for each in BOOK["fields"]["Account"] if each["name"] != "Seatsignal_Health__c"]
    sandbox.seed("salesforce", {**BOOK, "fields": {**BOOK["fields"], "Account": lacking}})
    with pytest.raises(Misconfigured, match=r"Seatsignal_Health__c.*crm setup"):
        list(salesforce.deliver([rig.notice("a")]))
    with pytest.raises(Misconfigured, match=r"Seatsignal_Health__c.*crm setup"):
        salesforce.check()


def test_of_several_collections_in_one_call_one_that_fails_leaves_the_others_written(
    salesforce: SalesforceDestination, rig: StateRig, sandbox: Rehearsal
) -> None:
    many = [f"001{each:015}" for each in range(450)]
    gone = many[300]
    held = [row(each, Name="Firm", IsDeleted=each == gone) for each in many]
    sandbox.seed("salesforce", book(accounts=held))
    notices = [replace(rig.notice("a", owner=each), key=each) for each in many]
    found = {each.key: each.outcome for each in salesforce.deliver(notices)}
    assert {key for key, outcome in found.items() if outcome == "rejected"} == {gone}
    assert len(found) == 450
    assert len(sandbox.ledger()["effects"]) == 449


STEPS = {
    400: ([{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "x"}], ("retry", "busy")),
    403: ([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "x"}], ("retry", "daily_limit")),
    404: ([{"errorCode": "NOT_FOUND", "message": "x"}], ("rejected", "no_such_record")),
    500: ("an error page", ("retry", "busy")),
}


@pytest.mark.parametrize("status", STEPS)
def test_a_collection_that_is_refused_whole_as_one_of_several_has_its_own_outcome(
    salesforce: SalesforceDestination, rig: StateRig, sandbox: Rehearsal, status: int
) -> None:
    said, expected = STEPS[status]
    good = [{"id": "x", "success": True, "errors": []}] * 200
    steps = [{"httpStatusCode": 200, "body": good}, {"httpStatusCode": status, "body": said}]
    notices = [replace(rig.notice("a", owner=f"001{each:015}"), key=str(each)) for each in range(201)]
    with responses.RequestsMock() as vendor:
        vendor.post(re.compile(".*/composite$"), json={"compositeResponse": steps})
        vendor.add_passthru(sandbox.http)
        found = [(each.outcome, each.reason) for each in salesforce.deliver(notices)]
    assert found == [*[("sent", "")] * 200, expected]
