"""Who calls the desk, what their calls tell of, and how people are asked back."""

import hmac
import json
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from random import Random
from urllib.parse import urlencode

import pytest
import requests
from pydantic import SecretStr

from integrations.desk import (
    Challenge,
    Command,
    Field,
    Form,
    Opened,
    Press,
    Question,
)
from integrations.errors import Misconfigured, Rejected
from integrations.slack.desk import TOLERANCE_S, SlackDesk
from integrations.slack.forms import READ_BLOCKS, modal
from integrations.slack.settings import SlackSettings
from tests.rehearsal import Rehearsal

NOW_S = 1_780_300_800
NEW, OLD = "new-secret", "old-secret"  # invented
PRESSED = {
    "type": "block_actions",
    "user": {"id": "U01ANN", "username": "ann"},
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    "container": {"type": "message", "message_ts": "1780300800.000100", "channel_id": "C01SUCCESS"},
    "actions": [{"type": "button", "action_id": "acknowledge", "block_id": "b", "action_ts": "1.2"}],
    "response_url": "https://hooks.slack.example/actions/T1/2/3",
}
FILLED = {
    "type": "view_submission",
    "user": {"id": "U01ANN"},
    "view": {
        "id": "V111",
        "callback_id": "snooze",
        "private_metadata": "C01SUCCESS:1780300800.000100",
        "state": {
            "values": {
                "for": {"for": {"type": "static_select", "selected_option": {"value": "7", "text": {}}}},
                "reason": {"reason": {"type": "plain_text_input", "value": "on holiday"}},
                "to": {"to": {"type": "users_select", "selected_user": "U02BOB"}},
                "empty": {"empty": {"type": "plain_text_input", "value": None}},
            }
        },
    },
}
QUESTION = Question(
    "Snooze",
    (
        Field("for", "For how long?", (("1", "1 day"), ("7", "1 week"))),
        Field("reason", "Why?"),
        Field("to", "To whom?", person=True),
    ),
    "Snooze",
)


def desk(
    secret: str | None = NEW, old: str | None = OLD, base_url: str = "https://slack.com/api"
) -> SlackDesk:
    given = {
        name: SecretStr(value)
        for name, value in (("signing_secret", secret), ("signing_secret_old", old))
        if value
    }
    settings = SlackSettings(token=SecretStr("xoxb-sandbox-token"), base_url=base_url, **given)
    return SlackDesk(settings, clock=lambda: float(NOW_S))


def called(payload: object = PRESSED) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed(body: bytes, secret: str = NEW, at: int = NOW_S) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


COMMAND = {
    "token": "deprecated",
    "team_id": "T1",
    "channel_id": "C01SUCCESS",
    "channel_name": "customer-success",
    "user_id": "U01ANN",
    "command": "/seatsignal",
    "text": "account Lee &amp; Poe &lt;!channel&gt;",
    "response_url": "https://hooks.slack.example/commands/T1/2/3",
    "trigger_id": "133.738.808",
}
OPENED = {
    "type": "event_callback",
    "event_id": "Ev01",
    "event": {"type": "app_home_opened", "user": "U01ANN", "channel": "D01ANN", "tab": "home"},
}
CHALLENGE = {"type": "url_verification", "token": "deprecated", "challenge": "3eZbrw1aBm2rZgRNFdxV"}


@pytest.mark.parametrize("secret", [NEW, OLD])
@pytest.mark.parametrize("off_s", [0, -TOLERANCE_S, TOLERANCE_S])
def test_a_call_is_known_by_either_secret_within_five_minutes(secret, off_s):
    desk().verify(signed(called(), secret, NOW_S + off_s), called())


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "signature_missing"),
        ({"X-Slack-Signature": "v0=00"}, "signature_missing"),
        ({"X-Slack-Request-Timestamp": str(NOW_S)}, "signature_missing"),
        ({**signed(called()), "X-Slack-Request-Timestamp": "1e9"}, "signature_missing"),
        ({**signed(called()), "X-Slack-Request-Timestamp": "-1"}, "signature_missing"),
        (signed(called(), "another"), "signature_wrong"),
        ({**signed(called()), "X-Slack-Signature": "v0=é"}, "signature_wrong"),
        ({**signed(called()), "X-Slack-Request-Timestamp": str(NOW_S + 1)}, "signature_wrong"),
        (signed(called() + b" "), "signature_wrong"),
        (signed(called(), at=NOW_S - TOLERANCE_S - 1), "signature_untimely"),
        (signed(called(), at=NOW_S + TOLERANCE_S + 1), "signature_untimely"),
    ],
)
def test_who_is_not_slack_is_refused(headers, reason):
    with pytest.raises(Rejected) as caught:
        desk().verify(headers, called())
    assert caught.value.reason == reason
    assert NEW not in repr(caught.value)


