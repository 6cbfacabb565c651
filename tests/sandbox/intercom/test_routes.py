"""Intercom's stand-in is as strict as its pages: who calls, in which version, with what, how often."""

from typing import Any

import pytest
import requests

from tests.integrations.intercom.workspace import FIRMS, NOW_S, TALKS, TOKEN, seconds, seed
from tests.rehearsal import Rehearsal, start_sandbox

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": "2.15"}
SINCE = {"field": "updated_at", "operator": ">", "value": 0}


@pytest.fixture
def http(sandbox: Rehearsal) -> str:
    sandbox.set_clock(NOW_S)
    sandbox.seed("intercom", seed())
    return f"{sandbox.http}/intercom"


def search(http: str, *filters: dict[str, Any], headers: Any = HEADERS, **paging: Any) -> requests.Response:
    asked = {"query": {"operator": "AND", "value": filters or [SINCE]}, "pagination": paging}
    return requests.post(f"{http}/conversations/search", json=asked, headers=headers, timeout=10)


def test_a_cursor_leads_through_all_that_is_found(http: str) -> None:
    found: list[str] = []
    after = None
    for _ in range(len(TALKS)):
        answer = search(http, per_page=7, starting_after=after).json()
        found += [each["id"] for each in answer["conversations"]]
        if "next" not in answer["pages"]:
            break
        after = answer["pages"]["next"]["starting_after"]
    assert sorted(found) == sorted(each.id for each in TALKS)
    assert answer["total_count"] == len(TALKS)


@pytest.mark.parametrize("operator", [">", "<"])
def test_bounds_are_within(http: str, operator: str) -> None:
    at = seconds(TALKS[24].changed)  # one second in which several changed
    other = {">": "<", "<": ">"}[operator]
    filters = [SINCE | {"operator": operator, "value": at}, SINCE | {"operator": other, "value": at}]
    assert len(search(http, *filters).json()["conversations"]) == 6


def test_companies_come_by_numbers_and_without_those_that_have_no_people(http: str) -> None:
    pages = [
        requests.get(f"{http}/companies", {"page": page, "per_page": 6}, headers=HEADERS, timeout=10).json()
        for page in (1, 2, 3)
    ]
    found = [each["id"] for page in pages for each in page["data"]]
    assert found == [each.id for each in reversed(FIRMS) if each.has_people]
    assert [page["pages"]["total_pages"] for page in pages] == [3, 3, 3]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (HEADERS | {"Authorization": "Bearer other"}, 401),
        (HEADERS | {"Intercom-Version": "1.0"}, 400),
        ({"Authorization": HEADERS["Authorization"]}, 400),
    ],
)
def test_who_has_no_token_or_names_no_version_is_refused(http: str, headers: Any, status: int) -> None:
    assert search(http, headers=headers).status_code == status
    assert requests.get(f"{http}/me", headers=headers, timeout=10).status_code == status


@pytest.mark.parametrize(
    ("filters", "paging"),
    [
        ([SINCE | {"field": "colour"}], {}),
        ([SINCE | {"operator": ">="}], {}),
        ([SINCE | {"value": "2026-04-01"}], {}),
        ([SINCE] * 16, {}),
        ([SINCE], {"per_page": 151}),
        ([SINCE], {"starting_after": "nonsense"}),
        ([SINCE], {"page": 2}),
    ],
)
def test_a_search_that_is_none_is_refused(http: str, filters: Any, paging: Any) -> None:
    assert search(http, *filters, **paging).status_code == 400


@pytest.mark.parametrize(
    "query", [{"per_page": 61}, {"page": 0}, {"page": 201, "per_page": 50}, {"order": "up"}]
)
def test_a_listing_that_is_none_is_refused(http: str, query: dict[str, Any]) -> None:
    assert requests.get(f"{http}/companies", query, headers=HEADERS, timeout=10).status_code == 400


def test_calls_are_limited_by_the_window_and_its_end_is_told() -> None:
    with start_sandbox({"intercom": {"calls_a_window": 3}}) as strict:
        strict.set_clock(NOW_S)
        told = [requests.get(f"{strict.http}/intercom/me", headers=HEADERS, timeout=10) for _ in range(4)]
    assert [each.status_code for each in told] == [200, 200, 200, 429]
    assert told[-1].headers["X-RateLimit-Remaining"] == "0"
    assert NOW_S < int(told[-1].headers["X-RateLimit-Reset"]) <= NOW_S + 10
