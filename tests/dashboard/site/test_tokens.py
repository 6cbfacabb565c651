"""Tokens: whoever administers makes them, sees each once, and ends it; both are on record."""

import re
from collections.abc import Mapping

import pytest
import requests
from sqlalchemy import select

from store import tokens
from store.tables import audit
from tests.dashboard.site.conftest import Desk, address

GOOD: Mapping[str, object] = {"name": "a report", "scope": ["figures", "accounts"], "days": "30"}


def make(desk: Desk, **fields: object) -> requests.Response:
    admin = desk.browser("admin")
    sent = {"seal": admin.seal(), **GOOD, **fields}
    return admin.http.post(f"{desk.url}/tokens/add", data=sent, timeout=30)


def asked(desk: Desk, token: str, path: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{desk.url}/api/v1/{path}", headers=headers, timeout=30).status_code


def acts(desk: Desk) -> list[tuple[str, str, str]]:
    query = select(audit.c.action, audit.c.about, audit.c.detail).where(audit.c.actor == address("admin"))
    with desk.database.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(audit.c.id))]


def test_a_token_is_made_seen_once_and_revoked(own_desk: Desk):
    answer = make(own_desk)

    (token,) = re.findall(r"<li>(sst_\S+)</li>", answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert token not in answer.url
    assert asked(own_desk, token, "accounts") == 200
    assert asked(own_desk, token, "sources") == 403

    admin = own_desk.browser("admin")
    page = admin.get("/tokens").text
    assert token not in page
    assert "a report" in page
    assert "Revoked: a report." in admin.post("/tokens/revoke", pick="a report").text
    assert asked(own_desk, token, "accounts") == 401
    assert "tick tokens that still count" in admin.post("/tokens/revoke", pick="a report").text
    assert acts(own_desk) == [
        ("token_added", "a report", "accounts figures"),
        ("token_revoked", "a report", ""),
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": " "}, "A name says"),
        ({"name": "x" * 101}, "A name says"),
        ({"scope": []}, "Tick what"),
        ({"scope": ["accounts", "everything"]}, "Tick what"),
        ({"days": "100000"}, "Say when"),
        ({"days": ""}, "Say when"),
    ],
)
def test_what_is_not_said_makes_none(desk: Desk, fields: Mapping[str, object], why: str):
    assert why in make(desk, **fields).text

    with desk.database.read() as connection:
        assert tokens.everyone(connection) == []


def test_two_of_one_name_do_not_count_at_once(own_desk: Desk):
    make(own_desk)

    assert "There is a token a report already" in make(own_desk).text
    with own_desk.database.read() as connection:
        assert len(tokens.everyone(connection)) == 1
