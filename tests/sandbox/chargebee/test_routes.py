"""Chargebee's stand-in refuses what Chargebee's documentation does, and lists as it says."""

import pytest
import requests

from sandbox.chargebee.routes import KEY
from tests.rehearsal import Rehearsal
from tests.sandbox.chargebee.conftest import NOW, Chargebee, customer

ALL = [f"cb_{n:02}" for n in range(12)]


@pytest.mark.parametrize("auth", [("", ""), (f"{KEY}x", ""), (KEY, "password"), ("", KEY)])
def test_only_who_has_the_key_may_read(chargebee: Chargebee, auth: tuple[str, str]):
    answer = chargebee.answer("customers", auth=auth)
    assert (answer.status_code, answer.json()["api_error_code"]) == (401, "api_authentication_failed")
    assert KEY not in answer.text


@pytest.mark.parametrize("sent", ["", f"Bearer {KEY}", "Basic !!!", "Basic /w=="])
def test_the_key_is_the_user_of_basic_authentication(chargebee: Chargebee, sent: str):
    url = f"{chargebee.sandbox.http}/chargebee/api/v2/customers"
    assert requests.get(url, headers={"Authorization": sent}, timeout=10).status_code == 401


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("path", ["customers", "customers/cb_01"])
def test_nothing_can_be_written(chargebee: Chargebee, method: str, path: str):
    url = f"{chargebee.sandbox.http}/chargebee/api/v2/{path}"
    assert requests.request(method, url, auth=(KEY, ""), timeout=10).status_code == 404


@pytest.mark.parametrize("path", ["moons", "customers/cb_99", "item_prices/gone", "customers/cb_12"])
def test_what_is_not_there_is_said_to_be_missing(chargebee: Chargebee, path: str):
    assert chargebee.refusal(path)[:2] == (404, "resource_not_found")


def test_one_by_its_id(chargebee: Chargebee):
    found = chargebee.get("item_prices/team-USD")["item_price"]
    assert (found["id"], found["object"], found["deleted"]) == ("team-USD", "item_price", False)
    assert "period" not in found, "what is empty is left out"


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("customers", "limt", 5),
        ("customers", "limit", 0),
        ("customers", "limit", 101),
        ("customers", "limit", "ten"),
        ("customers", "include_deleted", "yes"),
        ("customers", "sort_by[asc]", "mrr"),
        ("customers", "sort_by", "created_at"),
        ("customers", "updated_at", NOW),
        ("customers", "updated_at[after]", "today"),
        ("customers", "updated_at[since]", NOW),
        ("invoices", "sort_by[asc]", "created_at"),
        ("item_prices", "include_deleted", "true"),
        ("item_prices", "sort_by[asc]", "created_at"),
    ],
)
def test_what_is_not_documented_is_refused(chargebee: Chargebee, path: str, name: str, value: object):
    assert chargebee.refusal(path, (name, value)) == (400, "param_wrong_value", name)


@pytest.mark.parametrize("offset", ["x", "[]", "7", '["1"]'])
def test_an_offset_is_one_that_was_given_out(chargebee: Chargebee, offset: str):
    assert chargebee.refusal("customers", ("offset", offset)) == (400, "param_wrong_value", "offset")


def test_ten_are_listed_the_oldest_first(chargebee: Chargebee):
    assert chargebee.ids() == ALL[:10]
    assert chargebee.ids(("limit", 100)) == ALL


@pytest.mark.parametrize("limit", [1, 5, 11, 12, 13])
def test_pages_follow_each_other_and_end(chargebee: Chargebee, limit: int):
    found, offset = [], ""
    for _ in range(20):
        query = (("limit", limit), *((("offset", offset),) if offset else ()))
        page = chargebee.get("customers", *query)
        found += [row["customer"]["id"] for row in page["list"]]
        offset = page.get("next_offset", "")
        if not offset:
            break
    assert found == ALL


def test_what_changed_since_then_comes_by_when_it_did(chargebee: Chargebee):
    since = ("updated_at[after]", NOW - 998)
    assert chargebee.ids(since, ("sort_by[asc]", "updated_at")) == [*ALL[6:10], "cb_10", "cb_11", "cb_03"]
    assert chargebee.ids(("sort_by[desc]", "updated_at"), ("limit", 1)) == ["cb_03"]
    assert chargebee.ids(("updated_at[before]", NOW - 999)) == ALL[:2]


def test_deleted_ones_are_listed_if_they_are_asked_for(chargebee: Chargebee):
    assert chargebee.ids(("limit", 100), ("include_deleted", "true")) == [*ALL, "cb_12"]


def test_it_shows_what_is_there_by_its_clock(chargebee: Chargebee):
    rows = {
        row["customer"]["id"]: row["customer"] for row in chargebee.get("customers", ("limit", 100))["list"]
    }
    assert (rows["cb_03"]["company"], rows["cb_04"]["company"]) == ("Renamed", "Invented 4")


def test_too_many_calls_are_refused_with_when_to_come_back(sandbox: Rehearsal):
    chargebee = Chargebee(sandbox)
    chargebee.seed(customers=[customer(1)], calls_per_minute=3)
    answers = [chargebee.answer("customers") for _ in range(8)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert limited[0].json()["api_error_code"] == "api_request_limit_exceeded"
    assert int(limited[0].headers["Retry-After"]) > 0


def test_a_book_with_a_field_that_is_none_is_refused(sandbox: Rehearsal):
    url = f"{sandbox.http}/seed/chargebee"
    assert (
        requests.post(url, json={"customers": [customer(1, colour="green")]}, timeout=10).status_code == 400
    )