def test_no_changed_call_is_taken():
    """Any byte of the body, the signature or the time that is another: refused."""
    rng, body = Random(1), called()
    headers = signed(body)
    for _ in range(2_000):
        changed, part = dict(headers), rng.choice([*headers, "body"])
        text = bytearray(body if part == "body" else headers[part].encode())
        text[rng.randrange(len(text))] ^= 1 << rng.randrange(7)
        if part != "body":
            changed[part] = text.decode("latin-1")
        with pytest.raises(Rejected):
            desk().verify(changed, bytes(text) if part == "body" else body)


def test_without_a_secret_nobody_is_known():
    with pytest.raises(Misconfigured) as caught:
        desk(None, None).verify(signed(called(), ""), called())
    assert caught.value.reason == "no_signing_secret"


def test_a_button_and_a_form_are_read():
    assert desk().read(called()) == Press(
        PRESSED["trigger_id"], "U01ANN", "C01SUCCESS:1780300800.000100", "acknowledge", PRESSED["trigger_id"]
    )
    assert desk().read(called(FILLED)) == Form(
        "V111",
        "U01ANN",
        "C01SUCCESS:1780300800.000100",
        "snooze",
        {"for": "7", "reason": "on holiday", "to": "U02BOB", "empty": ""},
    )


def asked(**changes: str) -> bytes:
    return urlencode(COMMAND | changes).encode()


def told(event: object) -> bytes:
    return json.dumps(event).encode()


def typed(words: str, *name: str) -> Command:
    return Command("133.738.808", "U01ANN", ("C01SUCCESS", *name), words)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (asked(), typed("account Lee & Poe <!channel>", "customer-success")),
        (asked(channel_name="privategroup", text=""), typed("")),
        (asked(channel_name="directmessage", text="&amp;lt;"), typed("&lt;")),
        (asked(channel_name="", text="x" * 9_000), typed("x" * 4_000)),
        (told(OPENED), Opened("Ev01", "U01ANN")),
        (told(CHALLENGE), Challenge("3eZbrw1aBm2rZgRNFdxV")),
        (told(OPENED | {"event": {"type": "app_home_opened", "user": "U01ANN", "tab": "messages"}}), None),
        (told(OPENED | {"event": {"type": "message", "user": "U01ANN"}}), None),
        (told({"type": "app_rate_limited"}), None),
    ],
)
def test_a_command_an_event_and_a_challenge_are_read(body, read):
    desk().verify(signed(body), body)
    assert desk().read(body) == read


@pytest.mark.parametrize(
    "body",
    [
        asked(user_id="ann"),
        asked(channel_id="<!channel>"),
        asked(trigger_id=""),
        asked() + b"&text=again",
        urlencode({name: value for name, value in COMMAND.items() if name != "user_id"}).encode(),
        told(OPENED | {"event_id": ""}),
        told(OPENED | {"event": {"type": "app_home_opened", "tab": "home"}}),
        told(CHALLENGE | {"challenge": "x" * 1_001}),
        told({"type": "url_verification"}),
        b'{"type": "event_callback"',
    ],
)
def test_what_is_none_of_them_is_refused(body):
    with pytest.raises(Rejected) as caught:
        desk().read(body)
    assert caught.value.reason == "call_unreadable"


WORDS = b'{"text": "Hello", "blocks": [{"type": "divider"}], "news": "Hello"}'


def test_a_command_is_answered_to_one_person_and_without_previews():
    said = json.loads(desk().replied(WORDS))
    assert (said["response_type"], said["text"], said["blocks"]) == (
        "ephemeral",
        "Hello",
        [{"type": "divider"}],
    )
    assert (said["parse"], said["link_names"], said["unfurl_links"]) == ("none", False, False)


LINKED = {**PRESSED, "actions": [{"type": "button", "action_id": "open_1", "url": "https://a.example"}]}


