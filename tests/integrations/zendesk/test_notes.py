"""Private notes at tickets: once per key, to agents alone, and to no ticket that is not the account's."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
import requests
import responses

from health.nouns import Notice, Receipt
from integrations.zendesk.destination import ZendeskDestination
from tests.integrations.zendesk.book import SPRING, Org, Request
from tests.integrations.zendesk.conftest import Opened
from tests.integrations.zendesk.rig import ADMIN, BOOK, ORGANIZATION, TICKET
from tests.rehearsal import Rehearsal, start_sandbox

API = "https://firm.zendesk.com/api/v2"
OTHER = Org(2, SPRING)
TICKETS = (
    TICKET,
    Request(2, 1, SPRING, SPRING, "solved", SPRING),
    Request(3, 1, SPRING, SPRING, "closed", SPRING),
    Request(4, 1, SPRING, SPRING, "deleted"),
    Request(5, 2, SPRING, SPRING),
    Request(6, None, SPRING, SPRING),
    Request(7, 1, SPRING, SPRING, "hold"),
)


def note(ticket: int | str = TICKET.id, key: str = "", text: str = "At risk.", attempt: int = 1) -> Notice:
    body = json.dumps({"text": text, "organization": str(ORGANIZATION.id)}).encode()
    return Notice(
        key=key or f"support/ACC-7/2026-03-01/{ticket}",
        destination="zendesk",
        kind="message",
        thread=f"zendesk/{ticket}/support/ACC-7/2026-03-01",
        account=7,
        template="note",
        owner=str(ticket),
        payload="{}",
        body=body,
        attempt=attempt,
    )


def ends(receipts: Sequence[Receipt]) -> list[tuple[str, str]]:
    return [(receipt.outcome, receipt.reason) for receipt in receipts]


def audits(sandbox: Rehearsal, ticket: int = TICKET.id) -> list[dict[str, Any]]:
    url = f"{sandbox.http}/zendesk/api/v2/tickets/{ticket}/audits"
    return list(requests.get(url, auth=ADMIN, timeout=10).json()["audits"])


def test_a_note_is_private_and_keeps_its_key(sandbox: Rehearsal, zendesk: ZendeskDestination) -> None:
    [receipt] = zendesk.deliver([note()])
    [audit] = audits(sandbox)
    assert (receipt.outcome, receipt.remote) == ("sent", str(audit["id"]))
    assert audit["metadata"]["custom"] == {"seatsignal_key": note().key}
    assert [event["public"] for event in audit["events"]] == [False]
    [effect] = sandbox.ledger(system="helpdesk")["effects"]
    assert (effect["action"], effect["channel_or_to"]) == ("post", f"ticket {TICKET.id} (agents)")


def test_nothing_in_a_note_is_marked_up(sandbox: Rehearsal, zendesk: ZendeskDestination) -> None:
    list(zendesk.deliver([note(text="**Firm** <img src=x> [here](http://evil.example)\nand on\n")]))
    [event] = audits(sandbox)[0]["events"]
    assert event["html_body"] == "**Firm** &lt;img src=x&gt; [here](http://evil.example)<br>and on"


def test_whoever_tries_again_finds_the_note_however_much_was_said_since(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    first, *_ = zendesk.deliver([note(), *(note(key=f"other {at}") for at in range(130))])
    late = note(key="other 129", attempt=2)
    assert [each.remote for each in zendesk.deliver([note(attempt=2)])] == [first.remote]
    assert ends(list(zendesk.deliver([late]))) == [("sent", "")]
    assert len(sandbox.ledger(system="helpdesk")["effects"]) == 131


def test_a_note_is_written_to_open_tickets_of_the_account_alone(
    sandbox: Rehearsal, zendesk: ZendeskDestination
) -> None:
    shown = [each.shown() for each in TICKETS]
    sandbox.seed("zendesk", BOOK | {"tickets": shown, "organizations": [ORGANIZATION.shown(), OTHER.shown()]})
    notices = [*(note(each.id) for each in TICKETS), note(77), note("", "nobody's"), note("5; DROP", "no id")]
    receipts = {receipt.key: receipt for receipt in zendesk.deliver(notices)}
    assert ends([receipts[notice.key] for notice in notices]) == [
        ("sent", ""),
        ("suppressed", "ticket_solved"),
        ("suppressed", "ticket_solved"),
        ("suppressed", "ticket_gone"),
        ("suppressed", "ticket_moved"),
        ("suppressed", "ticket_moved"),
        ("sent", ""),
        ("suppressed", "ticket_gone"),
        ("rejected", "not_linked"),
        ("rejected", "no_such_record"),
    ]
    assert {effect["account"] for effect in sandbox.ledger()["effects"]} == {str(ORGANIZATION.id)}


CLOSED = {
    "error": "RecordInvalid",
    "details": {"status": [{"description": "Status: closed prevents ticket update"}]},
}


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [(422, CLOSED, "ticket_solved"), (404, {"error": "RecordNotFound"}, "ticket_gone")],
)
@responses.activate
def test_a_ticket_that_ends_after_it_was_looked_at_gets_no_note(
    elsewhere: ZendeskDestination, status: int, said: dict[str, Any], reason: str
) -> None:
    there = {"id": TICKET.id, "status": "open", "organization_id": ORGANIZATION.id}
    responses.get(f"{API}/tickets/show_many", json={"tickets": [there]})
    responses.put(f"{API}/tickets/{TICKET.id}", status=status, json=said)
    assert ends(list(elsewhere.deliver([note()]))) == [("suppressed", reason)]


def test_where_zendesk_takes_no_more_updates_the_rest_waits(opened: Opened) -> None:
    limits = {"zendesk": {"updates_a_minute": 100, "updates_a_ticket": 30}}
    with start_sandbox(limits) as strict:
        strict.seed("zendesk", BOOK)
        zendesk = opened(base_url=f"{strict.http}/zendesk")
        receipts = list(zendesk.deliver([note(key=f"n{at}") for at in range(32)]))
        assert ends(receipts) == [("sent", "")] * 30 + [("retry", "rate_limited")] * 2
        assert 0 < receipts[-1].after_s <= 600
