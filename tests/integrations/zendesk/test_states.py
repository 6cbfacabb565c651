"""Fields and the tag of organizations: in jobs, with a receipt each, and never of one that is not there."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from health.nouns import UNDER_WAY, Edit, Notice, Receipt
from integrations.errors import Misconfigured
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.fields import AT_RISK
from tests.integrations.zendesk.book import SPRING, Org
from tests.integrations.zendesk.conftest import Opened
from tests.integrations.zendesk.rig import ADMIN, BOOK, ORGANIZATION
from tests.rehearsal import Rehearsal

API = "https://firm.zendesk.com/api/v2"
ONE = str(ORGANIZATION.id)


def state(organization: str = ONE, key: str = "", **fields: object) -> Notice:
    body = json.dumps({"fields": {"health": 50, **fields}}).encode()
    return Notice(
        key=key or f"state of {organization}",
        destination="zendesk",
        kind="state",
        thread=f"zendesk/record/{organization}",
        account=7,
        template="helpdesk",
        owner=organization,
        payload="{}",
        body=body,
        attempt=1,
    )


def ends(receipts: Sequence[Receipt]) -> list[tuple[str, str]]:
    return [(receipt.outcome, receipt.reason) for receipt in receipts]


def seen(sandbox: Rehearsal) -> Counter[str]:
    """How often agents saw each organization's fields change."""
    effects = sandbox.ledger(system="helpdesk")["effects"]
    return Counter(effect["key"].partition(":")[2] for effect in effects if effect["action"] == "write")


def says(sandbox: Rehearsal, organization: str = ONE) -> dict[str, Any]:
    url = f"{sandbox.http}/zendesk/api/v2/organizations/show_many"
    [found] = requests.get(url, {"ids": organization}, auth=ADMIN, timeout=10).json()["organizations"]
    return dict(found)


def many(number: int, **more: object) -> dict[str, Any]:
    """A book of that many organizations."""
    shown = [Org(1_000 + at, SPRING).shown() for at in range(number)]
    return BOOK | {"organizations": [each | {"created_at": each["updated_at"]} for each in shown]} | more


def owed(number: int, **fields: object) -> list[Notice]:
    return [state(str(Org(1_000 + at, SPRING).id), **fields) for at in range(number)]


# -- what is written ------------------------------------------------------------------------------------