@pytest.mark.parametrize(
    "payload",
    [
        LINKED,
        {"type": "view_closed"},
        {"type": "shortcut", "user": {"id": "U1"}},
        {**PRESSED, "actions": []},
        {name: value for name, value in PRESSED.items() if name != "container"},
    ],
    ids=["a link", "closed", "shortcut", "nothing", "no message"],
)
def test_what_is_no_answer_is_passed_over(payload):
    assert desk().read(called(payload)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload",
        b"payload=",
        b"payload={",
        b"payload=[]",
        b"payload={}&payload={}",
        b"\xff=1",
        b"other=1",
        called({**PRESSED, "user": {"id": "<!channel>"}}),
        called({**PRESSED, "container": {"channel_id": "../C1", "message_ts": "1.2"}}),
        called({"type": "block_actions"}),
        called({**FILLED, "view": {}}),
    ],
)
def test_what_cannot_be_read_is_refused(body):
    with pytest.raises(Rejected) as caught:
        desk().read(body)
    assert caught.value.reason == "call_unreadable"


# -- against the stand-in ----------------------------------------------------------------------------


@pytest.fixture
def opened(sandbox: Rehearsal) -> Iterator[SlackDesk]:
    with closing(desk(base_url=f"{sandbox.http}/slack/api")) as made:
        yield made


def private(sandbox: Rehearsal) -> dict[str, list[dict[str, object]]]:
    return dict(requests.get(f"{sandbox.http}/slack/private", timeout=10).json())


def test_one_person_alone_is_told(sandbox: Rehearsal, opened: SlackDesk) -> None:
    press = Press("t", "U01ROBIN", "C01SUCCESS:1.000000", "acknowledge", "t")
    opened.tell(press, "<@U02NOOR> has taken it on already.")
    assert private(sandbox)["whispers"] == [
        {"channel": "C01SUCCESS", "user": "U01ROBIN", "text": "<@U02NOOR> has taken it on already."}
    ]


def test_a_trigger_that_is_over_asks_nobody(sandbox: Rehearsal, opened: SlackDesk) -> None:
    with pytest.raises(Rejected) as caught:
        opened.ask(Press("t", "U01ROBIN", "C01SUCCESS:1.000000", "snooze", "t"), QUESTION)
    assert caught.value.reason == "expired_trigger_id"
    assert private(sandbox)["forms"] == []


def test_a_home_tab_is_shown_to_its_owner(sandbox: Rehearsal, opened: SlackDesk) -> None:
    opened.show(Opened("Ev01", "U01ROBIN"), WORDS)
    assert private(sandbox)["homes"] == {"U01ROBIN": {"type": "home", "blocks": [{"type": "divider"}]}}
    with pytest.raises(Rejected) as caught:
        opened.show(Opened("Ev02", "U0NOBODY"), WORDS)
    assert caught.value.reason == "user_not_found"


def test_faults_are_said_as_slack_reads_them() -> None:
    assert json.loads(desk().faulty({"reason": "Say why."})) == {
        "response_action": "errors",
        "errors": {"reason": "Say why."},
    }


def texts(*given: str) -> list[str]:
    """The texts of a form before its fields, as they are sent."""
    view = json.loads(
        bytes(modal(Question("Read", (Field("why", "Why?", optional=True),), "Go", given), "x", "C:1"))
    )
    assert [each["optional"] for each in view["blocks"] if each["type"] == "input"] == [True]
    shown = [each["text"] for each in view["blocks"] if each["type"] == "section"]
    assert {each["type"] for each in shown} <= {"plain_text"}
    return [each["text"] for each in shown]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (("<!channel> *a*",), ["<!channel> *a*"]),
        (("", "a"), ["a"]),
        (("a\n" * 1_500,), [("a\n" * 1_500).strip()]),
        (("ab" * 2_000,), ["ab" * 1_500, "ab" * 500]),
        (("x" * 2_999 + "\n" + "y",), ["x" * 2_999, "y"]),
    ],
)
def test_what_is_to_be_read_is_text_in_as_many_blocks_as_it_takes(given, sent):
    assert texts(*given) == sent


def test_of_a_text_that_is_too_long_it_is_said_where_the_rest_is():
    found = texts("x" * 3_000 * (READ_BLOCKS + 1))
    assert len(found) == READ_BLOCKS + 1
    assert found[-1].endswith("see seatsignal mails.")
