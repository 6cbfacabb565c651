"""The stand-in is as strict as Keygen, and says no in its words."""

from typing import Any

import pytest
import requests

from tests.integrations.keygen.account import ACCOUNT, PERMISSIONS, TOKEN, uuid
from tests.rehearsal import Rehearsal
from tests.sandbox.keygen.conftest import MEDIA_TYPE, Keygen, book

UTC_DAY = {"date__start": "2026-11-18", "date__end": "2026-11-19"}


def error(answer: requests.Response) -> tuple[int, dict[str, Any]]:
    body = answer.json()
    [told] = body["errors"]
    assert body["meta"]["id"]
    assert answer.headers["Content-Type"] == f"{MEDIA_TYPE}; charset=utf-8"
    return answer.status_code, told


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "TOKEN_MISSING"),
        ({"Authorization": "Bearer "}, "TOKEN_MISSING"),
        ({"Authorization": f"Basic {TOKEN}"}, "TOKEN_MISSING"),
        ({"Authorization": "Bearer prod-other"}, "TOKEN_INVALID"),
        ({"Authorization": f"Bearer {uuid('t', 1)}"}, "TOKEN_FORMAT_INVALID"),
    ],
)
def test_only_the_bearer_of_the_token(keygen: Keygen, sent: dict[str, str], code: str):
    keygen.headers = {"Accept": MEDIA_TYPE, **sent}
    status, told = error(keygen.send("licenses", page__cursor=""))
    assert (status, told["code"]) == (401, code)


@pytest.mark.parametrize(
    ("listing", "permission"),
    list(zip(("products", "policies", "licenses", "machines", "event-logs"),
             ("product.read", "policy.read", "license.read", "machine.read", "event-log.read"), strict=True)),
)  # fmt: skip
def test_each_listing_takes_its_permission(keygen: Keygen, listing: str, permission: str):
    left = [one for one in PERMISSIONS if one != permission]
    keygen.hold(token={"value": TOKEN, "permissions": left})
    assert error(keygen.send(listing))[0] == 403
    keygen.hold(token={"value": TOKEN, "permissions": [permission]})
    assert keygen.send(listing).status_code == 200


@pytest.mark.parametrize(("more", "status"), [({"edition": "CE"}, 404), ({"entitled": False}, 403)])
def test_event_logs_are_of_an_edition_that_has_them(keygen: Keygen, more: dict[str, Any], status: int):
    keygen.hold(**more)
    assert error(keygen.send("event-logs"))[0] == status
    assert keygen.send("licenses").headers["Keygen-Edition"] == more.get("edition", "EE")


def test_an_account_goes_by_its_slug_and_its_id(keygen: Keygen):
    assert keygen.send("licenses", ACCOUNT).status_code == 200
    assert error(keygen.send("licenses", "moondial"))[0] == 404
    assert error(keygen.send("users"))[0] == 404


def test_nobody_is_known_before_there_is_a_book(sandbox: Rehearsal):
    assert error(Keygen(sandbox).send("licenses"))[0] == 404


@pytest.mark.parametrize(
    ("accept", "status"),
    [(MEDIA_TYPE, 200), ("application/json", 200), ("*/*", 200), ("text/html", 400), ("text/csv;q=1", 400)],
)
def test_answers_are_json_api_or_none(keygen: Keygen, accept: str, status: int):
    keygen.headers["Accept"] = accept
    assert keygen.send("licenses").status_code == status


@pytest.mark.parametrize(
    ("version", "owner"), [("1.8", "owner"), ("v1.6", "owner"), ("1.5", "user"), (None, "user")]
)
def test_a_version_decides_what_an_owner_is_called(keygen: Keygen, version: str | None, owner: str):
    keygen.headers.pop("Keygen-Version")
    keygen.headers |= {"Keygen-Version": version} if version else {}
    [shown] = keygen.read("licenses")["data"]
    assert {"owner", "user"} & shown["relationships"].keys() == {owner}


