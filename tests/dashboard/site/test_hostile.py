"""Whatever is sent to whatever route: a clear refusal, no trace, nothing of ours in it."""

import json
from contextlib import contextmanager

import pytest
import requests
from starlette.routing import Route

from dashboard.api.whole import service
from dashboard.fence import BODY_LIMIT
from store.database import Unavailable
from tests.dashboard.conftest import is_fenced
from tests.dashboard.site.conftest import Desk
from tests.dashboard.site.test_roles import filled

SECRET = "postgresql://seatsignal:swordfish@db.seller.example"
NO_DATABASE = ("/static/", "/healthz", "/style.css", "/webhooks/")
"""How paths begin that need none; no vendor is set up here that may call in."""
PARAMETERS = (
    *("after", "limit", "sort", "search", "band", "owner", "plan", "customer_type", "changed", "grows"),
    *("from", "until", "currency", "by", "name", "of", "scheme", "size", "period", "email", "key", "to"),
    *("actor", "action", "about", "gate", "signal", "done", "wrong", "said", "source", "number"),
)
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "sql": "a' OR 1=1; DROP TABLE accounts --",
    "nul": "a\0b",
    "huge number": "9" * 400,
    "negative": "-1",
    "float": "1e309",
    "place": "WzFd",
    "bytes": "\N{REPLACEMENT CHARACTER}\u202e\u200b",
    "path": "../../../../etc/passwd",
    "format": "{0.__class__}%s%n${7*7}{{7*7}}",
    "line": "a\r\nSet-Cookie: x=y",
    "long": "x" * 1_000,
    "unicode digit": "\N{ARABIC-INDIC DIGIT ONE}",
    "date": "99999-12-31",
    "emoji": "\N{PILE OF POO}" * 40,
}


def routes(desk: Desk, method: str) -> list[str]:
    """The path of every route that answers to a method, whoever may come there."""
    found = [route for route in desk.app.routes if isinstance(route, Route)]
    return [route.path for route in found if method in (route.methods or ())]


def of_the_site(desk: Desk, method: str) -> list[str]:
    return [path for of, path in desk.site.rights if of == method]


TELLING = ("Traceback", "swordfish", "sqlalchemy", "site-packages", "root:")


def is_clear(answer: requests.Response) -> bool:
    """Whether an answer is one of ours, and tells nothing that only we may know, nor runs what was sent."""
    is_ours = answer.headers["X-Content-Type-Options"] == "nosniff"
    runs = "html" in answer.headers.get("Content-Type", "") and "<script>alert" in answer.text
    sets = "x=y" in answer.headers.get("Set-Cookie", "")
    return is_ours and not runs and not sets and not any(word in answer.text for word in TELLING)


# -- parameters --------------------------------------------------------------------------------------

TURNS = 5
"""A fifth of the parameters goes with each: one that is refused hides those that are read after it."""


@pytest.mark.parametrize("turn", range(TURNS))
def test_no_parameter_breaks_a_page(desk: Desk, turn: int):
    browser, words = desk.browser("admin"), tuple(HOSTILE.values())
    for row, path in enumerate(of_the_site(desk, "GET")):
        params = {
            name: words[(row + at) % len(words)] for at, name in enumerate(PARAMETERS) if at % TURNS == turn
        }
        answer = browser.http.get(
            f"{desk.url}{filled(path)}", params=params, allow_redirects=False, timeout=30
        )
        assert answer.status_code in {200, 303, 400, 404}, (path, answer.status_code)
        assert is_clear(answer), path


@pytest.mark.parametrize("kind", sorted(HOSTILE.keys() - {"path"}))
def test_no_part_of_a_path_breaks_a_page(desk: Desk, kind: str):
    browser, word = desk.browser("admin"), requests.utils.quote(HOSTILE[kind], safe="")
    for path in of_the_site(desk, "GET"):
        if "{" in path:
            named = path.replace("{key}", word).replace("{name}", word).replace("{form}", word)
            answer = browser.http.get(f"{desk.url}{named}", allow_redirects=False, timeout=30)
            assert answer.status_code in {400, 404}, (path, answer.status_code)
            assert is_clear(answer), path


@pytest.mark.parametrize("limit", ["201", "1000000", "0", "-1", "9" * 5_000])
def test_no_page_is_larger_than_it_may_be(desk: Desk, limit: str):
    browser = desk.browser("admin")
    for path in ("/accounts", "/risk", "/renewals", "/figures", "/gates", "/audit"):
        assert browser.get(path, limit=limit).status_code == 400, path
        assert browser.get(f"{path}.csv", limit=limit).status_code == 400, path


