"""Fields of companies: in batches, with a receipt each, and never of a company that is not there."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import requests
import responses

from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured
from integrations.hubspot.destination import HubSpotDestination
from integrations.hubspot.writing import Change
from tests.integrations.hubspot.account import TOKEN, held
from tests.integrations.hubspot.rig import BOOK
from tests.rehearsal import Rehearsal

UPDATE = "https://api.hubapi.com/crm/objects/2026-03/companies/batch/update"


def state(company: str, key: str = "", **fields: object) -> Notice:
    body = json.dumps({"fields": {"health": 50, **fields}}).encode()
    return Notice(
        key=key or f"state of {company}",
        destination="hubspot",
        kind="state",
        thread=f"hubspot/record/{company}",
        account=7,
        template="record",
        owner=company,
        payload="{}",
        body=body,
        attempt=1,
    )


def ends(receipts: Sequence[Receipt]) -> list[tuple[str, str]]:
    return [(receipt.outcome, receipt.reason) for receipt in receipts]


def seen(sandbox: Rehearsal) -> Counter[str]:
    """How often people saw each company change."""
    return Counter(effect["key"] for effect in sandbox.ledger(system="crm")["effects"])


def companies(sandbox: Rehearsal) -> dict[str, dict[str, Any]]:
    """What each company says."""
    answer = requests.get(
        f"{sandbox.http}/hubspot/crm/objects/2026-03/companies",
        {"limit": 100, "properties": "seatsignal_health,seatsignal_band"},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=10,
    )
    return {each["id"]: each["properties"] for each in answer.json()["results"]}


def many(number: int) -> dict[str, Any]:
    """A book of that many companies."""
    return BOOK | {"companies": [held(str(1_000 + at), {"name": f"Firm {at}"}) for at in range(number)]}


# -- whole batches --------------------------------------------------------------------------------------


def test_states_are_written_a_hundred_at_a_time(
    sandbox: Rehearsal, hubspot: HubSpotDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed("hubspot", many(250))
    sizes: list[int] = []
    change = hubspot._hubspot.change

    def counted(kind: Any, changes: tuple[Change, ...]) -> Any:
        sizes.append(len(changes))
        return change(kind, changes)

    monkeypatch.setattr(hubspot._hubspot, "change", counted)
    receipts = list(hubspot.deliver([state(str(1_000 + at)) for at in range(250)]))
    assert [(receipt.outcome, receipt.remote) for receipt in receipts] == [
        ("sent", str(1_000 + at)) for at in range(250)
    ]
    assert sizes == [100, 100, 50]
    assert seen(sandbox) == Counter({f"company:{1_000 + at}": 1 for at in range(250)})


def test_the_same_state_again_shows_nobody_anything(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    for _ in range(3):
        assert ends(list(hubspot.deliver([state("9001", band="watch")]))) == [("sent", "")]
    assert seen(sandbox) == {"company:9001": 1}


def test_a_company_that_is_named_twice_ends_as_the_later_state_says(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    receipts = list(hubspot.deliver([state("9001", "old", health=10), state("9001", "new", health=90)]))
    assert [(receipt.key, receipt.outcome) for receipt in receipts] == [("old", "sent"), ("new", "sent")]
    assert companies(sandbox)["9001"]["seatsignal_health"] == "90"


def test_what_is_unknown_clears_its_property(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    assert ends(list(hubspot.deliver([state("9001", band="watch")]))) == [("sent", "")]
    assert companies(sandbox)["9001"]["seatsignal_band"] == "watch"
    assert ends(list(hubspot.deliver([state("9001", band=None)]))) == [("sent", "")]
    assert companies(sandbox)["9001"]["seatsignal_band"] is None


# -- a sender that died ---------------------------------------------------------------------------------


def test_of_a_batch_whose_sender_died_only_what_hubspot_has_not_taken_is_written_again(
    sandbox: Rehearsal, hubspot: HubSpotDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed("hubspot", many(100))
    owed = [state(str(1_000 + at), uplift_minor=1_050, band="watch") for at in range(100)]
    list(hubspot.deliver(owed[:60]))  # nobody heard the answer; the rest never left
    written: list[str] = []
    change = hubspot._hubspot.change

    def noted(kind: Any, changes: tuple[Change, ...]) -> Any:
        written.extend(each.id for each in changes)
        return change(kind, changes)

    monkeypatch.setattr(hubspot._hubspot, "change", noted)
    for suspect in owed:  # they go one by one
        assert ends(list(hubspot.deliver([replace(suspect, attempt=2)]))) == [("sent", "")]
    assert written == [notice.owner for notice in owed[60:]]
    assert seen(sandbox) == Counter({f"company:{notice.owner}": 1 for notice in owed})


def test_a_record_that_says_all_of_it_already_is_not_written(
    hubspot: HubSpotDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = state("9001", "old", health=10), state("9001", "new", health=90)
    list(hubspot.deliver([old]))
    list(hubspot.deliver([replace(new, before=(old.body,))]))
    monkeypatch.setattr(hubspot._hubspot, "change", None)
    again = replace(new, before=(old.body, new.body))
    assert ends(list(hubspot.deliver([again]))) == [("sent", "")]


# -- half-failed batches --------------------------------------------------------------------------------


def test_of_a_half_failed_batch_each_has_its_own_receipt(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    before = set(companies(sandbox))
    owed = [
        state("9001"),
        state("4001", band="brand_new"),
        state("123456"),
        state("4002"),
        state("", "nobody's"),
        state("9001; DROP", "no id"),
        state("4003", colour="red"),
    ]
    receipts = {receipt.key: receipt for receipt in hubspot.deliver(owed)}
    assert ends([receipts[notice.key] for notice in owed]) == [
        ("sent", ""),
        ("rejected", "invalid_option"),
        ("rejected", "no_such_record"),
        ("sent", ""),
        ("rejected", "not_linked"),
        ("rejected", "no_such_record"),
        ("rejected", "field_unknown"),
    ]
    assert seen(sandbox) == {"company:9001": 1, "company:4002": 1}
    assert set(companies(sandbox)) == before, "no company is ever made"


FAILURES = [
    {"category": "RATE_LIMITS", "message": "later", "context": {"objectWriteTraceId": ["2"]}},
    {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": ["3"]}},
    {"category": "VALIDATION_ERROR", "message": "no", "context": {"id": ["4"]}},
]


@responses.activate
def test_only_what_failed_is_sent_again(elsewhere: HubSpotDestination) -> None:
    done = [{"id": "1", "properties": {}, "objectWriteTraceId": "1"}]
    responses.post(UPDATE, status=207, json={"status": "COMPLETE", "results": done, "errors": FAILURES})
    owed = [state(str(at)) for at in range(1, 6)]
    receipts = list(elsewhere.deliver(owed))
    assert ends(receipts) == [
        ("sent", ""),
        ("retry", "not_written"),
        ("rejected", "no_such_record"),
        ("rejected", "validation_error"),
        ("retry", "not_answered"),
    ]
    again = [notice for notice, receipt in zip(owed, receipts, strict=True) if receipt.outcome == "retry"]
    written = [{"id": each.owner, "properties": {}, "objectWriteTraceId": each.owner} for each in again]
    responses.replace("POST", UPDATE, json={"status": "COMPLETE", "results": written})
    assert ends(list(elsewhere.deliver(again))) == [("sent", "")] * 2
    sent = json.loads(responses.calls[-1].request.body or b"")
    assert [each["id"] for each in sent["inputs"]] == ["2", "5"]


@responses.activate
def test_a_company_that_was_merged_away_counts_as_written(elsewhere: HubSpotDestination) -> None:
    answer = {"results": [{"id": "99", "properties": {}, "objectWriteTraceId": "1"}]}
    responses.post(UPDATE, json=answer)
    assert ends(list(elsewhere.deliver([state("1")]))) == [("sent", "")]


def refusing(*companies: str) -> list[int]:
    """Let HubSpot refuse each batch that names one of them, and not say why; return the batches' sizes."""
    sizes: list[int] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        ids = [each["id"] for each in json.loads(request.body or b"")["inputs"]]
        sizes.append(len(ids))
        if set(companies) & set(ids):
            return 400, {}, json.dumps({"category": "VALIDATION_ERROR", "message": "no"})
        results = [{"id": each, "properties": {}, "objectWriteTraceId": each} for each in ids]
        return 200, {}, json.dumps({"status": "COMPLETE", "results": results})

    responses.add_callback("POST", UPDATE, answer)
    return sizes


