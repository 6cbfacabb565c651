from typing import Any

import pytest
import responses

from integrations.api import client
from integrations.errors import IntegrationError, Misconfigured, RetryLater
from tests.integrations.http.conftest import URL, Api

NEXT = {"rows": "rows", "paging": {"style": "next", "path": "next"}}
LINK = {"paging": {"style": "link"}}
CURSOR = {"rows": "rows", "paging": {"style": "cursor", "parameter": "after", "path": "next"}}
PAGED = {"rows": "rows", "paging": {"style": "page", "parameter": "page", "size": 2, "total": "total"}}
OFFSET = {"rows": "rows", "paging": {"style": "offset", "parameter": "skip", "size": 2}}


def rows(*ids: int, **more: Any) -> dict[str, Any]:
    return {"rows": [{"id": number, "who": "acme"} for number in ids], **more}


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/v1/things",
        "http://api.customer.example/v1/things",
        "https://api.customer.example:8443/v1/things",
        "//evil.example/v1",
        "https://api.customer.example.evil.example/v1",
        "https://api.customer.example@evil.example/v1",
        "https:\\\\evil.example/v1",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("style", ["next", "link"])
def test_a_next_page_on_another_host_is_never_asked(api: Api, style: str, address: str) -> None:
    if style == "next":
        api.says(rows(1, next=address))
    else:
        api.says(rows(1)["rows"], headers={"Link": f'<{address}>; rel="next"'})
    with pytest.raises(IntegrationError) as met:
        api.pull(**(NEXT if style == "next" else LINK), auth={"kind": "bearer", "secret": "key"})
    assert met.value.reason in {"other_host", "unexpected_answer"}
    assert [call.request.url.split("/")[2] for call in api.mock.calls] == ["api.customer.example"] * len(
        api.mock.calls
    )
    assert "evil" not in str(met.value)


@pytest.mark.parametrize(
    "address",
    [
        "?page=2",
        "/v1/things?page=2",
        "things?page=2",
        f"{URL}?page=2",
        f"{URL.upper()[:28]}{URL[28:]}?page=2",
    ],
)
def test_a_next_page_may_be_told_in_part(api: Api, address: str) -> None:
    api.says(rows(1, next=address), rows(2, next=None))
    assert len(api.pull(**NEXT, query={"size": 1})) == 2
    assert api.asked == [{"size": "1"}, {"page": "2"}]


def test_a_secret_in_the_query_is_shown_to_every_page(api: Api) -> None:
    api.says(rows(1, next="?page=2&key=old"), rows(2))
    api.pull(**NEXT, auth={"kind": "query", "name": "key", "secret": "key"})
    assert api.asked == [{"key": "canary-7"}, {"page": "2", "key": "canary-7"}]


@pytest.mark.parametrize(
    ("endpoint", "answers", "reason"),
    [
        (CURSOR, [rows(1, next="a"), rows(2, next="a")], "repeated_page"),
        (CURSOR, [rows(1, next="a"), rows(2, next="b"), rows(3, next="a")], "repeated_page"),
        (CURSOR, [rows(1, next="a"), rows(1, next="b")], "repeated_page"),
        (CURSOR, [rows(next="a")], "unexpected_answer"),
        (CURSOR, [rows(1, next={"a": 1})], "unexpected_answer"),
        (CURSOR, [rows(1, next=True)], "unexpected_answer"),
        (CURSOR, [{"rows": None}], "unexpected_answer"),
        (CURSOR, [{"rows": {"0": {}}}], "unexpected_answer"),
        (CURSOR, [{"error": "maintenance"}], "unexpected_answer"),
        (CURSOR, [[]], "unexpected_answer"),
        (CURSOR, [{"rows": [{"number": 1, "who": "acme"}]}], "unexpected_answer"),
        (NEXT, [rows(1, next="?a"), rows(2, next="?a")], "repeated_page"),
        (NEXT, [rows(1, next="http://[")], "unexpected_answer"),
        (OFFSET, [rows(1, 2), rows(1, 2)], "repeated_page"),
        (PAGED, [rows(1, 2, total=3), rows(total=3)], "unexpected_answer"),
        (PAGED, [rows(1, 2, total=4), rows(3, total=3)], "unexpected_answer"),
        (PAGED, [rows(1, total=2)], "unexpected_answer"),
        (PAGED, [rows(1)], "unexpected_answer"),
        (PAGED, [rows(1, total=True)], "unexpected_answer"),
    ],
)
def test_what_is_no_listing_ends_the_pull_and_completes_nothing(
    api: Api, endpoint: dict[str, Any], answers: list[Any], reason: str
) -> None:
    api.says(*answers)
    complete = endpoint is not OFFSET
    with pytest.raises(RetryLater) as met:
        api.pull(**endpoint, complete=complete)
    assert met.value.reason == reason
    assert not any(page.complete for page in api.pages)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"rows": [1', "<html>", "", "null", '"\\ud800"', "\x00"])
def test_what_is_no_json_of_rows_is_asked_again(api: Api, body: str) -> None:
    api.mock.add(responses.GET, URL, body=body)
    with pytest.raises(RetryLater) as met:
        api.pull(**CURSOR)
    assert met.value.reason in {"not_json", "unexpected_answer"}


def test_a_cursor_that_was_had_before_is_not_asked_again(api: Api) -> None:
    api.says(*(rows(n, next="ab"[n % 2]) for n in range(20)))
    with pytest.raises(RetryLater) as met:
        api.pull(**CURSOR)
    assert met.value.reason == "repeated_page"
    assert api.asked == [{}, {"after": "a"}, {"after": "b"}]


def test_a_listing_without_an_end_is_left(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_PAGES", 7)
    api.says(*(rows(n, n + 1) for n in range(20)))
    with pytest.raises(RetryLater, match="no end"):
        api.pull(**OFFSET)
    assert len(api.asked) == 7


def test_a_page_that_is_larger_than_said_is_for_a_person(api: Api) -> None:
    api.says(rows(1, 2, 3))
    with pytest.raises(Misconfigured, match="size"):
        api.pull(**OFFSET)


@pytest.mark.parametrize(
    ("endpoint", "answers", "asked"),
    [
        ({}, [rows(1)["rows"]], [{}]),
        (CURSOR, [rows(1, next=0), rows(2, next="")], [{}, {"after": "0"}]),
        (CURSOR, [rows()], [{}]),
        (OFFSET, [rows(1, 2), rows(3)], [{"skip": "0"}, {"skip": "2"}]),
        (OFFSET, [rows(1, 2), rows()], [{"skip": "0"}, {"skip": "2"}]),
        (PAGED, [rows(1, 2, total=2)], [{"page": "1"}]),
        (PAGED, [rows(1, 2, total=3), rows(3, total=3)], [{"page": "1"}, {"page": "2"}]),
    ],
)
def test_a_listing_ends_where_it_says(
    api: Api, endpoint: dict[str, Any], answers: list[Any], asked: list[dict[str, str]]
) -> None:
    api.says(*answers)
    records = api.pull(**endpoint)
    assert len(records) == sum(
        len(answer if isinstance(answer, list) else answer["rows"]) for answer in answers
    )
    assert api.asked == asked


def test_the_last_page_alone_is_complete(api: Api) -> None:
    api.says(rows(1, next="a"), rows(2))
    api.pull(**CURSOR, complete=True)
    assert [page.complete for page in api.pages] == [False, False, True]
    assert {page.listing for page in api.pages} == {"tickets"}
