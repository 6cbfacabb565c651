"""Bounces and complaints through SNS: only what it has signed, lately and for our topic, is believed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import responses
from pydantic import SecretStr, ValidationError

from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.ses.returns import SesReturns
from integrations.ses.settings import SesSettings
from tests.integrations.ses.sns import (
    AT,
    BASE,
    CERTIFICATE,
    DANA,
    NOW,
    TOPIC,
    Message,
    bounce,
    certificate,
    complaint,
)

CONFIRM = "SubscriptionConfirmation"


def settings(topic: str = TOPIC, **more: str) -> SesSettings:
    return SesSettings(
        region="eu-west-1",
        access_key_id="AKIDEXAMPLE",
        secret_access_key=SecretStr("s"),
        sender="a@seller.example",
        topic=topic,
        **more,  # type: ignore[arg-type]  # by name
    )


@pytest.fixture
def sns() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add("GET", CERTIFICATE, body=certificate())
        yield mock


@pytest.fixture
def heard(sns: responses.RequestsMock) -> SesReturns:  # noqa: ARG001 - it answers for SNS
    return SesReturns(settings(), clock=lambda: NOW)


def refused(heard: SesReturns, body: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        heard.verify({}, body)
    assert DANA not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("more", [{}, {"Subject": "Amazon SES"}, {"Message": "Grüße\n\"'\\ \U0001f600"}])
@pytest.mark.parametrize("kind", ["Notification", CONFIRM, "UnsubscribeConfirmation"])
def test_what_sns_has_signed_is_believed(heard, kind, more, version):
    if kind != "Notification":
        more = {name: value for name, value in more.items() if name != "Subject"}
    heard.verify({}, Message(bounce(), kind, version, more=more).body())


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    "changed",
    [
        {"Message": json.dumps(bounce("Permanent", "eve@customer.example"))},
        {"MessageId": "i-2"},
        {"Subject": "another"},
        {"Timestamp": "2026-06-01T09:59:31.123Z"},
        {"Type": "UnsubscribeConfirmation", "Token": "t", "SubscribeURL": "u"},
        {"Signature": ""},
        {"Signature": "%"},
        {"Signature": "AAAA"},
    ],
)
def test_what_was_changed_is_refused(heard, changed, version):
    assert refused(heard, Message(bounce(), version=version).body(**changed)) == "signature_wrong"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"SignatureVersion": "1"}, "signature_wrong"),
        ({"SignatureVersion": "3"}, "signature_wrong"),
        ({"SignatureVersion": ""}, "signature_wrong"),
        ({"TopicArn": TOPIC + "2"}, "topic_unknown"),
        ({"Type": "Other"}, "event_unreadable"),
        ({"Timestamp": "yesterday"}, "event_unreadable"),
        ({"Timestamp": ""}, "event_unreadable"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(heard, changed, reason):
    assert refused(heard, Message(bounce()).body(**changed)) == reason


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{}", b'{"Type": 1}'])
def test_what_is_no_message_is_refused(heard, body):
    assert refused(heard, body) == "event_unreadable"


def test_nobody_elses_key_is_believed(heard):
    assert refused(heard, Message(bounce(), by=1).body()) == "signature_wrong"


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE.replace("https:", "http:"),
        CERTIFICATE.replace("eu-west-1", "us-east-1"),
        CERTIFICATE.replace("amazonaws.com", "amazonaws.com.evil.example"),
        CERTIFICATE.replace("sns.", "user@sns."),
        CERTIFICATE.replace(".com/", ".com/evil/"),
        CERTIFICATE.replace(".com/", ".com/../"),
        CERTIFICATE + "?x=.pem",
        CERTIFICATE.replace("Simple", "simple"),
        "https://evil.example/SimpleNotificationService-01.pem",
        "",
    ],
)
def test_a_certificate_is_read_from_sns_alone(sns, heard, url):
    """Whoever may name the place of the key may sign what they like."""
    assert (
        refused(heard, Message(bounce(), by=1, more={"SigningCertURL": url}).body())
        == "certificate_elsewhere"
    )
    assert not sns.calls


def test_a_certificate_is_read_once(sns, heard):
    for _ in range(3):
        heard.verify({}, Message(bounce()).body())
    assert len(sns.calls) == 1


@pytest.mark.parametrize(
    "pem",
    [b"", b"<html>", certificate(0, NOW - timedelta(days=400)), certificate(0, NOW + timedelta(days=1))],
)
def test_a_certificate_that_is_none_or_does_not_hold_is_refused(sns, heard, pem):
    sns.replace("GET", CERTIFICATE, body=pem)
    assert refused(heard, Message(bounce()).body()) == "certificate_wrong"


def test_sns_that_cannot_be_reached_is_asked_again_later(sns, heard):
    sns.replace("GET", CERTIFICATE, status=503)
    with pytest.raises(RetryLater):
        heard.verify({}, Message(bounce()).body())
    sns.replace("GET", CERTIFICATE, body=certificate())
    heard.verify({}, Message(bounce()).body())


@pytest.mark.parametrize(
    ("off", "believed"),
    [
        (timedelta(minutes=64), True),
        (timedelta(minutes=66), False),
        (timedelta(days=30), False),
        (-timedelta(minutes=4), True),
        (-timedelta(minutes=7), False),
    ],
)
@pytest.mark.usefixtures("sns")
def test_what_was_kept_and_comes_again_is_refused(off, believed):
    heard = SesReturns(settings(), clock=lambda: NOW + off)
    if believed:
        heard.verify({}, Message(bounce()).body())
    else:
        assert refused(heard, Message(bounce()).body()) == "event_too_old"


def test_a_thousand_changed_bodies_are_refused(heard):
    random, body = Random(7), Message(bounce()).body()
    believed = json.loads(body)
    unsigned = {name: value for name, value in believed.items() if name in {"Signature", "SigningCertURL"}}
    for _ in range(1_000):
        changed = bytearray(body)
        for _ in range(random.randint(1, 3)):
            changed[random.randrange(len(changed))] = random.randrange(256)
        try:
            heard.verify({}, bytes(changed))
        except (Rejected, RetryLater):  # the latter over a certificate that is not there
            continue
        assert json.loads(changed) | unsigned == believed, "base64 has spare bits; nothing else may differ"


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        (bounce(), ["bounced"]),
        (bounce(named="eventType"), ["bounced"]),
        (bounce("Transient"), ["delayed"]),
        (bounce("Undetermined"), ["delayed"]),
        (bounce("Permanent", "a@customer.example", "b@customer.example"), ["bounced", "bounced"]),
        (complaint(), ["complained"]),
        (complaint(None), ["complained"]),
        (complaint("not-spam"), []),
        ({"notificationType": "Delivery", "delivery": {}}, []),
        ({"eventType": "Open"}, []),
    ],
)
def test_an_event_says_what_came_back(heard, event, kinds):
    assert [told.kind for told in heard.read(Message(event).body())] == kinds


def test_an_event_says_whom_and_when_and_has_a_name(heard):
    [told] = heard.read(Message(bounce("Permanent", f"Dana <{DANA}>")).body())
    assert told.address == DANA.lower()
    assert told.at == datetime(2026, 6, 1, 9, 59, 30, 123_000, tzinfo=UTC)
    assert told.event.startswith("f-1/")
    assert DANA.lower() not in told.event
    several = heard.read(Message(bounce("Permanent", "a@customer.example", "b@customer.example")).body())
    assert len({each.event for each in several}) == 2


@pytest.mark.parametrize(
    "event",
    [
        "",
        "Successfully validated SNS topic",
        "[]",
        bounce("Permanent", "nobody"),
        {"bounce": {"feedbackId": 1}},
    ],
)
def test_an_event_that_cannot_be_read_is_refused(heard, event):
    with pytest.raises(Rejected) as caught:
        heard.read(Message(event).body())
    assert caught.value.reason == "event_unreadable"


def test_a_subscription_is_confirmed_at_sns_with_the_token_that_was_signed(sns, heard):
    """Not at the address in the message, which may lead anywhere."""
    sns.add("GET", f"{BASE}/", body="<ConfirmSubscriptionResponse/>")
    body = Message("", CONFIRM, more={"SubscribeURL": "https://evil.example/"}).body()
    heard.verify({}, body)
    assert list(heard.read(body)) == []
    asked = sns.calls[-1].request.params  # type: ignore[union-attr]  # `responses` adds them
    assert asked == {"Action": "ConfirmSubscription", "TopicArn": TOPIC, "Token": "token-1"}


def test_another_topic_is_not_confirmed(sns, heard):
    assert refused(heard, Message("", CONFIRM, more={"TopicArn": TOPIC + "2"}).body()) == "topic_unknown"
    assert not sns.calls


def test_without_a_topic_nothing_is_heard():
    with pytest.raises(Misconfigured) as caught:
        SesReturns(settings("")).verify({}, Message(bounce()).body())
    assert caught.value.reason == "no_topic"
    assert "SEATSIGNAL_SES_TOPIC" in str(caught.value)


@pytest.mark.parametrize("topic", ["letters", "arn:aws:sqs:eu-west-1:123456789012:x", f"{TOPIC}/x", AT])
def test_a_topic_is_an_arn(topic):
    with pytest.raises(ValidationError):
        settings(topic)