@responses.activate
def test_a_batch_that_is_refused_whole_is_halved_until_the_bad_one_is_found(
    elsewhere: HubSpotDestination,
) -> None:
    sizes = refusing("37")
    receipts = list(elsewhere.deliver([state(str(at)) for at in range(1, 101)]))
    wrong = [receipt.key for receipt in receipts if receipt.outcome != "sent"]
    assert len(receipts) == 100
    assert wrong == ["state of 37"]
    assert len(sizes) <= 2 * 7 + 1


@responses.activate
def test_a_batch_that_cannot_be_written_now_does_not_hold_up_the_next(elsewhere: HubSpotDestination) -> None:
    done = {"results": [{"id": "101", "properties": {}, "objectWriteTraceId": "101"}]}
    responses.post(UPDATE, status=500)
    responses.post(UPDATE, json=done)
    receipts = list(elsewhere.deliver([state(str(at)) for at in range(1, 102)]))
    assert Counter(ends(receipts)) == {("retry", "status_500"): 100, ("sent", ""): 1}


@pytest.mark.parametrize(
    ("policy", "reason", "after_s"),
    [("TEN_SECONDLY_ROLLING", "rate_limited", 10.0), ("DAILY", "daily_limit", 3_600.0)],
)
@responses.activate
def test_where_hubspot_limits_us_the_rest_is_not_even_tried(
    elsewhere: HubSpotDestination, policy: str, reason: str, after_s: float
) -> None:
    responses.post(UPDATE, status=429, json={"category": "RATE_LIMITS", "policyName": policy})
    receipts = list(elsewhere.deliver([state(str(at)) for at in range(1, 151)]))
    assert {(each.outcome, each.reason, each.after_s) for each in receipts} == {("retry", reason, after_s)}
    assert (len(receipts), len(responses.calls)) == (150, 1)


