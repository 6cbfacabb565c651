"""The stand-in of a company's own API is strict in what it is asked."""

from typing import Any

import pytest
import requests

from tests.rehearsal import Rehearsal

BEARER = {"Authorization": "Bearer api_sandbox"}
ROWS = [{"number": n, "updated_at": f"2026-06-0{n}T00:00:00+00:00"} for n in range(1, 8)]


def get(sandbox: Rehearsal, path: str, **more: Any) -> requests.Response:
    return requests.get(f"{sandbox.http}/http/v1/{path}", timeout=10, **{"headers": BEARER, **more})


@pytest.fixture
def api(sandbox: Rehearsal) -> Rehearsal:
    sandbox.seed("http", {"listings": {"accounts": ROWS, "tickets": ROWS, "seats": ROWS}})
    return sandbox


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("accounts", 200),
        ("nothing", 404),
        ("accounts?colour=red", 400),
        ("accounts?cursor=bm90IG91cnM=", 400),
        ("accounts?cursor=?", 400),
        ("tickets?page=1&per_page=4", 200),
        ("tickets?page=0&per_page=4", 400),
        ("tickets?page=1&per_page=400", 400),
        ("tickets?page=1", 400),
        ("accounts?updated_after=2026-06-01T00:00:00", 400),
        ("accounts?updated_after=yesterday", 400),
        ("accounts?updated_after=2026-06-01T00:00:00Z", 200),
        ("seats", 400),
    ],
)
def test_what_it_does_not_know_is_refused(api: Rehearsal, path: str, status: int):
    assert get(api, path).status_code == status


@pytest.mark.parametrize("headers", [{}, {"Authorization": "api_sandbox"}, {"Authorization": "Bearer other"}])
def test_nobody_is_let_in_without_the_token(api: Rehearsal, headers: dict[str, str]):
    assert get(api, "accounts", headers=headers).status_code == 401


def test_a_cursor_leads_to_the_rest(api: Rehearsal):
    first = get(api, "accounts").json()
    second = get(api, f"accounts?cursor={first['meta']['next']}").json()
    assert first["items"] + second["items"] == ROWS
    assert second["meta"]["next"] is None


def test_what_changed_since_an_instant_is_all_that_comes(api: Rehearsal):
    found = get(api, "tickets?page=1&per_page=4&updated_after=2026-06-06T00:00:00Z").json()
    assert found == {"data": {"tickets": ROWS[5:]}, "total": 2}


def test_an_offset_stands_in_the_body(api: Rehearsal):
    found = requests.post(
        f"{api.http}/http/v1/seats", json={"offset": 5, "limit": 3}, headers=BEARER, timeout=10
    )
    assert found.json() == ROWS[5:]
