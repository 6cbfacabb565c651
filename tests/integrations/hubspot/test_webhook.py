"""HubSpot's webhooks: the address that is signed, merges, and what is read anew."""

import json
import re
from collections import Counter
from contextlib import nullcontext

import pytest
import responses

from config.settings import settings
from health.records import Account, Identifier
from integrations import registry
from integrations.errors import Misconfigured, Rejected, RetryLater
from tests.integrations.hubspot.account import BOOK, INTO, MERGED, NOW_S, company_id, variables
from tests.integrations.hubspot.source_rig import NAMED
from tests.integrations.hubspot.webhook_rig import CALLED_AT, event, merge, sign

SECRET = "app-secret"
NOW = 1_800_000_000
BODY = json.dumps([event(1, "company.creation", company_id(3))]).encode()


@pytest.fixture
def opened(monkeypatch, sandbox):
    sandbox.seed("hubspot", BOOK)
    sandbox.set_clock(NOW_S)
    given = {
        **variables(sandbox.http),
        **NAMED,
        "SEATSIGNAL_HUBSPOT_WEBHOOK_URL": CALLED_AT,
        "SEATSIGNAL_HUBSPOT_WEBHOOK_SECRET": SECRET,
    }

    def webhook(**changed: str):
        for name, value in {**given, **changed}.items():
            monkeypatch.setenv(name, value)
        return registry.webhook("hubspot", clock=lambda: NOW)

    return webhook


@pytest.fixture
def anew():
    """Reads our own settings anew, and again once the test is over."""
    yield settings.cache_clear
    settings.cache_clear()


def said(webhook, *told) -> list[object]:
    return list(webhook.parse(json.dumps(told).encode()))


@pytest.mark.parametrize(
    ("public", "given", "taken"),
    [
        ("https://health.seller.example/seatsignal/", "", True),
        ("https://elsewhere.example", CALLED_AT, True),
        ("https://elsewhere.example", "", False),
    ],
)
def test_the_public_address_is_signed_whatever_proxy_stands_before_us(opened, anew, public, given, taken):
    webhook = opened(SEATSIGNAL_PUBLIC_URL=public, SEATSIGNAL_HUBSPOT_WEBHOOK_URL=given)
    anew()
    headers = {**sign(BODY, NOW, SECRET), "Host": "10.0.0.7:8080"}
    with nullcontext() if taken else pytest.raises(Rejected, match="SEATSIGNAL_PUBLIC_URL"):
        assert webhook.verify(headers, BODY)


def test_without_an_address_it_says_what_to_set(opened, anew):
    webhook = opened(SEATSIGNAL_PUBLIC_URL="", SEATSIGNAL_HUBSPOT_WEBHOOK_URL="")
    anew()
    with pytest.raises(Misconfigured, match="set SEATSIGNAL_PUBLIC_URL"):
        webhook.verify(sign(BODY, NOW, SECRET), BODY)


def test_another_attempt_is_the_same_delivery(opened):
    again = BODY.replace(b'"attemptNumber": 0', b'"attemptNumber": 3')
    assert again != BODY
    ids = {opened().verify(sign(body, NOW, SECRET), body) for body in (BODY, again)}
    assert len(ids) == 1


def test_what_was_merged_is_another_name_of_what_is_left(opened):
    found = said(opened(), merge(1))
    assert Counter(found)[Identifier(company_id(INTO), "hubspot", MERGED[0])] == 2, "told by both"
    assert {each for each in found if isinstance(each, Identifier) and each.kind == "hubspot"} == {
        Identifier(company_id(INTO), "hubspot", gone) for gone in MERGED
    }
    assert any(isinstance(each, Account) for each in found)


def test_a_merge_of_people_joins_no_accounts(opened):
    told = {**merge(1), "subscriptionType": "contact.merge"}
    assert not [each for each in said(opened(), told) if isinstance(each, Identifier)]


def test_who_is_gone_or_of_no_interest_is_not_asked_for(opened):
    with responses.RequestsMock() as mock:
        assert said(opened(), event(1, "company.deletion", 1), event(2, "ticket.creation", 7)) == []
        assert not mock.calls


def test_objects_are_asked_for_a_hundred_at_a_time_and_owners_once_in_a_while(opened):
    webhook = opened()
    said(webhook, event(1, "company.creation", company_id(3)))
    with responses.RequestsMock() as mock:
        answer = {"results": [{"id": "1", "properties": {"hs_object_id": "1"}}]}
        mock.add("POST", re.compile(".*/companies/batch/read"), json=answer)
        told = [event(n, "company.creation", 10_000 + n) for n in range(150)]
        assert said(webhook, *told, *told) == [Account("1")] * 2
        assert len(mock.calls) == 2, "the owners are known"


def test_a_hubspot_that_does_not_answer_leaves_the_delivery_for_later(opened, sandbox):
    sandbox.faults("hubspot", "500", on="batch/read")
    with pytest.raises(RetryLater):
        said(opened(), event(1, "company.creation", company_id(3)))
