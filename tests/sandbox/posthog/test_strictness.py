"""What the stand-in refuses, and in which words: PostHog's type, code and detail."""

import pytest
import requests

from sandbox.posthog.throttle import Throttle
from tests.sandbox.posthog.conftest import BOOK, DAYS, LAST_DAY, OVER, SEATS, SEEN, USAGE, PostHog

REFUSED = ("validation_error", "invalid_input")


def said(answer: requests.Response) -> tuple[int, str, str]:
    content = answer.json()
    assert content["attr"] is None
    return answer.status_code, content["type"], content["code"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_authenticated"),
        ({"Authorization": "Basic phx_sandbox"}, "not_authenticated"),
        ({"Authorization": "Bearer phx_other"}, "authentication_failed"),
    ],
)
def test_who_may_ask(posthog: PostHog, headers: dict[str, str], code: str):
    answer = PostHog(posthog.sandbox, headers).ask(LAST_DAY, OVER)
    assert said(answer) == (401, "authentication_error", code)


def test_a_key_needs_its_scope_and_project(posthog: PostHog):
    keys = {"phx_sandbox": ["person:read"], "phx_all": ["*"]}
    posthog.sandbox.seed("posthog", {**BOOK, "keys": keys, "project_id": 7})
    body = {"query": {"kind": "HogQLQuery", "query": LAST_DAY, "values": OVER}}
    refused = posthog.send(body, project=7)
    assert said(refused) == (403, "authentication_error", "permission_denied")
    assert refused.json()["detail"] == "API key missing required scope 'query:read'"
    everything = PostHog(posthog.sandbox, {"Authorization": "Bearer phx_all"})
    assert everything.send(body, project=7).status_code == 200
    assert said(everything.send(body, project=8)) == (404, "invalid_request", "not_found")


@pytest.mark.parametrize(
    ("text", "values", "before", "after"),
    [
        (USAGE, DAYS, "ORDER BY day, account", ""),
        (USAGE, DAYS, "ORDER BY day, account", "ORDER BY account, day"),
        (USAGE, DAYS, "LIMIT 50", "LIMIT 50 OFFSET 50"),
        (USAGE, DAYS, "account > {account}", "account >= {account}"),
        (USAGE, DAYS, "day <= {last}", "day < {last}"),
        (USAGE, DAYS, "range(30)", "range(28)"),
        (USAGE, DAYS, "uniqExact(who)", "sum(who)"),
        (USAGE, DAYS, "notEmpty($group_0)", "notEmpty($group_1)"),
        (USAGE, DAYS, "sumIf(n1, age = 0) AS m1, ", ""),
        (USAGE, DAYS, "count() AS n0", "count() AS n4"),
        (USAGE, DAYS, "count() AS n0", "avg(1) AS n0"),
        (USAGE, DAYS, "event = {v0}", "event = 'export'"),
        (USAGE, DAYS, "event = {v0}", "event LIKE {v0}"),
        (USAGE, DAYS, "properties.on", "properties.`on`"),
        (USAGE, DAYS, "SELECT day", "SELECT toDate(day)"),
        (SEATS, SEEN, "toString(person_id) > {who}", "toString(person_id) > 'x'"),
        (SEATS, SEEN, "argMax(toString(person.properties.title), timestamp)", "person.properties.title"),
        (SEATS, SEEN, "FROM events", "FROM persons"),
        (LAST_DAY, OVER, "max(", "min("),
        (LAST_DAY, OVER, "toStartOfDay(toDateTime({now}))", "toDateTime({now})"),
    ],
)
def test_another_query_is_refused(
    posthog: PostHog, text: str, values: dict[str, str], before: str, after: str
):
    assert posthog.ask(text, values).status_code == 200
    assert before in text
    assert said(posthog.ask(text.replace(before, after), values)) == (400, *REFUSED)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (USAGE, {name: value for name, value in DAYS.items() if name != "v2"}),
        (USAGE, {**DAYS, "v9": "nobody asks"}),
        (USAGE, {**DAYS, "since": "2026-06-01 00:00:00"}),
        (USAGE, {**DAYS, "until": "2026-06-05 00:00:00"}),
        (USAGE, {**DAYS, "since": "yesterday"}),
        (USAGE, {**DAYS, "day": "1 June"}),
        (LAST_DAY, {**OVER, "now": "now"}),
    ],
)
def test_values_must_fit(posthog: PostHog, text: str, values: dict[str, str]):
    assert said(posthog.ask(text, values)) == (400, *REFUSED)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": {"kind": "EventsQuery", "query": LAST_DAY}},
        {"query": {"kind": "HogQLQuery", "query": LAST_DAY, "values": {"since": 1}}},
        {"query": {"kind": "HogQLQuery", "query": LAST_DAY, "values": OVER}, "refresh": "force_async"},
        {"query": {"kind": "HogQLQuery", "query": LAST_DAY, "values": OVER}, "colour": "red"},
    ],
)
def test_bodies_must_fit(posthog: PostHog, body: dict[str, object]):
    assert said(posthog.send(body)) == (400, "invalid_request", "parse_error")


def test_no_query_parameters(posthog: PostHog):
    body = {"query": {"kind": "HogQLQuery", "query": LAST_DAY, "values": OVER}}
    assert said(posthog.send(body, query="?limit=1")) == (400, *REFUSED)


@pytest.mark.parametrize(
    "wrong", [{"colour": "red"}, {"days": [["acme"]]}, {"users": [["a", "b", "never", []]]}]
)
def test_a_book_of_another_form_is_refused(posthog: PostHog, wrong: dict[str, object]):
    with pytest.raises(requests.HTTPError, match="400"):
        posthog.sandbox.seed("posthog", wrong)


def test_too_many_questions_are_told_when_to_come_again(posthog: PostHog):
    posthog.sandbox.seed("posthog", {**BOOK, "per_minute": 2})
    assert [posthog.ask(LAST_DAY, OVER).status_code for _ in range(2)] == [200, 200]
    refused = posthog.ask(LAST_DAY, OVER)
    assert said(refused) == (429, "throttled_error", "throttled")
    assert 50 < int(refused.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("calls_at_s", "waits_s"),
    [
        ([0, 0, 0, 0], [0, 0, 60, 60]),
        ([0, 30, 59.5, 60, 61], [0, 0, 1, 0, 29]),
        ([0, 60, 120, 180, 240, 300, 3_600], [0, 0, 0, 0, 3_360, 3_300, 0]),
    ],
)
def test_windows_slide(calls_at_s: list[float], waits_s: list[int]):
    at_s = iter(calls_at_s)
    throttle = Throttle(2, 4, clock=lambda: next(at_s))
    assert [throttle.wait_s() for _ in calls_at_s] == waits_s
