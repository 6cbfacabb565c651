"""What cannot be answered is said in one shape, and says nothing else."""

import json
import random
import string
from collections.abc import Iterator
from os import environ
from urllib.parse import quote

import pytest
import requests
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from dashboard.api import problems
from dashboard.api.lists import COLLECTIONS
from dashboard.app import create_app
from dashboard.site import Site
from store import places
from store.database import Database, Unavailable
from tests.book import ACCOUNTS, LEAVING
from tests.dashboard.api.conftest import BASE, Program, Served
from tests.dashboard.conftest import COMPANY, NOBODY, served

CASES = int(environ.get("API_IDS", "400"))
"""Made-up keys and places; `API_IDS=10000` for as many on each database."""


def is_problem(answer: requests.Response, status: int) -> bool:
    """Whether an answer is a problem of a status."""
    told = answer.json()
    return (
        (answer.status_code, told["status"]) == (status, status)
        and answer.headers["content-type"] == "application/problem+json"
        and {"type", "title", "status", "detail", "instance"} <= set(told)
        and all(told.values())
    )


@pytest.mark.parametrize(
    ("path", "params", "parameter"),
    [
        ("/accounts", "limit=0", "limit"),
        ("/accounts", "limit=201", "limit"),
        ("/accounts", "limit=", "limit"),
        ("/accounts", "limit=%EF%BC%91", "limit"),
        ("/accounts", "limit=" + "9" * 5_000, "limit"),
        ("/accounts", "limit=1&limit=2", "limit"),
        ("/accounts", "sort=account;DROP TABLE accounts", "sort"),
        ("/accounts", "sort=--name", "sort"),
        ("/accounts", "bnd=at_risk", "bnd"),
        ("/accounts", "band[]=x", "band[]"),
        ("/accounts", "band=", "band"),
        ("/accounts", "search=%00", "search"),
        ("/accounts", "search=" + "x" * 101, "search"),
        ("/accounts", "after=nonsense", "after"),
        ("/accounts", "after=WzFd", "after"),
        ("/renewals", "from=2026-02-30", "from"),
        ("/renewals", "until=20260601", "until"),
        ("/signals", "after=WzEsMiwzLDRd", "after"),
        ("/sources", "after=WzFd", "after"),
        (f"/accounts/{LEAVING}/scores", "after=yesterday", "after"),
        (f"/accounts/{LEAVING}", "with=everything", "with"),
        ("/figures/mrr", "by=shoe_size", "by"),
        ("/figures/mrr", "spread=true", "spread"),
    ],
)
def test_what_cannot_be_asked_is_said(each: Program, path: str, params: str, parameter: str):
    answer = each.http.get(f"{each.url}{BASE}{path}?{params}", timeout=30)

    assert is_problem(answer, 400)
    assert answer.json()["parameter"] == parameter
    assert answer.json()["instance"] == f"{BASE}{path}"


NOWHERE = (
    "",
    "/",
    "/nothing",
    "/accounts/",
    "/accounts/a1/nothing",
    "/figures/nothing",
    "/experiments/nothing",
)


