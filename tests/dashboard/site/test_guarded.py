"""Whose account it is not sees nothing of it, by whatever route; and no session is anybody else's."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from urllib.parse import quote

import pytest
import requests
from sqlalchemy import event, insert

from dashboard.access import COOKIE
from dashboard.app import create_app
from dashboard.site import Site
from store.tables import approvals as kept
from store.tables import notices
from tests.book import ACCOUNTS, LEAVING, OWNER
from tests.dashboard.api.test_problems import made_up
from tests.dashboard.conftest import COMPANY, NOBODY, served
from tests.dashboard.site.conftest import PASSWORD, Browser, Desk, address
from tests.dashboard.site.test_roles import filled

IDS = int(environ.get("DASHBOARD_IDS", "200"))
"""Made-up keys; `DASHBOARD_IDS=10000` for as many."""
GIVEN = {
    "/accounts/{key}/answer": {"said": "snooze", "days": "7", "detail": "They call on Monday"},
    "/accounts/{key}/band": {"band": "healthy", "reason": "They signed", "until": "2026-06-30"},
    "/accounts/{key}/band/clear": {},
    "/accounts/{key}/notes": {"words": "They are friends of mine"},
    "/accounts/{key}/notes/delete": {"note": "1"},
    "/accounts/{key}/expected": {"reason": "They move", "until": "2026-06-30"},
    "/accounts/{key}/expected/end": {"pick": "1"},
}
"""What a form says that would be taken of an account of one's own."""


def routes(desk: Desk) -> list[tuple[str, str]]:
    """Every route of one account, by what the router knows."""
    return [(method, path) for method, path in desk.site.rights if "{key}" in path]


def ask(browser: Browser, method: str, path: str, key: str, seal: str) -> requests.Response:
    data = {"seal": seal, **GIVEN[path]} if method == "POST" else None
    where = f"{browser.url}{path.replace('{key}', quote(key, safe=''))}"
    return browser.http.request(method, where, data=data, allow_redirects=False, timeout=30)


def told(answer: requests.Response) -> tuple[int, str, dict[str, str]]:
    """What an answer tells, but for the time."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.text, headers


@contextmanager
def counted(desk: Desk) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile: what takes the same time asks the same."""
    asked: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(desk.database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(desk.database.engine, "before_cursor_execute", note)


def test_a_stranger_s_account_is_as_one_that_there_is_not(desk: Desk):
    browser = desk.browser("own")
    seal = browser.seal()
    assert {path for method, path in routes(desk) if method == "POST"} == set(GIVEN)
    for method, path in routes(desk):
        found = []
        for key in (LEAVING, "nobody"):
            with counted(desk) as asked:
                answer = ask(browser, method, path, key, seal)
            found.append((told(answer), asked))
        assert found[0] == found[1], f"{method} {path}: whether there is one is told"
        assert found[0][0][0] == 404, path


def test_nothing_was_done_to_it_and_its_owner_may(own_desk: Desk):
    """The same forms are taken from whoever may, so that what refuses them above is whose account it is."""
    browser = own_desk.browser("manager")
    seal = browser.seal()
    for method, path in routes(own_desk):
        if method == "POST":
            assert ask(browser, method, path, LEAVING, seal).status_code == 303, path


LISTED = (
    "/",
    "/accounts",
    "/risk",
    "/expansions",
    "/renewals",
    "/gates",
    "/figures",
    "/worst.csv",
    "/review",
)


def test_no_route_at_all_names_an_account_of_others(desk: Desk):
    browser = desk.browser("own")
    for method, path in desk.site.rights:
        if method == "GET":
            answer = browser.get(filled(path))
            assert OWNER not in answer.text, f"{path}: not even in what it can be narrowed down by"
            assert not any(f"Account {key}" in answer.text for key in ACCOUNTS), path
            assert not any(f'/accounts/{key}"' in answer.text for key in ACCOUNTS), path


def test_no_made_up_key_tells_anything(desk: Desk):
    browser, keys, found = desk.browser("own"), made_up(random.Random(8)), set()
    asked = [(method, path) for method, path in routes(desk) if method != "HEAD"]
    seal = browser.seal()
    for number in range(IDS):
        method, path = asked[number % len(asked)]
        key = LEAVING if number % 7 == 0 else next(keys).replace("\0", "")
        answer = ask(browser, method, path, key, seal)
        found.add((answer.status_code, answer.text))

    assert {status for status, _ in found} == {404}
    assert len(found) == 1


def test_ticked_accounts_of_others_are_as_none(desk: Desk):
    browser = desk.browser("own")
    found = [
        browser.post("/accounts/snooze", pick=key, days="7", reason="They call").text.replace(
            f">{key}<", ">…<"
        )
        for key in (LEAVING, "nobody")
    ]

    assert found[0] == found[1]
    assert "there is no such account" in found[0]


# -- letters that wait -------------------------------------------------------------------------------


@pytest.fixture
def held(own_desk: Desk) -> str:
    """A letter of an account that waits for a person, by its key."""
    with own_desk.database.write() as connection:
        notice = connection.execute(notices.select().where(notices.c.key.like("letter/%"))).first()
        assert notice is not None
        connection.execute(notices.update().where(notices.c.id == notice.id).values(status="held"))
        row = {"notice": notice.id, "mode": "approval", "rule": "", "held_ms": 1, "expires_ms": 10**13}
        connection.execute(insert(kept), [row | {"body": "0", "decision": "", "actor": "", "reason": ""}])
    return str(notice.key)


def test_letters_of_others_are_neither_counted_nor_told(own_desk: Desk, held: str):
    manager, own = own_desk.browser("manager"), own_desk.browser("own")
    assert "Mails that wait for approval" in manager.get("/").text
    assert 'class="count"' in manager.get("/").text

    for path in ("/", "/accounts", "/approvals"):
        page = own.get(path).text
        assert "Mails that wait for approval" not in page
        assert 'class="count"' not in page, path
    hidden, missing = (own.get("/approvals/mail", key=key) for key in (held, "letter/none"))
    assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)
    assert hidden.status_code == 404
    refused = own.post("/approvals/mail", key=held, decision="approved")
    assert refused.status_code == 404


