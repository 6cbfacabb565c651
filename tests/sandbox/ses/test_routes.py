"""The stand-in refuses what Amazon refuses: what is not signed so, and what is no mail that may leave."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from integrations.ses.signature import Call, Key, Scope, signed
from tests.rehearsal import Rehearsal

KEY = Key("AKIDSANDBOX", "ses-sandbox-secret")
SCOPE = Scope("eu-west-1", "ses")
PATH = "v2/email/outbound-emails"
MAIL = (
    b"From: Lumen Works <success@seller.example>\r\nTo: dana.quill@customer.example\r\nSubject: Hello\r\n"
    b"Date: Mon, 01 Jun 2026 10:00:00 +0000\r\nMessage-ID: <1@seller.example>\r\n"
    b"X-Seatsignal-Key: k1\r\n\r\nHello\r\n"
)


def email(raw: bytes = MAIL, **more: object) -> bytes:
    content = {
        "FromEmailAddress": "success@seller.example",
        "Destination": {"ToAddresses": ["dana.quill@customer.example"]},
        "Content": {"Raw": {"Data": b64encode(raw).decode()}},
        "EmailTags": [{"Name": "notice", "Value": "ab12"}],
        "ConfigurationSetName": "seatsignal",
    }
    return json.dumps(content | more).encode()


def told(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("x-amzn-ErrorType", "")


def send(
    sandbox: Rehearsal,
    mail: bytes,
    key: Key = KEY,
    scope: Scope = SCOPE,
    at: datetime | None = None,
    **changed: Any,
) -> tuple[int, str]:
    """Send a mail; what is ``changed`` is so only after it was signed."""
    url = f"{sandbox.http}/ses/{PATH}"
    host = sandbox.http.removeprefix("http://")
    headers = {"host": host, "content-type": "application/json"}
    made = signed(Call("POST", f"/ses/{PATH}", headers, mail), key, scope, at or datetime.now(UTC))
    made |= changed.pop("headers", {})
    sent = {name: value for name, value in made.items() if value}
    return told(requests.post(url, changed.pop("body", mail), headers=sent, timeout=10, **changed))


def seen(sandbox: Rehearsal) -> int:
    return len(sandbox.ledger(system="email")["effects"])


def test_a_signed_mail_leaves_and_is_in_the_ledger(sandbox):
    assert send(sandbox, email()) == (200, "")
    [effect] = sandbox.ledger(system="email")["effects"]
    assert (effect["key"], effect["channel_or_to"]) == ("k1", "dana.quill@customer.example")


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"key": KEY._replace(secret="guess")}, "InvalidSignatureException"),
        ({"key": KEY._replace(id="AKIDOTHER")}, "UnrecognizedClientException"),
        ({"scope": Scope("us-east-1", "ses")}, "InvalidSignatureException"),
        ({"scope": Scope("eu-west-1", "sns")}, "InvalidSignatureException"),
        ({"body": email(ConfigurationSetName="")}, "InvalidSignatureException"),
        ({"params": {"a": "b"}}, "InvalidSignatureException"),
        ({"headers": {"x-amz-security-token": "late"}}, "InvalidSignatureException"),
        ({"headers": {"content-type": "text/plain"}}, "InvalidSignatureException"),
        ({"headers": {"authorization": ""}}, "MissingAuthenticationTokenException"),
        ({"headers": {"authorization": "AWS4-HMAC-SHA256 x"}}, "MissingAuthenticationTokenException"),
        ({"headers": {"x-amz-date": ""}}, "IncompleteSignatureException"),
        ({"headers": {"x-amz-date": "20260601T100000Z"}}, "InvalidSignatureException"),
    ],
)
def test_what_was_not_signed_so_is_refused(sandbox, wrong, kind):
    assert send(sandbox, email(), **wrong) == (403, kind)
    assert seen(sandbox) == 0


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_what_was_not_signed_just_now_is_refused(sandbox, off):
    assert send(sandbox, email(), at=datetime.now(UTC) + off) == (403, "InvalidSignatureException")
    assert seen(sandbox) == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "BadRequestException")),
        (b"{}", (400, "BadRequestException")),
        (email(Unknown=1), (400, "BadRequestException")),
        (email(Content={"Raw": {"Data": "%"}}), (400, "BadRequestException")),
        (email(Content={"Simple": {}}), (400, "BadRequestException")),
        (email(EmailTags=[{"Name": "notice", "Value": "a b"}]), (400, "BadRequestException")),
        (email(Destination={"ToAddresses": []}), (400, "BadRequestException")),
        (email(Destination={"ToAddresses": ["nobody"]}), (400, "BadRequestException")),
        (email(MAIL.replace(b"\r\n", b"\n")), (400, "BadRequestException")),
        (email(MAIL.replace(b"Message-ID", b"X-Other")), (400, "BadRequestException")),
        (email(MAIL.replace(b"<success@", b"<other@")), (400, "BadRequestException")),
        (email(FromEmailAddress="success@other.example"), (400, "MessageRejected")),
        (email(ConfigurationSetName="nobodys"), (404, "NotFoundException")),
    ],
)
def test_what_is_no_mail_that_may_leave_is_refused(sandbox, body, expected):
    assert send(sandbox, body) == expected
    assert seen(sandbox) == 0


def test_the_account_is_told_to_who_has_the_key_alone(sandbox):
    url = f"{sandbox.http}/ses/v2/email/account"
    assert told(requests.get(url, timeout=10)) == (403, "MissingAuthenticationTokenException")