@pytest.mark.parametrize("path", [*NOWHERE, "/accounts/nobody", "/accounts/%00", "/accounts/" + "x" * 5_000])
def test_what_is_not_there_is_not_found(each: Program, path: str):
    assert is_problem(each.get(path), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_it_is_read_only(program: Program, method: str):
    answer = program.http.request(method, f"{program.url}{BASE}/accounts", data=b"{", timeout=30)

    assert is_problem(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD"


def test_the_head_is_that_of_the_answer(program: Program):
    head = program.http.head(f"{program.url}{BASE}/accounts", timeout=30)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == program.get("/accounts").headers["ETag"]


def test_a_body_is_not_looked_at_and_a_huge_one_refused(program: Program):
    url = f"{program.url}{BASE}/accounts"

    assert program.http.request("GET", url, data=b'{"malformed": ', timeout=30).status_code == 200
    assert is_problem(program.http.request("GET", url, data=b"x" * 70_000, timeout=30), 413)


REFUSED = (400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 414, 415, 421, 422, 429, 431, 500, 501, 503)


@pytest.mark.parametrize("status", REFUSED)
def test_whatever_is_refused_is_told_as_a_problem(status: int):
    request = Request({"type": "http", "path": f"{BASE}/accounts", "headers": [], "query_string": b""})

    answer = problems.answer(request, HTTPException(status))

    told = json.loads(bytes(answer.body))
    assert (answer.status_code, told["status"], told["instance"]) == (status, status, f"{BASE}/accounts")
    assert answer.headers["content-type"] == problems.MEDIA
    assert all(told.values())


def test_a_request_that_is_none_is_told_as_one_too():
    request = Request({"type": "http", "path": f"{BASE}/accounts", "headers": [], "query_string": b""})

    assert problems.answer(request, RequestValidationError([])).status_code == 422


class Away(Database):
    """A database that cannot be reached."""

    def read(self, *_args: object, **_more: object):
        raise Unavailable("postgresql://seatsignal:swordfish@db.seller.example is away")


def test_a_database_that_is_away_is_said_without_where_it_is(api: Served, monkeypatch):
    monkeypatch.setattr(api.deployment.database, "read", Away.read.__get__(api.deployment.database))

    answer = Program(api.url, "sst_any").get("/accounts")

    assert is_problem(answer, 503)
    assert answer.headers["Retry-After"] == "60"
    assert "swordfish" not in answer.text


def test_our_own_defect_is_told_without_its_trace(program: Program, monkeypatch):
    monkeypatch.setattr("dashboard.lists.programs.match_rates", lambda _: 1 / 0)

    answer = program.get("/sources")

    assert is_problem(answer, 500)
    assert "Zero" not in answer.text


def test_the_outside_has_no_api(api: Served):
    app = create_app(api.database, COMPANY, NOBODY)
    with served(app) as url:
        assert Program(url, api.program().token).get("/accounts").status_code == 404
    assert create_app(api.database, COMPANY, NOBODY, site=Site(lambda: api.deployment))


# -- made-up ids -------------------------------------------------------------------------------------

SEEDS = (
    LEAVING,
    "a",
    "' OR 1=1 --",
    "%",
    "_",
    "*",
    "..",
    "-1",
    "0",
    "null",
    "\N{MATHEMATICAL DOUBLE-STRUCK SMALL A}1",
    "a1 ",
    "A1",
    "a1\t",
)


def made_up(chance: random.Random) -> Iterator[str]:
    """Keys that are near to real ones, or hostile, or nothing, none of which is one."""
    letters = string.printable.replace("/", "") + "äß\u200b\u202e\x00"
    while True:
        seed = chance.choice(SEEDS)
        made = seed + "".join(chance.choices(letters, k=chance.randint(0, 20)))
        if made not in ACCOUNTS and made.strip(".") and not made.endswith(("?", "#")):
            yield made


def answers(program: Program, path: str, query: str = "") -> requests.Response:
    return program.http.get(f"{program.url}{BASE}{path}{query}", timeout=30)


def test_no_made_up_key_tells_anything(each: Program):
    keys = made_up(random.Random(8))
    endings = ("", "/scores", "/explanation", "/statement")
    told = set()
    for number in range(CASES // 2):
        answer = answers(each, f"/accounts/{quote(next(keys), safe='')}{endings[number % 4]}")
        told.add((answer.status_code, _without_instance(answer)))

    assert len(told) == 1
    assert {status for status, _ in told} == {404}


def test_no_made_up_place_tells_anything(each: Program):
    chance, told = random.Random(8), set()
    keys, names = made_up(chance), sorted(COLLECTIONS)
    for number in range(CASES // 2):
        name = names[number % len(names)]
        place = _place(chance, next(keys))
        answer = answers(each, f"/{name}", f"?after={quote(place, safe='')}")
        told.add((answer.status_code, _without_instance(answer)))

    assert {status for status, _ in told} == {400}
    assert len(told) <= 3, "one way to say so, or two: no place, or no text"


def _place(chance: random.Random, key: str) -> str:
    """A place that is none: a text, or what is written like one with what no list goes by."""
    values = [key, [], {}, 2**70, 1.5, True, None]
    made = [chance.choice(values) for _ in range(chance.choice([0, 3, 5]))]
    return chance.choice([key, places.written(made), places.written([key])[:-1] + "!"])


def _without_instance(answer: requests.Response) -> str:
    told = answer.json()
    told.pop("instance")
    return json.dumps(told)