# -- sessions ----------------------------------------------------------------------------------------


def test_no_session_is_begun_with_a_token_that_somebody_else_chose(desk: Desk):
    browser = desk.browser()
    browser.http.cookies.set(COOKIE, "chosen-by-somebody-else")

    assert browser.sign_in(address("csm")).status_code == 200

    assert {each.value for each in browser.http.cookies} != {"chosen-by-somebody-else"}
    other = desk.browser()
    other.http.cookies.set(COOKIE, "chosen-by-somebody-else")
    assert "/sign-in" in other.get("/").url


def test_each_sign_in_is_another_session(desk: Desk):
    tokens = set()
    for _ in range(3):
        browser = desk.browser()
        browser.sign_in(address("csm"))
        tokens.add(browser.http.cookies[COOKIE])

    assert len(tokens) == 3


def test_the_cookie_of_an_address_by_https_goes_by_https_alone(desk: Desk):
    site = Site(lambda: desk.deployment, "https://seatsignal.example")
    app = create_app(desk.database, COMPANY, NOBODY, site=site)
    with served(app) as url:
        sent = {"email": address("csm"), "password": PASSWORD}
        answer = requests.post(f"{url}/sign-in", data=sent, allow_redirects=False, timeout=30)

    said = answer.headers["set-cookie"].lower()
    assert all(each in said for each in ("secure", "httponly", "samesite=lax", "path=/"))


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\x01//evil.example",
        "///evil.example",
        "@evil.example",
        "evil.example",
    ],
)
def test_whoever_signs_in_is_sent_to_a_page_of_ours(desk: Desk, to: str):
    sent = {"email": address("csm"), "password": PASSWORD, "to": to}
    answer = requests.post(f"{desk.url}/sign-in", data=sent, allow_redirects=False, timeout=30)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert "evil" not in requests.get(f"{desk.url}/sign-in", params={"to": to}, timeout=30).text


def test_a_form_that_another_site_sends_signs_nobody_in(desk: Desk):
    sent = {"email": address("csm"), "password": PASSWORD}
    for site in ("cross-site", "same-site"):
        headers = {"Sec-Fetch-Site": site}
        answer = requests.post(
            f"{desk.url}/sign-in", data=sent, headers=headers, allow_redirects=False, timeout=30
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
