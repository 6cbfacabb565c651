"""Calls of Zendesk ring for what it says now: many at once, in any order, and however often they come."""

import json
from collections.abc import Iterator

import pytest
import responses

from integrations.errors import Rejected, RetryLater
from integrations.zendesk.settings import ZendeskSettings
from integrations.zendesk.webhook import ZendeskWebhook
from tests.integrations.zendesk.book import BY_NUMBER, SPRING, Request
from tests.integrations.zendesk.webhook_rig import event, of_ticket

SHOW = "https://firm.zendesk.com/api/v2/tickets/show_many"


@pytest.fixture
def webhook() -> ZendeskWebhook:
    return ZendeskWebhook(ZendeskSettings(subdomain="firm", email="admin@seller.example", token="token-1"))


@pytest.fixture
def asked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def ids(mock: responses.RequestsMock) -> list[list[str]]:
    """The tickets of each call."""
    return [call.request.params["ids"].split(",") for call in mock.calls]


def test_of_many_calls_each_ticket_is_asked_for_once(
    webhook: ZendeskWebhook, asked: responses.RequestsMock
) -> None:
    tickets = [Request(number, 1, SPRING, SPRING) for number in range(150)]
    asked.get(SHOW, json={"tickets": [each.shown() for each in tickets[:100]]})
    asked.get(SHOW, json={"tickets": [each.shown() for each in tickets[100:]]})
    named = [{"id": str(each.id)} for each in tickets]
    bodies = [event(f"e{at}", "ticket.updated", "", **detail) for at, detail in enumerate([*named, *named])]
    records, rejects = webhook.read([*bodies, b"no event", event("e", "ticket.created", "", id="x; DROP")])
    assert (len(records), rejects) == (150, 2)
    assert [len(call) for call in ids(asked)] == [100, 50]


def test_what_an_old_call_says_of_a_ticket_is_not_believed(
    webhook: ZendeskWebhook, asked: responses.RequestsMock
) -> None:
    solved = BY_NUMBER[1]
    asked.get(SHOW, json={"tickets": [solved.shown()]})
    assert webhook.read([of_ticket("e1", "created", 1)]) == (solved.records(), 0)


def test_what_is_about_no_ticket_asks_for_nothing(
    webhook: ZendeskWebhook, asked: responses.RequestsMock
) -> None:
    assert webhook.read([event("e1", "organization.created", "zen:organization:7", id="7")]) == ([], 0)
    assert not asked.calls


def test_while_zendesk_does_not_answer_the_calls_wait(
    webhook: ZendeskWebhook, asked: responses.RequestsMock
) -> None:
    asked.get(SHOW, status=503)
    with pytest.raises(RetryLater):
        webhook.read([of_ticket("e1", "created", 1)])


def test_one_that_is_parsed_alone_is_refused_if_it_is_none(webhook: ZendeskWebhook) -> None:
    with pytest.raises(Rejected):
        list(webhook.parse(json.dumps({"id": "e1", "type": "zen:event-type:ticket.created"}).encode()))
