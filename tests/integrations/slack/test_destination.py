"""Threads, updates and second attempts, as a person in the channel sees them."""

import json
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from typing import Any

import pytest
import requests
import responses
from pydantic import SecretStr

from health.nouns import Notice, Receipt
from integrations.channels import LATER_S
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.slack import client
from integrations.slack.client import refusal
from integrations.slack.destination import LOOK_BACK_S, SlackDestination
from integrations.slack.settings import SlackSettings
from tests.integrations.slack.rig import rig
from tests.rehearsal import Rehearsal

TOKEN = SecretStr("xoxb-sandbox-token")
CHANNEL = "C01SUCCESS"


@pytest.fixture
def slack(sandbox: Rehearsal) -> Iterator[SlackDestination]:
    settings = SlackSettings(token=TOKEN, base_url=f"{sandbox.http}/slack/api")
    with closing(SlackDestination(settings)) as opened:
        yield opened


def sent(slack: SlackDestination, notice: Notice) -> Receipt:
    (receipt,) = slack.deliver([notice])
    assert (receipt.key, receipt.outcome) == (notice.key, "sent")
    return receipt


def told(sandbox: Rehearsal, remote: str) -> list[dict[str, object]]:
    """The messages of a thread, its first one included."""
    channel, _, ts = remote.partition(":")
    answer = requests.get(
        f"{sandbox.http}/slack/api/conversations.replies",
        {"channel": channel, "ts": ts, "include_all_metadata": "true"},
        headers={"Authorization": f"Bearer {TOKEN.get_secret_value()}"},
        timeout=10,
    )
    return list(answer.json()["messages"])


def body(text: str) -> bytes:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return json.dumps({"text": text, "blocks": [section], "news": f"news of {text}"}).encode()


def test_a_first_notice_starts_a_thread_and_carries_its_mark(
    sandbox: Rehearsal, slack: SlackDestination
) -> None:
    receipt = sent(slack, rig(sandbox).notice("k1", body=body("one")))
    (message,) = told(sandbox, receipt.remote)
    assert receipt.remote == f"{CHANNEL}:{message['ts']}"
    assert message["text"] == "one"
    assert message["metadata"] == {
        "event_type": "seatsignal_notice",
        "event_payload": {"key": "k1", "thread": "7:k1", "account": 7},
    }


def test_a_later_notice_changes_the_first_message_and_tells_its_news(
    sandbox: Rehearsal, slack: SlackDestination
) -> None:
    made = rig(sandbox).notice
    first = sent(slack, made("k1", body=body("one")))
    second = sent(slack, made("k2", body=body("two"), remote=first.remote))
    assert second.remote == first.remote
    assert [message["text"] for message in told(sandbox, first.remote)] == ["two", "news of two"]
    kept = told(sandbox, first.remote)[0]["metadata"]
    assert isinstance(kept, dict)
    assert kept["event_payload"]["key"] == "k1"


@pytest.mark.parametrize("fault", ["drop_answer", "truncated", "html", "500", "refuse"])
@pytest.mark.parametrize("on", ["chat.update", "chat.postMessage"])
def test_a_second_attempt_at_news_shows_it_once(
    sandbox: Rehearsal, slack: SlackDestination, fault: str, on: str
) -> None:
    made = rig(sandbox).notice
    first = sent(slack, made("k1", body=body("one")))
    sandbox.faults("slack", fault, on=on)
    (broken,) = slack.deliver([made("k2", body=body("two"), remote=first.remote)])
    assert broken.outcome == "retry"
    sent(slack, made("k2", body=body("two"), remote=first.remote, attempt=2))
    assert [message["text"] for message in told(sandbox, first.remote)] == ["two", "news of two"]


def test_news_of_a_thread_that_someone_deleted_starts_a_new_one(
    sandbox: Rehearsal, slack: SlackDestination
) -> None:
    receipt = sent(slack, rig(sandbox).notice("k2", body=body("two"), remote=f"{CHANNEL}:1700000000.000100"))
    assert [message["text"] for message in told(sandbox, receipt.remote)] == ["two"]