def test_a_token_expires(keygen: Keygen):
    keygen.hold(token={"value": TOKEN, "permissions": PERMISSIONS, "expiry": "2026-11-20T12:00:01Z"})
    assert keygen.send("licenses").status_code == 200
    keygen.sandbox.set_clock(1_795_176_001.0)
    status, told = error(keygen.send("licenses"))
    assert (status, told["code"]) == (401, "TOKEN_EXPIRED")


def test_there_are_no_environments(keygen: Keygen):
    keygen.headers["Keygen-Environment"] = "beta"
    status, told = error(keygen.send("licenses"))
    assert (status, told["code"]) == (400, "ENVIRONMENT_INVALID")


def test_a_version_that_is_none_is_refused(keygen: Keygen):
    keygen.headers["Keygen-Version"] = "2.0"
    status, told = error(keygen.send("licenses"))
    assert (status, told["code"]) == (400, "INVALID_API_VERSION")


@pytest.mark.parametrize(
    ("listing", "query", "parameter"),
    [
        ("licenses", {"page__size": 0, "page__cursor": ""}, "page[size]"),
        ("licenses", {"page__size": 101, "page__cursor": ""}, "page[size]"),
        ("licenses", {"page__size": "ten", "page__cursor": ""}, "page[size]"),
        ("licenses", {"page__size": 10}, "page"),
        ("licenses", {"page__cursor": "", "page__number": 1}, "page"),
        ("licenses", {"page__cursor": "next"}, "page[cursor]"),
        ("licenses", {"page__number": 0}, "page[number]"),
        ("licenses", {"page__number": 101}, "page[number]"),
        ("licenses", {"limit": 101}, "limit"),
        ("licenses", {"colour": "red"}, "colour"),
        ("licenses", {"limit": [5, 6]}, "limit"),
        ("licenses", UTC_DAY, "date[start]"),
        ("event-logs", {"date__start": "2026-11-18", "date__end": "2026-11-18"}, "date"),
        ("event-logs", {"date__start": "2026-10-01", "date__end": "2026-11-18"}, "date"),
        ("event-logs", {"date__start": "2026-11-18"}, "date"),
        ("event-logs", {"date__start": "yesterday", "date__end": "today"}, "date"),
    ],
)
def test_parameters_are_refused_by_name(keygen: Keygen, listing: str, query: dict[str, Any], parameter: str):
    status, told = error(keygen.send(listing, **query))
    assert (status, told["source"]) == (400, {"parameter": parameter})


def test_pages_follow_the_last_row_newest_first(keygen: Keygen):
    first = keygen.read("products", page__cursor="", page__size=2)
    assert [row["id"] for row in first["data"]] == [uuid("p", 5), uuid("p", 4)]
    assert f"page%5Bcursor%5D={uuid('p', 4)}" in first["links"]["next"]
    last = keygen.read("products", page__cursor=uuid("p", 2), page__size=2)
    assert [row["id"] for row in last["data"]] == [uuid("p", 1)]
    assert last["links"]["next"] is None
    assert f"page%5Bcursor%5D={uuid('p', 2)}" in last["links"]["self"]


def test_a_cursor_that_is_gone_finds_nothing_and_does_not_say_so(keygen: Keygen):
    found = keygen.read("products", page__cursor=uuid("p", 99), page__size=2)
    assert (found["data"], found["links"]["next"]) == ([], None)


def test_pages_by_number_are_there_too(keygen: Keygen):
    found = keygen.read("products", page__number=2, page__size=2)
    assert [row["id"] for row in found["data"]] == [uuid("p", 3), uuid("p", 2)]
    assert "page%5Bnumber%5D=3" in found["links"]["next"]


def test_the_event_log_is_not_counted_so_that_a_full_page_has_a_next_one_though_it_be_empty(keygen: Keygen):
    found = keygen.read("event-logs", **UTC_DAY, page__number=1, page__size=1)
    rows = len(keygen.read("event-logs", **UTC_DAY, limit=100)["data"])
    last = keygen.read("event-logs", **UTC_DAY, page__number=rows, page__size=1)
    after = keygen.read("event-logs", **UTC_DAY, page__number=rows + 1, page__size=1)
    assert "page%5Bnumber%5D=2" in found["links"]["next"]
    assert (len(last["data"]), f"page%5Bnumber%5D={rows + 1}" in last["links"]["next"]) == (1, True)
    assert (after["data"], after["links"]["next"]) == ([], None)


