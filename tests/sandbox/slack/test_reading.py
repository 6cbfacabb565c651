import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import SUCCESS, Slack, keyed, texts


def test_pages_join_to_the_whole_while_new_messages_arrive(slack: Slack):
    for number in range(7):
        slack.post(text=str(number))
    seen, cursor = [], ""
    for _ in range(4):
        page = slack.read("conversations.history", channel=SUCCESS, limit=2, cursor=cursor)
        seen += texts(page)
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        assert page["has_more"] == bool(cursor)
        slack.post(text="new")
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    assert not cursor


def test_slacks_own_client_pages_through(slack: Slack, client: WebClient):
    for number in range(5):
        slack.post(text=str(number))
    pages = client.conversations_history(channel=SUCCESS, limit=2)
    assert [text for page in pages for text in texts(page.data)] == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ({"oldest": 1}, ["3", "2"]),
        ({"oldest": 1, "inclusive": "true"}, ["3", "2", "1"]),
        ({"latest": 2}, ["1", "0"]),
        ({"latest": 2, "inclusive": "1"}, ["2", "1", "0"]),
        ({"oldest": 0, "latest": 3}, ["2", "1"]),
    ],
)
def test_a_window_of_time_excludes_its_edges_unless_asked(slack: Slack, edges, found):
    names = [slack.post(text=str(number))["ts"] for number in range(4)]
    query = {name: names[edge] if isinstance(edge, int) else edge for name, edge in edges.items()}
    assert texts(slack.read("conversations.history", channel=SUCCESS, **query)) == found


def test_metadata_comes_only_where_asked_for(slack: Slack):
    slack.post(metadata=keyed("n-1"))
    [without] = slack.read("conversations.history", channel=SUCCESS)["messages"]
    query = {"channel": SUCCESS, "include_all_metadata": "true"}
    [with_it] = slack.read("conversations.history", **query)["messages"]
    assert "metadata" not in without
    assert with_it["metadata"] == keyed("n-1")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"limit": 999}, None),
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": 0}, "invalid_limit"),
        ({"limit": "many"}, "invalid_arguments"),
        ({"cursor": "bmV4dDox"}, "invalid_cursor"),
        ({"cursor": "%"}, "invalid_cursor"),
        ({"oldest": "monday"}, "invalid_ts_oldest"),
        ({"latest": "monday"}, "invalid_ts_latest"),
        ({"channel": "customer-success"}, "channel_not_found"),
        ({"colour": "red"}, "invalid_arguments"),
    ],
)
def test_a_listing_refuses_what_slack_refuses(slack: Slack, query, error):
    answer = slack.read("conversations.history", **{"channel": SUCCESS, **query})
    assert answer.get("error") == error


def test_people_are_found_by_address(client: WebClient):
    found = client.users_lookupByEmail(email="Robin.Vale@seller.example")
    assert found["user"]["id"] == "U01ROBIN"
    with pytest.raises(SlackApiError, match="users_not_found"):
        client.users_lookupByEmail(email="nobody@seller.example")


@pytest.mark.parametrize(
    ("types", "found"),
    [
        ("public_channel", ["C01SUCCESS", "C02OPS", "C03SALES"]),
        ("private_channel", []),
        ("public_channel,im", ["C01SUCCESS", "C02OPS", "C03SALES", "D01ROBIN", "D02NOOR", "D09GONE"]),
    ],
)
def test_conversations_are_listed_by_kind(client: WebClient, types, found):
    pages = client.conversations_list(types=types, limit=2)
    assert [channel["id"] for page in pages for channel in page["channels"]] == found