@pytest.mark.parametrize("error", ["cant_update_message", "edit_window_closed", "message_not_found"])
def test_news_of_a_message_that_we_may_not_change_any_more_starts_a_new_one(
    sandbox: Rehearsal, slack: SlackDestination, error: str
) -> None:
    made = rig(sandbox).notice
    first = sent(slack, made("k1", body=body("one")))
    sandbox.faults("slack", "ok_false", error=error, on="chat.update")
    second = sent(slack, made("k2", body=body("two"), remote=first.remote))
    assert second.remote != first.remote
    assert [message["text"] for message in told(sandbox, second.remote)] == ["two"]


@pytest.mark.parametrize(
    ("owner", "channel"),
    [
        ("#customer-success", CHANNEL),
        ("customer-success", CHANNEL),
        (CHANNEL, CHANNEL),
        ("U01ROBIN", "D01ROBIN"),
    ],
)
def test_a_second_attempt_finds_the_channel_by_any_name(
    sandbox: Rehearsal, slack: SlackDestination, owner: str, channel: str
) -> None:
    made = rig(sandbox).notice
    first = sent(slack, made("k1", owner=owner))
    second = sent(slack, made("k1", owner=owner, attempt=2))
    assert first.remote == second.remote
    assert first.remote.startswith(f"{channel}:")
    assert rig(sandbox).seen("k1") == 1


def test_a_second_attempt_looks_through_every_page(
    sandbox: Rehearsal, slack: SlackDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE", 2)
    made = rig(sandbox).notice
    for key in ("wanted", "b", "c", "d", "e"):
        sent(slack, made(key))
    sent(slack, made("wanted", attempt=2))
    assert rig(sandbox).seen("wanted") == 1


def test_a_second_attempt_looks_back_no_further_than_its_window(sandbox: Rehearsal) -> None:
    settings = SlackSettings(token=TOKEN, base_url=f"{sandbox.http}/slack/api")
    far_off = 4_000_000_000.0 + LOOK_BACK_S
    made = rig(sandbox).notice
    with closing(SlackDestination(settings, clock=lambda: far_off)) as later:
        sent(later, made("k1"))
        sent(later, made("k1", attempt=2))
    assert rig(sandbox).seen("k1") == 2


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_channel_that_does_not_exist_needs_a_person_and_is_named(
    sandbox: Rehearsal, slack: SlackDestination, attempt: int
) -> None:
    with pytest.raises(Misconfigured) as caught:
        list(slack.deliver([rig(sandbox).notice("k", owner="#nowhere", attempt=attempt)]))
    assert (caught.value.reason, caught.value.channel) == ("channel_not_found", "#nowhere")


def test_where_slack_limits_us_the_rest_of_the_batch_is_not_even_tried(
    sandbox: Rehearsal, slack: SlackDestination
) -> None:
    made = rig(sandbox).notice
    sandbox.faults("slack", "429", retry_after=7, on="chat.postMessage")
    receipts = list(slack.deliver([made("a"), made("b"), made("c")]))
    expected = [("retry", "rate_limited", 7.0)] * 3
    assert [(receipt.outcome, receipt.reason, receipt.after_s) for receipt in receipts] == expected
    assert sandbox.ledger(system="slack")["effects"] == []


def test_a_notice_that_slack_refuses_does_not_hold_up_the_others(
    sandbox: Rehearsal, slack: SlackDestination
) -> None:
    made = rig(sandbox).notice
    blocks = [{"type": "divider", "block_id": "twice"}] * 2
    wrong = json.dumps({"text": "x", "blocks": blocks, "news": "x"}).encode()
    receipts = list(slack.deliver([made("a", body=wrong), made("b")]))
    assert [(r.outcome, r.reason) for r in receipts] == [("rejected", "invalid_blocks"), ("sent", "")]


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        *(
            (error, Misconfigured, error)
            for error in (
                "invalid_auth",
                "not_authed",
                "account_inactive",
                "token_revoked",
                "token_expired",
                "missing_scope",
                "channel_not_found",
                "not_in_channel",
                "is_archived",
            )
        ),
        *(
            (error, RetryLater, "rate_limited")
            for error in ("ratelimited", "rate_limited", "message_limit_exceeded")
        ),
        *(
            (error, RetryLater, error)
            for error in (
                "internal_error",
                "fatal_error",
                "service_unavailable",
                "request_timeout",
            )
        ),
        *(
            (error, Rejected, error)
            for error in (
                "msg_too_long",
                "invalid_blocks",
                "msg_blocks_too_long",
                "no_text",
                "restricted_action",
                "brand_new_error",
            )
        ),
        ("<script>", Rejected, "unnamed_error"),
        ("x" * 200, Rejected, "unnamed_error"),
        ("", Rejected, "unnamed_error"),
        ("Invalid Auth\n", Rejected, "unnamed_error"),
    ],
)
def test_slacks_ways_of_saying_no(error: str, kind: type[IntegrationError], reason: str) -> None:
    made = refusal(error)
    assert (type(made), made.reason) == (kind, reason)