def test_states_are_written_a_hundred_at_a_time(
    sandbox: Rehearsal, zendesk: ZendeskDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed("zendesk", many(250))
    sizes: list[int] = []
    change = zendesk._zendesk.change

    def counted(changes: Any) -> Any:
        sizes.append(len(changes))
        return change(changes)

    monkeypatch.setattr(zendesk._zendesk, "change", counted)
    notices = owed(250)
    receipts = list(zendesk.deliver(notices))
    assert [(each.outcome, each.remote) for each in receipts] == [("sent", each.owner) for each in notices]
    assert sizes == [100, 100, 50]
    assert seen(sandbox) == Counter(each.owner for each in notices)


def test_fields_say_what_they_should_in_zendesks_words(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    said = {"band": "watch", "reasons": "a\nb", "revenue_band": "10k_50k", "renewal_on": "2027-03-01"}
    assert ends(list(zendesk.deliver([state(**said)]))) == [("sent", "")]
    assert says(sandbox)["organization_fields"] == {
        "seatsignal_account_key": None,
        "seatsignal_band": "seatsignal_band_watch",
        "seatsignal_health": 50,
        "seatsignal_reasons": "a\nb",
        "seatsignal_revenue": "seatsignal_revenue_10k_50k",
        "seatsignal_renewal_on": "2027-03-01T00:00:00+00:00",
    }
    again = state(**{**said, "band": None, "renewal_on": None})
    assert ends(list(zendesk.deliver([again]))) == [("sent", "")]
    left = says(sandbox)["organization_fields"]
    assert (left["seatsignal_band"], left["seatsignal_renewal_on"]) == (None, None)


def test_what_an_organization_says_already_is_not_written(
    zendesk: ZendeskDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = state(band="at_risk", revenue_band="over_250k", renewal_on="2027-03-01")
    list(zendesk.deliver([said]))
    for call in ("change", "tag", "untag"):
        monkeypatch.setattr(zendesk._zendesk, call, None)
    assert ends(list(zendesk.deliver([replace(said, before=(said.body,))]))) == [("sent", "")]


def test_an_organization_that_is_named_twice_ends_as_the_later_state_says(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    receipts = list(zendesk.deliver([state(key="old", health=10), state(key="new", health=90)]))
    assert [(receipt.key, receipt.outcome) for receipt in receipts] == [("old", "sent"), ("new", "sent")]
    assert says(sandbox)["organization_fields"]["seatsignal_health"] == 90


# -- the tag --------------------------------------------------------------------------------------------


def tagged(sandbox: Rehearsal, method: str, *tags: str) -> None:
    url = f"{sandbox.http}/zendesk/api/v2/organizations/{ONE}/tags"
    requests.request(method, url, json={"tags": tags}, auth=ADMIN, timeout=10).raise_for_status()


def test_our_tag_comes_and_goes_and_others_stay(sandbox: Rehearsal, zendesk: ZendeskDestination) -> None:
    tagged(sandbox, "PUT", "vip", "seatsignal_pilot")
    risky, well = state(band="at_risk"), state(band="healthy")
    assert ends(list(zendesk.deliver([risky]))) == [("sent", "")]
    assert set(says(sandbox)["tags"]) == {"vip", "seatsignal_pilot", AT_RISK}
    assert ends(list(zendesk.deliver([replace(well, before=(risky.body,))]))) == [("sent", "")]
    assert set(says(sandbox)["tags"]) == {"vip", "seatsignal_pilot"}


def test_a_tag_that_a_person_took_away_is_told_and_not_put_back(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    risky = state(band="at_risk")
    list(zendesk.deliver([risky]))
    tagged(sandbox, "DELETE", AT_RISK)
    news = state(band="at_risk", health=3)
    [told] = zendesk.deliver([replace(news, before=(risky.body,))])
    assert (told.outcome, told.edits) == ("sent", (Edit("tags", AT_RISK, ""),))
    assert says(sandbox)["tags"] == []


def test_tags_are_left_alone_where_nobody_wants_them(sandbox: Rehearsal, opened: Opened) -> None:
    zendesk = opened(tags="off")
    assert "tags" not in zendesk.ownership
    assert ends(list(zendesk.deliver([state(band="at_risk")]))) == [("sent", "")]
    assert says(sandbox)["tags"] == []


# -- jobs -----------------------------------------------------------------------------------------------


def test_a_job_that_takes_long_is_asked_about_and_not_sent_twice(sandbox: Rehearsal, opened: Opened) -> None:
    sandbox.seed("zendesk", BOOK | {"job_steps": 9})
    first = state(health=10, band="at_risk")
    [waits] = opened(job_wait_s=0).deliver([first])
    assert (waits.outcome, waits.reason, bool(waits.remote)) == ("retry", UNDER_WAY, True)
    other = opened(job_wait_s=0)  # another worker, which knows but what the receipt says
    newer = replace(state(health=90, band="at_risk"), job=waits.remote, attempt=1)
    [still] = other.deliver([newer])
    assert (still.outcome, still.reason, still.remote) == ("retry", UNDER_WAY, waits.remote)
    assert seen(sandbox) == {}, "nothing was sent beside the job"
    for _ in range(9):
        says(sandbox)
    assert says(sandbox)["organization_fields"]["seatsignal_health"] == 10
    [again] = other.deliver([newer])
    assert (again.reason, again.remote != waits.remote) == (UNDER_WAY, True), "now its own"
    for _ in range(9):
        says(sandbox)
    [told] = other.deliver([replace(newer, job=again.remote, attempt=2)])
    assert told.outcome == "sent"
    assert says(sandbox)["organization_fields"]["seatsignal_health"] == 90, "old never comes after new"
    assert says(sandbox)["tags"] == [AT_RISK]


def test_a_job_that_zendesk_has_forgotten_is_looked_for_in_what_it_did(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    list(zendesk.deliver([state()]))
    again = replace(state(), job="0" * 32, attempt=2)
    assert ends(list(zendesk.deliver([again]))) == [("sent", "")]
    assert seen(sandbox) == {ONE: 1}


def test_what_waits_for_a_job_does_not_hold_up_the_others(sandbox: Rehearsal, opened: Opened) -> None:
    sandbox.seed("zendesk", many(2, job_steps=60))
    slow, quick = owed(2)
    [waits] = opened(job_wait_s=0).deliver([slow])
    receipts = list(opened(job_wait_s=0).deliver([replace(slow, job=waits.remote), quick]))
    assert [(each.key, each.reason) for each in receipts] == [(slow.key, UNDER_WAY), (quick.key, UNDER_WAY)]
    assert receipts[0].remote != receipts[1].remote


def test_as_many_jobs_as_zendesk_takes_put_off_the_rest(sandbox: Rehearsal, opened: Opened) -> None:
    sandbox.seed("zendesk", many(31, job_steps=1_000))
    zendesk = opened(job_wait_s=0)
    for each in owed(30):
        list(zendesk.deliver([each]))
    [late] = zendesk.deliver(owed(31)[30:])
    assert (late.outcome, late.reason, late.after_s) == ("retry", "too_many_jobs", 30.0)


ROWS = [
    {"id": 1, "action": "update", "status": "Updated", "success": True},
    {"id": 2, "action": "update", "success": False, "error": "OrganizationNotFound", "details": "gone"},
    {"id": 3, "action": "update", "success": False, "error": "LockWaitTimeout", "details": "try again"},
    {"id": 4, "action": "update", "success": False, "error": "RecordInvalid", "details": "no"},
]


def shown(*ids: int) -> dict[str, Any]:
    fields = {"seatsignal_health": None}
    return {"organizations": [{"id": each, "organization_fields": fields, "tags": []} for each in ids]}


def job(status: str, rows: Any = None) -> dict[str, Any]:
    return {"job_status": {"id": "j1", "status": status, "results": rows}}


@responses.activate
def test_each_row_of_a_job_has_its_own_receipt_and_only_failed_rows_go_again(
    elsewhere: ZendeskDestination,
) -> None:
    show = f"{API}/organizations/show_many"
    responses.get(show, json=shown(1, 2, 3, 4, 5))
    responses.put(f"{API}/organizations/update_many", json=job("queued"))
    responses.get(f"{API}/job_statuses/j1", json=job("completed", ROWS))
    notices = [state(str(number)) for number in range(1, 7)]
    receipts = {receipt.key: receipt for receipt in elsewhere.deliver(notices)}
    assert ends([receipts[notice.key] for notice in notices]) == [
        ("sent", ""),
        ("rejected", "no_such_record"),
        ("retry", "not_written"),
        ("rejected", "record_invalid"),
        ("retry", "not_answered"),
        ("rejected", "no_such_record"),
    ]
    responses.replace("GET", show, json=shown(3, 5))
    again = [ROWS[0] | {"id": number} for number in (3, 5)]
    responses.replace("GET", f"{API}/job_statuses/j1", json=job("completed", again))
    left = [notice for notice in notices if receipts[notice.key].outcome == "retry"]
    assert ends(list(elsewhere.deliver(left))) == [("sent", "")] * 2
    sent = json.loads(
        [call for call in responses.calls if call.request.method == "PUT"][-1].request.body or b""
    )
    assert [each["id"] for each in sent["organizations"]] == [3, 5]


@pytest.mark.parametrize("status", ["failed", "killed"])
@responses.activate
def test_a_job_that_fails_as_a_whole_is_tried_again(elsewhere: ZendeskDestination, status: str) -> None:
    responses.get(f"{API}/organizations/show_many", json=shown(1))
    responses.put(f"{API}/organizations/update_many", json=job("queued"))
    responses.get(f"{API}/job_statuses/j1", json=job(status, {"success": False}))
    assert ends(list(elsewhere.deliver([state("1")]))) == [("retry", "job_failed")]


@responses.activate
def test_rights_that_a_row_lacks_need_a_person_after_the_receipts_of_the_others(
    elsewhere: ZendeskDestination,
) -> None:
    responses.get(f"{API}/organizations/show_many", json=shown(1, 2))
    responses.put(f"{API}/organizations/update_many", json=job("queued"))
    lacks = {"id": 1, "action": "update", "success": False, "error": "PermissionDenied", "details": "no"}
    responses.get(f"{API}/job_statuses/j1", json=job("completed", [lacks, ROWS[0] | {"id": 2}]))
    receipts = elsewhere.deliver([state("1"), state("2")])
    assert next(receipts).key == "state of 2"
    with pytest.raises(Misconfigured, match="scopes read and write"):
        next(receipts)


# -- what is refused ------------------------------------------------------------------------------------


def test_what_cannot_be_written_is_told_and_the_rest_is_written(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    notices = [
        state(),
        state("123456"),
        state("", "nobody's"),
        state("9; DROP", "no id"),
        state("5", colour="red"),
        state("6", band="brand_new"),
        state("7", reasons="x" * 65_536),
    ]
    receipts = {receipt.key: receipt for receipt in zendesk.deliver(notices)}
    assert ends([receipts[notice.key] for notice in notices]) == [
        ("sent", ""),
        ("rejected", "no_such_record"),
        ("rejected", "not_linked"),
        ("rejected", "no_such_record"),
        ("rejected", "field_unknown"),
        ("rejected", "choice_unknown"),
        ("rejected", "text_too_long"),
    ]
    assert seen(sandbox) == {ONE: 1}


def test_a_field_that_is_missing_needs_a_person_and_loses_nothing(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    sandbox.seed("zendesk", BOOK | {"organization_fields": []})
    with pytest.raises(Misconfigured, match=r"lack seatsignal_health; .* seatsignal crm setup"):
        list(zendesk.deliver([state()]))
    zendesk.setup()
    assert ends(list(zendesk.deliver([state()]))) == [("sent", "")]


def test_no_call_that_could_make_an_organization_is_in_the_code() -> None:
    code = "".join(path.read_text() for path in Path("integrations/zendesk").glob("*.py"))
    assert "create_or_update" not in code
    assert "create_many" not in code
    assert code.count(".post(") == 2, "a token and a field are made"
