"""Signatures are those that Amazon publishes (its test suite for version 4, and its guide)."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from integrations.ses.signature import Call, Key, Scope, _derived, signed

KEY = Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SCOPE = Scope("us-east-1", "service")
HOST = {"Host": "example.amazonaws.com"}
FORM = HOST | {"Content-Type": "application/x-www-form-urlencoded"}

PUBLISHED = {
    "get-vanilla": (
        Call("GET", "/", HOST),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "post-vanilla": (
        Call("POST", "/", HOST),
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "post-x-www-form-urlencoded": (
        Call("POST", "/", FORM, b"Param1=value1"),
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    "get-utf8": (
        Call("GET", "/\u1234", HOST),
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    "get-space": (
        Call("GET", "/example space/", HOST),
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
}


def signature(call: Call, key: Key = KEY, at: datetime = AT) -> str:
    return signed(call, key, SCOPE, at)["authorization"].rpartition("Signature=")[2]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_signature_is_the_published_one(name):
    call, published = PUBLISHED[name]
    assert signature(call) == published


def test_the_key_of_a_day_is_the_published_one():
    made = _derived(KEY.secret, "20150830/us-east-1/iam/aws4_request").hex()
    assert made == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_the_headers_say_who_signed_what_and_when():
    headers = signed(PUBLISHED["post-x-www-form-urlencoded"][0], KEY, SCOPE, AT)
    assert headers["x-amz-date"] == "20150830T123600Z"
    assert headers["authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, Signature="
    )
    assert "host" not in headers, "requests says it by itself"


def test_an_instant_is_the_same_in_any_zone():
    call = PUBLISHED["get-vanilla"][0]
    elsewhere = AT.astimezone(timezone(timedelta(hours=-9)))
    assert signature(call, at=elsewhere) == signature(call)


def test_a_temporary_key_brings_its_token_and_signs_it():
    call = PUBLISHED["get-vanilla"][0]
    temporary = KEY._replace(session="token-1")
    headers = signed(call, temporary, SCOPE, AT)
    assert headers["x-amz-security-token"] == "token-1"
    assert "host;x-amz-date;x-amz-security-token" in headers["authorization"]
    assert signature(call, temporary) != signature(call, temporary._replace(session="token-2"))


@pytest.mark.parametrize(
    "other",
    [
        Call("PUT", "/", FORM, b"a"),
        Call("POST", "/b", FORM, b"a"),
        Call("POST", "/", HOST, b"a"),
        Call("POST", "/", FORM, sha256(b"a").digest()),
    ],
)
def test_whatever_is_changed_changes_the_signature(other):
    assert signature(other) != signature(Call("POST", "/", FORM, b"a"))


def test_no_key_shows_its_secret():
    assert KEY.secret not in f"{KEY!r}{KEY}"