# -- bodies ------------------------------------------------------------------------------------------

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODIES: dict[str, tuple[dict[str, str], bytes]] = {
    "json": ({"Content-Type": "application/json"}, b'{"seal": '),
    "no type": ({}, b"seal=1"),
    "multipart without an edge": ({"Content-Type": "multipart/form-data"}, b"--x\r\n"),
    "multipart that never ends": ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\nContent-"),
    "a file": (
        {"Content-Type": "multipart/form-data; boundary=x"},
        b'--x\r\nContent-Disposition: form-data; name="seal"; filename="a"\r\n\r\na\r\n--x--\r\n',
    ),
    "bytes": (FORM, b"seal=%ff%fe&\xff\xfe=1"),
    "many fields": (FORM, b"&".join(b"a%d=1" % number for number in range(3_000))),
    "nothing": (FORM, b""),
}


@pytest.mark.parametrize("kind", BODIES)
def test_no_body_breaks_a_form_and_none_is_taken(desk: Desk, kind: str):
    browser, (headers, body) = desk.browser("admin"), BODIES[kind]
    for path in of_the_site(desk, "POST"):
        if path == "/sign-in":
            continue
        answer = browser.http.post(
            f"{desk.url}{filled(path)}", data=body, headers=headers, allow_redirects=False, timeout=30
        )
        assert answer.status_code in {400, 403, 422}, (path, answer.status_code)
        assert is_clear(answer), path


def test_a_body_that_is_too_large_is_not_read_whatever_it_is_sent_to(desk: Desk):
    browser, body = desk.browser("admin"), b"a=" + b"x" * BODY_LIMIT
    for path in of_the_site(desk, "POST"):
        answer = browser.http.post(f"{desk.url}{filled(path)}", data=body, headers=FORM, timeout=30)
        assert answer.status_code == 413, path
        assert is_fenced(answer), path


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_there_is_not_is_refused_with_those_that_there_are(desk: Desk, method: str):
    browser = desk.browser("admin")
    for path in {*of_the_site(desk, "GET"), *of_the_site(desk, "POST")}:
        answer = browser.http.request(method, f"{desk.url}{filled(path)}", timeout=30)
        assert answer.status_code == 405, path
        known = {of for of, at in desk.site.rights if at == path}
        assert set(answer.headers["Allow"].split(", ")) >= known, path


# -- a database that is away -------------------------------------------------------------------------


@contextmanager
def away(*_: object, **_more: object):
    raise Unavailable(f"{SECRET} is away")
    yield


def test_without_its_database_every_route_says_so_and_when_to_come_again(desk: Desk, monkeypatch):
    browser = desk.browser("admin")
    seal = browser.seal()
    for name in ("read", "write"):
        monkeypatch.setattr(desk.deployment.database, name, away)
    tokens = {"Authorization": "Bearer sst_any"}
    free = {f"/api/v1{each.path}" for each in service(lambda: desk.deployment).operations if not each.scope}
    for method in ("GET", "POST"):
        for path in routes(desk, method):
            if path.startswith(NO_DATABASE) or path in free:
                continue
            where = filled(path.replace("{token}", "nobody"))
            data = {"seal": seal, "save": "yes", "score": "9"} if method == "POST" else None
            answer = browser.http.request(
                method, f"{desk.url}{where}", data=data, headers=tokens, allow_redirects=False, timeout=30
            )
            assert answer.status_code == 503, (method, path, answer.status_code)
            assert int(answer.headers["Retry-After"]) > 0, path
            assert is_clear(answer), path
            if path.startswith("/api/"):
                assert json.loads(answer.text)["status"] == 503


def test_our_own_defect_is_told_on_every_route_without_its_trace(desk: Desk, monkeypatch):
    browser = desk.browser("admin")
    monkeypatch.setattr(desk.deployment.database, "read", lambda: 1 / 0)
    for path in of_the_site(desk, "GET"):
        if not path.startswith(NO_DATABASE):
            answer = browser.http.get(f"{desk.url}{filled(path)}", allow_redirects=False, timeout=30)
            assert answer.status_code == 500, path
            assert "ZeroDivision" not in answer.text
            assert is_clear(answer), path
