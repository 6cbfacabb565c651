"""What SES alone does: its names of refusals, its tag, signed calls, and mails of unknown fate."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import requests
import responses

from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured
from integrations.http import BODY_LIMIT
from integrations.letter import digest
from integrations.ses.destination import SesDestination
from integrations.ses.refusals import LATER, PERSON_NEEDED, refusal
from integrations.ses.settings import SesSettings
from tests.integrations.ses.rig import rig
from tests.rehearsal import Rehearsal

NOWHERE = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
BASE = "https://email.eu-west-1.amazonaws.com"
SEND = f"{BASE}/v2/email/outbound-emails"
ACCOUNT = f"{BASE}/v2/email/account"
CANARY = "dana.quill@customer.example"


def settings(**more: str) -> SesSettings:
    given: dict[str, Any] = {
        "region": "eu-west-1",
        "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": "s-1",
        "sender": "success@seller.example",
        **more,
    }
    return SesSettings(**given)


@pytest.fixture
def notice() -> Notice:
    return rig(NOWHERE).notice("letter/ä/1")


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def delivered(*notices: Notice, **more: str) -> list[Receipt]:
    with closing(SesDestination(settings(**more))) as destination:
        return list(destination.deliver(notices))


def refuse(vendor: responses.RequestsMock, kind: str, words: str = CANARY, status: int = 400) -> None:
    vendor.add("POST", SEND, status=status, json={"message": words}, headers={"x-amzn-ErrorType": kind})


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        ("MessageRejected", CANARY, ("rejected", "message_rejected", 0.0)),
        ("BadRequestException", CANARY, ("rejected", "bad_request", 0.0)),
        ("TooManyRequestsException", CANARY, ("retry", "rate_limited", 5.0)),
        ("ThrottlingException", "Maximum sending rate exceeded.", ("retry", "rate_limited", 5.0)),
        ("Throttling:http://internal.amazon.com/", "", ("retry", "rate_limited", 5.0)),
        ("TooManyRequestsException", "Daily message quota exceeded.", ("retry", "daily_limit", 3_600.0)),
        ("LimitExceededException", CANARY, ("retry", "daily_limit", 3_600.0)),
        ("ServiceUnavailable", CANARY, ("retry", "service_unavailable", 0.0)),
        ("NobodyKnowsException", CANARY, ("rejected", "status_400", 0.0)),
    ],
)
def test_a_name_becomes_what_happens_next(vendor, notice, kind, words, expected):
    refuse(vendor, kind, words)
    [receipt] = delivered(notice)
    assert (receipt.outcome, receipt.reason, receipt.after_s) == expected


@pytest.mark.parametrize("kind", PERSON_NEEDED)
def test_what_needs_a_person_ends_the_delivery(vendor, notice, kind):
    refuse(vendor, f"{kind}Exception", status=403)
    with pytest.raises(Misconfigured) as caught:
        delivered(notice, notice)
    assert caught.value.reason == PERSON_NEEDED[kind][0]
    assert CANARY not in str(caught.value)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(
    ("kind", "words", "reason"),
    [
        ("MessageRejected", f"Email address is not verified. The following failed: {CANARY}", "not_verified"),
        ("InvalidSignatureException", "Signature expired: 20150830T123600Z is now earlier", "clock_off"),
        ("InvalidSignatureException", "Signature not yet current: 20150830T123600Z", "clock_off"),
    ],
)
def test_words_tell_apart_what_a_name_does_not(vendor, notice, kind, words, reason):
    refuse(vendor, kind, words)
    with pytest.raises(Misconfigured) as caught:
        delivered(notice)
    assert caught.value.reason == reason
    assert CANARY not in str(caught.value)


def test_a_name_in_the_body_is_heard_too(vendor, notice):
    vendor.add("POST", SEND, status=400, json={"__type": "com.amazonaws.ses#MessageRejected"})
    assert [receipt.reason for receipt in delivered(notice)] == ["message_rejected"]


@pytest.mark.parametrize("kind", ["TooManyRequestsException", "LimitExceededException"])
def test_what_everything_waits_for_is_not_asked_again_for_each(vendor, notice, kind):
    refuse(vendor, kind)
    receipts = delivered(notice, notice)
    assert len({(receipt.outcome, receipt.reason, receipt.after_s) for receipt in receipts}) == 1
    assert len(receipts) == 2
    assert len(vendor.calls) == 1


def test_a_mail_of_unknown_fate_is_never_sent_again(vendor, notice):
    vendor.add("POST", SEND, body=requests.ConnectionError())
    assert [(each.outcome, each.reason) for each in delivered(notice)] == [("unknown", "connection_lost")]
    assert len(vendor.calls) == 1


def test_an_answer_that_is_no_answer_leaves_the_fate_unknown(vendor, notice):
    vendor.add("POST", SEND, body=b" " * (BODY_LIMIT + 1))
    assert [(each.outcome, each.reason) for each in delivered(notice)] == [("unknown", "answer_too_large")]


def test_what_is_sent_is_the_mail_with_the_tag_that_finds_it(vendor, notice):
    vendor.add("POST", SEND, json={"MessageId": "m-1"})
    [receipt] = delivered(notice, configuration_set="letters", session_token="temporary")
    assert receipt.remote == "m-1"
    request = vendor.calls[0].request
    body = json.loads(request.body)
    mail = message_from_bytes(b64decode(body["Content"]["Raw"]["Data"]), policy=default)
    assert body["Destination"] == {"ToAddresses": ["dana.quill@customer.example"]}
    assert body["EmailTags"] == [{"Name": "notice", "Value": digest(notice.key)}]
    assert (body["FromEmailAddress"], body["ConfigurationSetName"]) == ("success@seller.example", "letters")
    assert mail["X-Seatsignal-Key"] == "letter/%C3%A4/1"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["x-amz-security-token"] == "temporary"


def test_a_line_that_begins_with_a_dot_is_not_doubled(vendor, notice):
    """As SMTP would have it: SES takes the mail as it is."""
    vendor.add("POST", SEND, json={"MessageId": "m-1"})
    words = json.loads(notice.body) | {"text": ".hidden\n"}
    delivered(replace(notice, body=json.dumps(words).encode()))
    raw = b64decode(json.loads(vendor.calls[0].request.body)["Content"]["Raw"]["Data"])
    assert b"\r\n.hidden" in raw


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ({"SendingEnabled": False, "ProductionAccessEnabled": True}, "sending_paused"),
        ({"SendingEnabled": True, "ProductionAccessEnabled": False}, "in_sandbox"),
        ({"SendingEnabled": True, "ProductionAccessEnabled": True}, ""),
    ],
)
def test_an_account_that_may_not_send_is_told(vendor, account, reason):
    vendor.add("GET", ACCOUNT, json=account)
    with closing(SesDestination(settings())) as destination:
        if not reason:
            destination.check()
            return
        with pytest.raises(Misconfigured) as caught:
            destination.check()
    assert caught.value.reason == reason


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_clock_that_is_off_is_named(sandbox, monkeypatch, off):
    for name, value in rig(sandbox).good.items():
        monkeypatch.setenv(name, value)
    with (
        closing(SesDestination(SesSettings(), clock=lambda: datetime.now(UTC) + off)) as destination,
        pytest.raises(Misconfigured) as caught,
    ):
        destination.check()
    assert caught.value.reason == "clock_off"


def test_every_wait_has_a_reason_by_which_ses_has_not_the_mail():
    assert all(refusal(kind) is not None for kind in LATER)
    assert refusal("") is None


@pytest.mark.parametrize(
    ("quota", "left"),
    [
        ({"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 1.0}, 199),
        ({"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 240.0}, 0),
        ({"Max24HourSend": -1.0, "MaxSendRate": 14.0, "SentLast24Hours": 240.0}, None),
    ],
)
def test_what_a_day_leaves_is_told(vendor: responses.RequestsMock, quota: object, left: int | None) -> None:
    account = {"SendingEnabled": True, "ProductionAccessEnabled": True, "SendQuota": quota}
    vendor.add("GET", ACCOUNT, json=account)
    with closing(SesDestination(settings())) as destination:
        assert destination.vitals.calls_left_today is None
        destination.check()
        assert destination.vitals.calls_left_today == left
