import pytest
from slack_sdk import WebClient
from slack_sdk.models.blocks import HeaderBlock, SectionBlock
from slack_sdk.models.metadata import Metadata

from tests.rehearsal import Rehearsal
from tests.sandbox.slack.conftest import SUCCESS, Slack, keyed, texts


def test_slacks_own_client_posts_and_finds_the_message(sandbox: Rehearsal, client: WebClient):
    blocks = [HeaderBlock(text="At risk"), SectionBlock(text="*Hello*")]
    metadata = Metadata("notice", {"key": "n-1", "account": "acme", "thread": "t-1"})
    posted = client.chat_postMessage(channel=SUCCESS, text="Hello", blocks=blocks, metadata=metadata)
    history = client.conversations_history(channel=SUCCESS, include_all_metadata=True)
    [found] = history["messages"]
    assert found["ts"] == posted["ts"]
    assert found["blocks"] == [block.to_dict() for block in blocks]
    assert found["metadata"]["event_payload"]["key"] == "n-1"
    [effect] = sandbox.ledger()["effects"]
    assert effect | {"seq": 1, "at_ms": 0} == {
        "seq": 1,
        "system": "slack",
        "action": "post",
        "key": "n-1",
        "thread": "t-1",
        "account": "acme",
        "channel_or_to": SUCCESS,
        "text": "Hello",
        "at_ms": 0,
        "ordinal": None,
    }


def test_posting_twice_shows_two(sandbox: Rehearsal, slack: Slack):
    first, second = (slack.post(metadata=keyed("n-1")) for _ in range(2))
    assert first["ts"] < second["ts"]
    assert sandbox.summary()["duplicates"] == 1


def test_messages_without_a_key_are_all_different(sandbox: Rehearsal, slack: Slack):
    slack.post()
    slack.post()
    summary = sandbox.summary()
    assert (summary["unique"], summary["duplicates"]) == (2, 0)


@pytest.mark.parametrize(
    ("channel", "reached"),
    [
        ("C03SALES", "C03SALES"),
        ("sales", "C03SALES"),
        ("#sales", "C03SALES"),
        ("U01ROBIN", "D01ROBIN"),
        ("D01ROBIN", "D01ROBIN"),
    ],
)
def test_a_channel_is_named_by_id_name_or_person(slack: Slack, channel, reached):
    assert slack.post(channel=channel)["channel"] == reached


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"channel": "C09"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": "", "blocks": [{"type": "divider"}]}, "no_text"),
        ({"text": "x" * 40_000}, None),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": "[]"}, "invalid_blocks_format"),
        ({"blocks": [{"type": "divider"}] * 50}, None),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 4}, None),
        (
            {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5},
            "msg_blocks_too_long",
        ),
        ({"metadata": {}}, "invalid_metadata_format"),
        ({"metadata": "x"}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x", "event_payload": []}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x", "event_payload": {}, "y": 1}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x", "event_payload": {}}}, None),
        ({"thread_ts": "1780300800.000100"}, "thread_not_found"),
    ],
)
def test_content_is_checked_before_anything_shows(sandbox: Rehearsal, slack: Slack, more, error):
    assert slack.post(**more).get("error") == error
    assert len(sandbox.ledger()["effects"]) == (error is None)


def test_invalid_blocks_are_explained_where_slack_does(slack: Slack):
    long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    answer = slack.post(blocks=[long])
    words = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer["errors"] == [words]
    assert answer["response_metadata"] == {"messages": [f"[ERROR] {words}"]}


def test_an_update_replaces_the_message_in_its_place(sandbox: Rehearsal, slack: Slack, client: WebClient):
    posted = slack.post(blocks=[{"type": "divider"}], metadata=keyed("n-1"))
    updated = client.chat_update(channel=SUCCESS, ts=posted["ts"], text="Recovered")
    [message] = slack.read("conversations.history", channel=SUCCESS)["messages"]
    assert updated["text"] == message["text"] == "Recovered"
    assert "blocks" not in message
    assert message["edited"]["ts"] > posted["ts"]
    actions = [(effect["action"], effect["key"]) for effect in sandbox.ledger()["effects"]]
    assert actions == [("post", "n-1"), ("update", "n-1")]
    assert sandbox.summary()["duplicates"] == 0


@pytest.mark.parametrize(
    ("metadata", "after"), [(None, keyed("old")), (keyed("new"), keyed("new")), ({}, None)]
)
def test_metadata_stays_unless_replaced_or_emptied(slack: Slack, metadata, after):
    posted = slack.post(metadata=keyed("old"))
    more = {} if metadata is None else {"metadata": metadata}
    update = {"channel": SUCCESS, "ts": posted["ts"], "text": "Hi", **more}
    assert slack.call("chat.update", update)["message"].get("metadata") == after


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"channel": "customer-success"}, "channel_not_found"),
        ({"ts": "1780300800.000100"}, "message_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 4_000}, None),
        ({"text": "x" * 4_001}, "msg_too_long"),
        ({"blocks": [{"type": "x"}]}, "invalid_blocks"),
        ({"thread_ts": "1"}, "invalid_arguments"),
    ],
)
def test_an_update_is_checked_like_a_post(slack: Slack, more, error):
    ts = slack.post()["ts"]
    answer = slack.call("chat.update", {"channel": SUCCESS, "ts": ts, "text": "Hi", **more})
    assert answer.get("error") == error


def test_replies_are_under_their_message_and_not_in_the_channel(slack: Slack):
    root = slack.post(text="root")["ts"]
    slack.post(text="reply", thread_ts=root)
    last = slack.post(text="loud reply", thread_ts=root, reply_broadcast=True)["ts"]
    replies = slack.read("conversations.replies", channel=SUCCESS, ts=root)
    history = slack.read("conversations.history", channel=SUCCESS)
    assert texts(replies) == ["root", "reply", "loud reply"]
    assert texts(history) == ["loud reply", "root"]
    parent = replies["messages"][0]
    assert (parent["thread_ts"], parent["reply_count"], parent["latest_reply"]) == (root, 2, last)


def test_a_reply_takes_no_replies(slack: Slack):
    root = slack.post()["ts"]
    reply = slack.post(thread_ts=root)["ts"]
    assert slack.post(thread_ts=reply)["error"] == "cannot_reply_to_message"


def test_an_unknown_thread_is_not_found(slack: Slack):
    answer = slack.read("conversations.replies", channel=SUCCESS, ts="1.1")
    assert answer["error"] == "thread_not_found"