@responses.activate
def test_a_limit_without_a_time_waits_half_a_minute() -> None:
    responses.post("https://slack.com/api/chat.postMessage", json={"ok": False, "error": "ratelimited"})
    sandbox = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        (receipt,) = slack.deliver([rig(sandbox).notice("k")])
    assert (receipt.outcome, receipt.reason, receipt.after_s) == ("retry", "rate_limited", 30.0)


@pytest.mark.parametrize(
    "posted",
    [
        {"channel": "xoxb-sandbox-token", "ts": "1.0"},
        {"channel": "C01X", "ts": "xoxb-sandbox-token"},
        {"channel": "C01X", "ts": "1.0 xoxb-sandbox-token"},
        {"channel": "C01X\n", "ts": "1.0"},
    ],
)
@responses.activate
def test_what_is_no_message_s_place_is_not_kept_as_one(posted: dict[str, str]) -> None:
    responses.post("https://slack.com/api/chat.postMessage", json={"ok": True, **posted})
    sandbox = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        (receipt,) = slack.deliver([rig(sandbox).notice("k")])
    assert (receipt.outcome, receipt.reason, receipt.remote) == ("retry", "unexpected_answer", "")


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"event_type": "other_app", "event_payload": {"key": "k1"}},
        {"event_type": "seatsignal_notice", "event_payload": {"key": 7}},
        {"event_type": "seatsignal_notice", "event_payload": {}},
        {"event_type": "seatsignal_notice"},
    ],
)
@responses.activate
def test_other_peoples_messages_are_never_changed(metadata: dict[str, object] | None) -> None:
    found = {"ts": "1.0", **({"metadata": metadata} if metadata else {})}
    base = "https://slack.com/api"
    responses.get(f"{base}/conversations.history", json={"ok": True, "messages": [found]})
    responses.post(f"{base}/chat.postMessage", json={"ok": True, "channel": "C01X", "ts": "2.0"})
    sandbox = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        assert sent(slack, rig(sandbox).notice("k1", owner="C01X", attempt=2)).remote == "C01X:2.0"


UNREACHED = ("cannot_dm_bot", "channel_not_found", "is_archived", "user_disabled", "user_not_found")


@pytest.mark.parametrize("error", UNREACHED)
@responses.activate
def test_one_person_who_is_not_reached_holds_up_nobody_else(error: str) -> None:
    url = "https://slack.com/api/chat.postMessage"
    responses.post(url, json={"ok": False, "error": error})
    responses.post(url, json={"ok": True, "channel": "D02", "ts": "1.000001"})
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        made = [_to("U01GONE", "k1"), _to("U02HERE", "k2")]
        gone, here = slack.deliver(made)
    assert (gone.outcome, gone.reason) == ("rejected", error)
    assert here.outcome == "sent"


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel"])
@responses.activate
def test_a_channel_that_takes_nothing_is_told_of_once_a_day_and_holds_up_no_other(error: str) -> None:
    url, closed = "https://slack.com/api/chat.postMessage", {"ok": False, "error": error}
    responses.add_callback("POST", url, lambda asked: (200, {}, _posted(asked, closed)))
    owed = [_to("#sales", "k1"), _to("#customer-success", "k2"), _to("#sales", "k3"), _to("U01ANN", "k4")]
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        with pytest.raises(Misconfigured):
            list(slack.deliver(owed))
        receipts = list(slack.deliver(owed))
    assert [(each.outcome, each.reason, each.after_s) for each in receipts] == [
        ("retry", error, LATER_S),
        ("sent", "", 0.0),
        ("retry", error, LATER_S),
        ("sent", "", 0.0),
    ]


