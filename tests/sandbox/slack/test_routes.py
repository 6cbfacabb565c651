import pytest
import requests
from slack_sdk import WebClient

from tests.rehearsal import Rehearsal
from tests.sandbox.slack.conftest import BEARER, SUCCESS, TOKEN, Slack

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer "}, "not_authed"),
        ({"Authorization": f"Basic {TOKEN}"}, "not_authed"),
        ({"Authorization": "Bearer xoxb-other"}, "invalid_auth"),
        ({"Authorization": "Bearer xöxb".encode()}, "invalid_auth"),
    ],
)
def test_only_the_bearer_of_the_token(sandbox: Rehearsal, headers, error):
    url = f"{sandbox.http}/slack/api/auth.test"
    answer = requests.post(url, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"ok": False, "error": error})


@pytest.mark.parametrize(
    ("place", "error"), [("data", None), ("params", "not_authed"), ("json", "not_authed")]
)
def test_a_token_may_be_in_a_form_and_nowhere_else(sandbox: Rehearsal, place, error):
    url = f"{sandbox.http}/slack/api/auth.test"
    answer = requests.post(url, **{place: {"token": TOKEN}}, timeout=10).json()
    assert answer.get("error") == error


def test_auth_test_says_who_one_is(client: WebClient):
    assert client.auth_test()["user"] == "seatsignal"


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("application/json", "{", "invalid_json"),
        ("application/json", "[1]", "json_not_object"),
        ("application/json", "", "invalid_arguments"),
        ("text/plain", "text=Hello", "invalid_post_type"),
        ("", "text=Hello", "missing_post_type"),
        (FORM, "Hello", "invalid_form_data"),
        (FORM, "channel=C01SUCCESS", "no_text"),
        (FORM, "channel=C01SUCCESS&text=Hi&blocks=[", "invalid_blocks_format"),
        (FORM, 'channel=C01SUCCESS&text=Hi&blocks=[{"type":"x"}]', "invalid_blocks"),
        (FORM, "channel=C01SUCCESS&text=Hi&metadata=x", "invalid_metadata_format"),
        (FORM, "channel=C01SUCCESS&text=Hi&unfurl_links=false", None),
        ("application/json; charset=utf-8", '{"channel":"C01SUCCESS","text":"Hi"}', None),
    ],
)
def test_bodies_are_json_or_forms(sandbox: Rehearsal, kind, body, error):
    url = f"{sandbox.http}/slack/api/chat.postMessage"
    headers = {**BEARER, "Content-Type": kind} if kind else BEARER
    answer = requests.post(url, data=body.encode(), headers=headers, timeout=10).json()
    assert answer.get("error") == error


def test_reading_methods_take_no_json(slack: Slack):
    answer = slack.call("conversations.history", {"channel": SUCCESS})
    assert answer["error"] == "invalid_post_type"


def test_an_unknown_method_is_named_so(slack: Slack):
    assert slack.call("chat.shout", {})["error"] == "unknown_method"


@pytest.mark.parametrize(
    "more", [{"colour": "red"}, {"text": 5}, {"thread_ts": 1780300800.0001}, {"unfurl_links": "no"}]
)
def test_unknown_and_mistyped_arguments_are_refused(slack: Slack, more):
    answer = slack.post(**more)
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"]
