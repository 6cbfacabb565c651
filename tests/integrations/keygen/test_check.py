"""What is wrong with the settings is named by its setting or permission."""

from typing import Any

import pytest
from msgspec.json import encode

from health.records import Licence
from integrations.errors import Misconfigured
from integrations.http import Refusal
from integrations.keygen.refusals import explained
from tests.integrations.keygen import company
from tests.integrations.keygen.account import PERMISSIONS, TOKEN, content, uuid
from tests.integrations.keygen.conftest import Account, only


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("product.read", "forbidden"),
        ("policy.read", "forbidden"),
        ("machine.read", "forbidden"),
        ("license.read", "forbidden"),
        ("event-log.read", "no_event_log"),
    ],
)
def test_a_missing_permission_is_named(keygen: Account, missing: str, reason: str):
    left = [permission for permission in PERMISSIONS if permission != missing]
    keygen.hold(content(token={"value": TOKEN, "permissions": left}))
    with pytest.raises(Misconfigured, match=missing) as caught:
        keygen.source().check()
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("more", "reason", "words"),
    [
        ({"account": "moondial"}, "no_such_account", "SEATSIGNAL_KEYGEN_ACCOUNT"),
        ({"version": "1.99"}, "no_such_version", "SEATSIGNAL_KEYGEN_VERSION"),
        ({"environment": "beta"}, "no_such_environment", "SEATSIGNAL_KEYGEN_ENVIRONMENT"),
        ({"token": uuid("t", 1)}, "token_id", "SEATSIGNAL_KEYGEN_TOKEN"),
        ({"token": "prod-canary-6613"}, "unauthorized", "SEATSIGNAL_KEYGEN_TOKEN"),
    ],
)
def test_what_is_wrong_is_named_by_its_setting(
    keygen: Account, more: dict[str, str], reason: str, words: str
):
    keygen.hold(company.book())
    with pytest.raises(Misconfigured, match=words) as caught:
        keygen.source(**more).check()
    assert caught.value.reason == reason
    met = keygen.pull(**more)
    assert (type(met.error), met.records) == (Misconfigured, [])


@pytest.mark.parametrize("more", [{"edition": "CE"}, {"entitled": False}])
def test_an_edition_without_event_logs_says_how_to_go_without(keygen: Account, more: dict[str, object]):
    keygen.hold({**company.book(), **more})
    with pytest.raises(Misconfigured, match="SEATSIGNAL_KEYGEN_EVENT_LOG_DAYS=0") as caught:
        keygen.source().check()
    assert caught.value.reason == "no_event_log"
    met = keygen.pull()
    assert isinstance(met.error, Misconfigured)
    assert len(only(Licence, met.records)) == len(company.LICENCES), "licences come before the event log"


def test_a_token_that_has_expired_is_told_apart(keygen: Account):
    keygen.hold(content(token={"value": TOKEN, "permissions": PERMISSIONS, "expiry": "2026-11-20T09:30:00Z"}))
    with pytest.raises(Misconfigured) as caught:
        keygen.source().check()
    assert caught.value.reason == "token_expired"


def refused(status: int, **fault: Any) -> Refusal:
    return Refusal(
        status, encode({"meta": {"id": "1"}, "errors": [{"title": "x", "detail": TOKEN, **fault}]}), 0.0
    )


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (refused(404), "no_such_account"),
        (refused(400, source={"parameter": "page"}), "no_cursors"),
        (refused(400, source={"parameter": "page[cursor]"}), "no_cursors"),
        (refused(400, source={"parameter": "date"}), None),
        (refused(401, code="TOKEN_EXPIRED"), "token_expired"),
        (refused(401, code="TOKEN_INVALID"), None),
        (refused(403, code="USER_BANNED"), None),
        (refused(500, code="PAGE_ON_FIRE"), None),
        (Refusal(404, b"<html>", 0.0), None),
        (Refusal(404, b"{}", 0.0), None),
        (Refusal(404, b'{"errors":[]}', 0.0), None),
        (Refusal(404, b"\xff", 0.0), None),
    ],
)
def test_keygens_own_words_say_what_to_change_and_are_not_repeated(refusal: Refusal, reason: str | None):
    found = explained(refusal)
    assert (found and found.reason) == reason
    assert TOKEN not in f"{found!r}{found}"