def test_the_event_log_is_cut_by_days_and_events(keygen: Keygen):
    failed = keygen.read("event-logs", event="license.validation.failed", **UTC_DAY)["data"]
    assert [row["attributes"]["created"][:13] for row in failed] == [
        "2026-11-19T03", "2026-11-19T01", "2026-11-18T03", "2026-11-18T01",
    ]  # fmt: skip
    none = keygen.read("event-logs", **{"events[]": ["license.renewed"]})
    assert none["data"] == []


def test_what_has_not_happened_yet_is_not_shown(keygen: Keygen):
    assert len(keygen.read("machines")["data"]) == 2
    keygen.sandbox.set_clock(1_795_176_001.0)
    assert len(keygen.read("machines")["data"]) == 3


def test_a_licence_shows_its_policys_maxima_and_what_it_is_used_by(keygen: Keygen):
    [shown] = keygen.read("licenses")["data"]
    assert (shown["attributes"]["maxMachines"], shown["attributes"]["maxUsers"]) == (5, 9)
    assert shown["relationships"]["machines"]["meta"] == {"count": 2, "cores": 12, "memory": 0, "disk": 0}
    assert shown["relationships"]["product"]["data"]["id"] == uuid("p", 1)
    assert "banned" not in shown["attributes"]


def test_a_machine_that_sends_heartbeats_is_held_to_them(keygen: Keygen):
    shown = {row["id"]: row["attributes"]["requireHeartbeat"] for row in keygen.read("machines")["data"]}
    assert shown == {uuid("m", 1): False, uuid("m", 2): True}


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ({}, "ACTIVE"),
        ({"expiry": "2026-11-20T12:00:00Z"}, "EXPIRED"),
        ({"expiry": "2026-11-23T11:59:59Z"}, "EXPIRING"),
        ({"expiry": "2026-11-23T12:00:00Z"}, "ACTIVE"),
        ({"suspended": True, "expiry": "2026-01-01T00:00:00Z"}, "SUSPENDED"),
        ({"banned": True, "suspended": True}, "BANNED"),
        ({"created": "2026-08-22T11:59:59Z"}, "INACTIVE"),
        ({"created": "2026-08-22T11:59:59Z", "lastValidated": "2026-11-20T12:00:00Z"}, "ACTIVE"),
        ({"created": "2026-08-22T11:59:59Z", "lastValidated": "2026-11-20T12:00:01Z"}, "INACTIVE"),
    ],
)
def test_a_status_is_worked_out(keygen: Keygen, attributes: dict[str, Any], status: str):
    licence = book()["licenses"][0]
    keygen.hold(licenses=[{**licence, "attributes": {**licence["attributes"], **attributes}}])
    [shown] = keygen.read("licenses")["data"]
    assert shown["attributes"]["status"] == status


def test_the_rate_limit_is_told_and_kept(keygen: Keygen):
    keygen.hold(requestsPerMinute=2)
    answers = [keygen.send("licenses") for _ in range(2_0)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert len(limited) >= 20 - 2 * 2, "two minutes at most are touched"
    told = limited[-1].headers
    assert (told["X-RateLimit-Limit"], told["X-RateLimit-Remaining"]) == ("2", "0")
    assert 0 < int(told["Retry-After"]) <= 60
    assert error(limited[-1])[1]["code"] == "TOO_MANY_REQUESTS"


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"products": [{"id": "1", "attributes": {"name": "Editor", "created": "2026-01-01T00:00:00Z"}}]},
        {"products": [{"id": uuid("p", 1), "attributes": {"name": "E", "created": "2026-01-01T00:00:00"}}]},
        {"products": [{"id": uuid("p", 1), "attributes": {"created": "2026-01-01T00:00:00Z"}}]},
        {"edition": "PRO"},
    ],
)
def test_a_book_of_another_shape_is_refused(sandbox: Rehearsal, wrong: dict[str, object]):
    with pytest.raises(requests.HTTPError, match="400"):
        sandbox.seed("keygen", book(**wrong))
