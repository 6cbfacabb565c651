"""Every route by every role, from the router's own list."""

import pytest
import requests
from starlette.routing import Route

from dashboard.access import ROLES, Right
from dashboard.site import POLICY
from dashboard.whole import OUTSIDE
from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk

FILLED = {"{key}": LEAVING, "{name}": "mrr", "{form}": "json"}
"""What stands for the parts of a path."""


def routes(desk: Desk) -> list[tuple[str, str]]:
    """Every method and path that the app answers to, but for what the outside may reach."""
    found = []
    for route in desk.app.routes:
        assert isinstance(route, Route)
        if not route.path.startswith(OUTSIDE):
            found += [(method, route.path) for method in sorted(route.methods or ())]
    return found


def filled(path: str) -> str:
    for part, value in FILLED.items():
        path = path.replace(part, value)
    assert "{" not in path, f"say what stands for {path}"
    return path


def ask(desk: Desk, role: str, method: str, path: str, **fields: str) -> requests.Response:
    browser = desk.browser(role)
    data = {"seal": browser.seal() if role else "", **fields} if method == "POST" else None
    return browser.http.request(
        method, f"{desk.url}{filled(path)}", data=data, allow_redirects=False, timeout=30
    )


def test_every_route_says_what_right_it_needs(desk: Desk):
    assert set(routes(desk)) == set(desk.site.rights)


def test_nobody_sees_anything_without_signing_in(desk: Desk):
    for method, path in routes(desk):
        answer = ask(desk, "", method, path)
        if desk.site.rights[method, path] is None:
            assert answer.status_code in {200, 403}, path
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in"), path
            assert "a1" not in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_every_route_is_open_to_whoever_has_its_right_and_to_nobody_else(desk: Desk, role: str):
    browser = desk.browser(role)
    seal = browser.seal()
    for method, path in routes(desk):
        right = desk.site.rights[method, path]
        if right is None or path in {"/sign-out", "/me/sessions"}:
            continue
        data = {"seal": seal} if method == "POST" else None  # no field that would change anything
        answer = browser.http.request(
            method, f"{desk.url}{filled(path)}", data=data, allow_redirects=False, timeout=30
        )
        allowed = right in ROLES[role]
        assert (answer.status_code == 403) is not allowed, f"{role} {method} {path}: {answer.status_code}"
        assert answer.status_code < 500, path
        if answer.status_code != 303 and answer.headers["content-type"].startswith("text/html"):
            assert answer.headers["content-security-policy"] == POLICY, path


@pytest.mark.parametrize("seal", ["", "0" * 64])
def test_no_form_is_taken_without_the_seal_of_its_session(desk: Desk, seal: str):
    browser = desk.browser("admin")
    for (method, path), right in desk.site.rights.items():
        if method == "POST" and right is not None:
            assert browser.post(filled(path), seal=seal).status_code == 403, path


def test_the_seal_of_another_session_is_none(desk: Desk):
    other = desk.browser("admin").seal()

    assert desk.browser("admin").post(f"/accounts/{LEAVING}/answer", seal=other).status_code == 403


def test_rights_grow_with_the_role():
    assert ROLES["support"] < ROLES["sales"] < ROLES["csm"] < ROLES["manager"] < ROLES["admin"]
    assert ROLES["admin"] == set(Right)


def test_whoever_sees_their_own_accounts_alone_sees_no_other(desk: Desk):
    browser = desk.browser("own")

    for path in ("/", "/accounts", "/risk", "/renewals", "/accounts.csv"):
        assert "Account a" not in browser.get(path).text, path
    for path in (f"/accounts/{LEAVING}", f"/accounts/{LEAVING}/statement.json"):
        hidden, missing = browser.get(path), browser.get(path.replace(LEAVING, "nobody"))
        assert hidden.status_code == missing.status_code == 404
        assert hidden.text == missing.text, "whether there is one is not told"


def test_another_host_s_name_is_refused(desk: Desk):
    browser = desk.browser("csm")

    answer = browser.http.get(f"{desk.url}/accounts", headers={"Host": "evil.example"}, timeout=30)

    assert answer.status_code == 421
    assert "Account a" not in answer.text