def _posted(asked: Any, closed: dict[str, object]) -> str:
    """What Slack answers where #sales takes nothing."""
    taken = {"ok": True, "channel": "C01X", "ts": "1.000001"}
    return json.dumps(closed if json.loads(asked.body)["channel"] == "#sales" else taken)


@responses.activate
def test_news_of_a_message_in_an_archived_channel_waits_alone() -> None:
    """As of an open alert, where its channel was archived and routes name another by now."""
    closed = {"ok": False, "error": "is_archived"}
    responses.post("https://slack.com/api/chat.update", json=closed)
    responses.add_callback(
        "POST", "https://slack.com/api/chat.postMessage", lambda asked: (200, {}, _posted(asked, closed))
    )
    old = replace(_to("#old", "k1"), remote="C0OLD:1.000001")
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        with pytest.raises(Misconfigured):
            list(slack.deliver([old]))
        receipts = list(slack.deliver([old, _to("#new", "k2")]))
    assert [each.outcome for each in receipts] == ["retry", "sent"]


@responses.activate
def test_a_channel_that_took_something_since_is_told_of_anew() -> None:
    url, closed = "https://slack.com/api/chat.postMessage", {"ok": False, "error": "is_archived"}
    for answer in (closed, {"ok": True, "channel": "C01X", "ts": "1.000001"}, closed):
        responses.post(url, json=answer)
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        for told in (True, False, True):
            with pytest.raises(Misconfigured) if told else nullcontext():
                list(slack.deliver([_to("#sales", "k1")]))


def _to(owner: str, key: str) -> Notice:
    return Notice(key, "slack", "message", key, 7, "alert", owner, "{}", body(key))


# -- colleagues by their address ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("robin.vale@seller.example", "U01ROBIN"),
        ("Robin.Vale@Seller.example", "U01ROBIN"),
        ("pat.moss@seller.example", ""),
        ("nobody@seller.example", ""),
    ],
)
def test_somebody_is_found_by_their_address_unless_they_are_gone(
    slack: SlackDestination, address: str, found: str
) -> None:
    assert slack.person(address) == found


@pytest.mark.parametrize(
    ("user", "found"),
    [
        ({"id": "W012A3CDE", "deleted": False, "is_bot": False}, "W012A3CDE"),
        ({"id": "U01GONE", "deleted": True}, ""),
        ({"id": "U01ROBOT", "is_bot": True}, ""),
    ],
)
@responses.activate
def test_neither_the_deactivated_nor_a_bot_is_somebody(user: dict[str, object], found: str) -> None:
    responses.get("https://slack.com/api/users.lookupByEmail", json={"ok": True, "user": user})
    with closing(SlackDestination(SlackSettings(token=TOKEN))) as slack:
        assert slack.person("a@seller.example") == found


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"fault": "ok_false", "error": "missing_scope"}, "missing_scope"),
        ({"fault": "ok_false", "error": "ratelimited"}, "rate_limited"),
        ({"fault": "429", "retry_after": 7}, "rate_limited"),
        ({"fault": "ok_false", "error": "invalid_arguments"}, "invalid_arguments"),
        ({"fault": "500"}, "status_500"),
    ],
)
def test_that_slack_does_not_answer_is_never_taken_for_nobody(
    sandbox: Rehearsal, slack: SlackDestination, fault: dict[str, Any], reason: str
) -> None:
    sandbox.faults("slack", on="users.lookupByEmail", **fault)
    with pytest.raises(IntegrationError) as refused:
        slack.person("robin.vale@seller.example")
    assert refused.value.reason == reason