# -- what needs a person ------------------------------------------------------------------------------


def test_a_property_that_is_missing_needs_a_person_and_loses_nothing(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    sandbox.seed("hubspot", {name: held for name, held in BOOK.items() if name in {"owners", "companies"}})
    with pytest.raises(Misconfigured, match=r"no property seatsignal_health; .* seatsignal crm setup"):
        list(hubspot.deliver([state("9001"), state("4001")]))
    assert seen(sandbox) == {}
    hubspot.setup()
    assert ends(list(hubspot.deliver([state("9001"), state("4001")]))) == [("sent", "")] * 2


@responses.activate
def test_what_a_person_must_mend_for_one_comes_after_the_receipts_of_the_others(
    elsewhere: HubSpotDestination,
) -> None:
    problem = '[{"error": "PROPERTY_DOESNT_EXIST", "name": "seatsignal_health"}]'
    failure = {
        "message": f"Property values were not valid: {problem}",
        "context": {"objectWriteTraceId": ["1"]},
    }
    done = [{"id": "2", "properties": {}, "objectWriteTraceId": "2"}]
    responses.post(UPDATE, status=207, json={"results": done, "errors": [failure]})
    receipts = elsewhere.deliver([state("1"), state("2")])
    assert next(receipts).key == "state of 2"
    with pytest.raises(Misconfigured) as caught:
        next(receipts)
    assert caught.value.reason == "property_missing"


def test_no_call_that_could_make_a_company_is_in_the_code() -> None:
    from pathlib import Path  # noqa: PLC0415 - the only user

    code = "".join(path.read_text() for path in Path("integrations/hubspot").glob("*.py"))
    assert code.count("batch/upsert") == code.count('"objects", "deals", "batch/upsert"') == 1
    assert code.count("Creation(") == 1 + code.count("class Creation(")
