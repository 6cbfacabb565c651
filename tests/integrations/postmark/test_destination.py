"""What Postmark alone does: its numbers, its metadata, and mails of unknown fate."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.utils import getaddresses
from typing import Any

import pytest
import requests
import responses
from hypothesis import example, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from health.nouns import Notice, Receipt
from integrations.errors import Rejected
from integrations.http import BODY_LIMIT
from integrations.letter import digest
from integrations.postmark.client import PERSON_NEEDED, refusal
from integrations.postmark.destination import PostmarkDestination
from integrations.postmark.message import email
from integrations.postmark.settings import PostmarkSettings
from tests.integrations.postmark.rig import rig
from tests.rehearsal import Rehearsal

NOWHERE = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
BASE = "https://postmark.example"


def settings(**more: str) -> PostmarkSettings:
    given: dict[str, Any] = {"token": "t-1", "sender": "success@seller.example", "base_url": BASE, **more}
    return PostmarkSettings(**given)


@pytest.fixture
def notice() -> Notice:
    return rig(NOWHERE).notice("letter/ä/1")


def delivered(*notices: Notice) -> list[Receipt]:
    with closing(PostmarkDestination(settings())) as destination:
        return list(destination.deliver(notices))


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def answer(vendor: responses.RequestsMock, number: int, **more: str) -> None:
    said = {"ErrorCode": number, "Message": "dana.quill@customer.example", **more}
    vendor.add("POST", f"{BASE}/email", status=422 if number else 200, json=said)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (300, ("rejected", "invalid_email")),
        (406, ("suppressed", "inactive_recipient")),
        (429, ("retry", "rate_limited")),
        (100, ("retry", "maintenance")),
        (99, ("rejected", "refused")),
    ],
)
def test_a_number_becomes_what_happens_next(vendor, notice, number, expected):
    answer(vendor, number)
    [receipt] = delivered(notice)
    assert (receipt.outcome, receipt.reason) == expected
    assert len(vendor.calls) == 1, "nothing is in doubt, so nothing is looked for"


def test_what_everything_waits_for_is_not_asked_again_for_each(vendor, notice):
    answer(vendor, 429)
    receipts = delivered(notice, notice)
    assert [(each.reason, each.after_s) for each in receipts] == [("rate_limited", 30.0)] * 2
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("number", PERSON_NEEDED)
def test_what_needs_a_person_ends_the_delivery(vendor, notice, number):
    answer(vendor, number)
    with pytest.raises(type(refusal(number))) as caught:
        delivered(notice, notice)
    assert caught.value.reason == PERSON_NEEDED[number][0]
    assert "dana.quill" not in str(caught.value)
    assert len(vendor.calls) == 1


def test_a_number_in_a_good_answer_is_heard_too(vendor, notice):
    vendor.add("POST", f"{BASE}/email", json={"ErrorCode": 406, "Message": "inactive"})
    [receipt] = delivered(notice)
    assert (receipt.outcome, receipt.reason) == ("suppressed", "inactive_recipient")


@pytest.mark.parametrize(
    ("status", "found", "expected"),
    [
        (200, [{"MessageID": "m-1"}], ("sent", "")),
        (200, [], ("unknown", "connection_lost")),
        (500, [], ("unknown", "connection_lost")),
        (401, [], ("unknown", "connection_lost")),
    ],
)
def test_a_mail_of_unknown_fate_is_looked_for_by_its_notice(vendor, notice, status, found, expected):
    vendor.add("POST", f"{BASE}/email", body=requests.ConnectionError())
    search = {"TotalCount": len(found), "Messages": found}
    vendor.add("GET", re.compile(f"{BASE}/messages/outbound.*"), status=status, json=search)
    [receipt] = delivered(notice)
    assert (receipt.outcome, receipt.reason, receipt.remote) == (*expected, "m-1" if found else "")
    asked = vendor.calls[-1].request.params  # type: ignore[union-attr]  # `responses` adds them
    assert asked["metadata_notice"] == digest(notice.key)


def test_an_answer_that_is_no_answer_leaves_the_fate_unknown(vendor, notice):
    vendor.add("POST", f"{BASE}/email", body=b" " * (BODY_LIMIT + 1))
    vendor.add("GET", re.compile(f"{BASE}/messages/outbound.*"), json={"Messages": []})
    [receipt] = delivered(notice)
    assert (receipt.outcome, receipt.reason) == ("unknown", "answer_too_large")


def test_a_mail_holds_what_finds_it_again_and_a_way_out(notice):
    sent = email(notice, settings(sender_name='Lumen "Works", Inc'))
    named = {header.name: header.value for header in sent.headers}
    assert sent.sender == '"Lumen \\"Works\\", Inc" <success@seller.example>'
    assert sent.metadata == {"notice": digest(notice.key)}
    assert named["X-Seatsignal-Key"] == "letter/%C3%A4/1"
    assert named["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert json.loads(notice.payload)["links"]["unsubscribe"] in named["List-Unsubscribe"]


def test_a_mail_without_a_way_out_may_not_leave(notice):
    payload = json.loads(notice.payload) | {"links": {}}
    bare = replace(notice, payload=json.dumps(payload))
    with pytest.raises(Rejected) as caught:
        email(bare, settings())
    assert caught.value.reason == "no_unsubscribe_link"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
@example('Dana" <x@evil.example>, "Quill')
@settings_of_hypothesis(deadline=None)
def test_no_name_adds_an_address(name):
    owed = rig(NOWHERE).notice("k")
    payload = json.loads(owed.payload) | {"csm_name": name}
    sent = email(replace(owed, payload=json.dumps(payload)), settings())
    assert [address for _, address in getaddresses([sent.reply_to])] == [payload["reply_to"]]


@pytest.mark.parametrize("name", ["Dana\r\nBcc: x@evil.example", "a\x00b"])
def test_no_name_adds_a_header(notice, name):
    with pytest.raises(Rejected, match="control character"):
        email(notice, settings(sender_name=name))
