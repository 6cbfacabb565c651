"""Who comes in, and who does not."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from dashboard import passwords
from dashboard.access import COOKIE, IDLE_MS, WRONG, digest
from dashboard.guard import FREE_TRIES, OF_A_HOST, OF_ALL, WAIT
from dashboard.site import inside
from store import users
from store.attempts import WINDOW_MS
from store.tables import attempts, audit, sessions
from store.tables import users as kept
from tests.dashboard.site.conftest import PASSWORD, Desk, address


def test_whoever_signs_in_comes_where_they_wanted_to_go(desk: Desk):
    browser = desk.browser()

    asked = browser.get("/accounts", band="watch")
    assert asked.url.endswith("/sign-in?to=%2Faccounts%3Fband%3Dwatch")
    to = re.search(r'name="to" value="([^"]*)"', asked.text)
    assert to is not None
    came = browser.sign_in(address("csm"), to=to[1].replace("&amp;", "&"))

    assert came.status_code == 200
    assert came.url.endswith("/accounts?band=watch")
    assert "Sign out" in came.text


@pytest.mark.parametrize("email", [address("csm"), "nobody@seller.example", ""])
def test_a_wrong_password_lets_nobody_in_and_says_the_same_of_whoever_it_is(desk: Desk, email: str):
    browser = desk.browser()

    refused = browser.sign_in(email, "a loud river at noon")

    assert refused.status_code == 403
    assert WRONG in refused.text
    assert COOKIE not in browser.http.cookies


def pass_time(desk: Desk, ms: int) -> None:
    """Let every try have been so much longer ago."""
    with desk.database.write() as connection:
        earlier = {"at_ms": attempts.c.at_ms - ms, "window": attempts.c.window - ms // WINDOW_MS}
        connection.execute(update(attempts).values(**earlier))


@pytest.mark.parametrize("email", [address("sales"), "nobody@seller.example"])
def test_after_too_many_wrong_passwords_one_has_to_wait_whoever_it_is(own_desk: Desk, email: str):
    browser = own_desk.browser()
    for _ in range(FREE_TRIES):
        assert browser.sign_in(email, "wrong wrong wrong").status_code == 403

    refused = browser.sign_in(email)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 30
    assert WAIT in refused.text

    pass_time(own_desk, 31_000)
    assert browser.sign_in(email).status_code == (200 if email == address("sales") else 403)


def test_each_wrong_password_more_makes_one_wait_twice_as_long(own_desk: Desk):
    browser, waits = own_desk.browser(), []
    for _ in range(FREE_TRIES - 1):
        browser.sign_in(address("sales"), "wrong wrong wrong")
    for _ in range(3):
        browser.sign_in(address("sales"), "wrong wrong wrong")
        waits.append(int(browser.sign_in(address("sales")).headers["retry-after"]))
        pass_time(own_desk, 1000 * waits[-1] + 1)

    assert waits == [pytest.approx(each, abs=3) for each in (30, 60, 120)]
    browser.sign_in(address("sales"))
    assert browser.sign_in(address("sales"), "wrong wrong wrong").status_code == 403, "it counts anew"


@pytest.mark.parametrize(("name", "most"), [("host ", OF_A_HOST), ("all", OF_ALL)])
def test_of_a_host_and_of_all_so_many_are_tried_and_no_more(own_desk: Desk, name: str, most: int):
    browser = own_desk.browser()
    assert browser.sign_in(address("sales"), "wrong wrong wrong").status_code == 403
    with own_desk.database.write() as connection:
        of = update(attempts).where(attempts.c.name.startswith(name))
        assert connection.execute(of.values(in_window=most - 1)).rowcount == 1

    assert browser.sign_in(address("csm")).status_code == 200, "what is right does not count"
    assert own_desk.browser().sign_in("nobody@seller.example").status_code == 403
    refused = own_desk.browser().sign_in(address("csm"))
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= WINDOW_MS // 1000
    assert browser.get("/").status_code == 200, "whoever is in stays in"

    pass_time(own_desk, WINDOW_MS)
    assert own_desk.browser().sign_in(address("csm")).status_code == 200


def test_many_at_once_are_no_more_tries_than_one_by_one(own_desk: Desk):
    def once(_: int) -> int:
        return own_desk.browser().sign_in(address("sales"), "wrong wrong wrong").status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(once, range(12)))

    assert answers.count(403) == FREE_TRIES
    assert answers.count(429) == 12 - FREE_TRIES


def test_what_is_counted_names_nobody(own_desk: Desk):
    own_desk.browser().sign_in(address("sales"), "wrong wrong wrong")

    with own_desk.database.read() as connection:
        kept = str(list(connection.execute(select(attempts))))
    assert "sales" not in kept
    assert "127.0.0.1" not in kept


def test_the_cookie_is_for_us_alone(desk: Desk):
    sent = {"email": address("csm"), "password": PASSWORD, "to": "/"}
    answer = desk.browser().http.post(f"{desk.url}/sign-in", data=sent, allow_redirects=False, timeout=30)

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie, "by http on this machine a browser would drop it"


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/accounts?band=watch", "/accounts?band=watch"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_sent_elsewhere(path: str, to: str):
    assert inside(path) == to


def test_a_session_ends_with_signing_out_with_time_and_with_the_user(own_desk: Desk):
    first, second, third = (own_desk.browser("manager") for _ in range(3))

    first.post("/sign-out")
    assert "/sign-in" in first.get("/").url

    token = digest(second.http.cookies[COOKIE])
    with own_desk.database.write() as connection:
        late = update(sessions).where(sessions.c.token == token)
        connection.execute(late.values(seen_ms=sessions.c.seen_ms - IDLE_MS - 1))
    assert "/sign-in" in second.get("/").url

    assert "/sign-in" not in third.get("/").url
    with own_desk.database.write() as connection:
        user = users.find(connection, address("manager"))
        assert user is not None
        users.disable(connection, user.id)
    assert "/sign-in" in third.get("/").url
    assert third.sign_in(address("manager")).status_code == 403


def test_neither_passwords_nor_tokens_are_in_the_database(own_desk: Desk):
    browser = own_desk.browser("csm")

    with own_desk.database.read() as connection:
        held = [*connection.execute(select(kept)), *connection.execute(select(sessions))]
        held += [*connection.execute(select(audit))]

    assert PASSWORD not in str(held)
    assert browser.http.cookies[COOKIE] not in str(held)


def test_a_new_password_ends_every_other_session(own_desk: Desk):
    here, there = own_desk.browser("support"), own_desk.browser("support")

    refused = here.post("/me/password", old="not this one at all", new="another river at dawn")
    assert "is not right" in refused.text
    short = here.post("/me/password", old=PASSWORD, new="short")
    assert f"{passwords.LEAST} to" in short.text
    changed = here.post("/me/password", old=PASSWORD, new="another river at dawn")

    assert "is changed" in changed.text
    assert "/sign-in" not in here.get("/").url
    assert "/sign-in" in there.get("/").url
    assert own_desk.browser().sign_in(address("support")).status_code == 403
    assert own_desk.browser().sign_in(address("support"), "another river at dawn").status_code == 200


def test_sessions_can_be_seen_and_ended_one_by_one(own_desk: Desk):
    here, there = own_desk.browser("support"), own_desk.browser("support")

    picks = re.findall(r'name="pick" value="(\d+)"', here.get("/me").text)
    assert len(picks) == 1, "one's own cannot be ticked"
    here.post("/me/sessions", pick=picks[0])

    assert "/sign-in" in there.get("/").url
    assert "/sign-in" not in here.get("/").url


def test_nobody_ends_a_stranger_s_session(own_desk: Desk):
    here, stranger = own_desk.browser("support"), own_desk.browser("csm")
    with own_desk.database.read() as connection:
        ids = list(connection.execute(select(sessions.c.id)).scalars())

    for each in ids:
        here.post("/me/sessions", pick=str(each))

    assert "/sign-in" not in stranger.get("/").url


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/accounts/a\0", {}),
        ("/audit", {"actor": "a\0"}),
        ("/identity", {"after": "\0"}),
        ("/users/one", {"email": "\0"}),
    ],
)
def test_a_text_that_no_database_holds_is_not_asked_for(desk: Desk, path: str, params: dict[str, str]):
    answer = desk.browser("admin").get(path, **params)

    assert answer.status_code == 400
    assert "That could not be read" in answer.text


@pytest.mark.parametrize("path", ["/identity/link", "/users/add", "/deliveries/replay", "/approvals/mail"])
@pytest.mark.parametrize("field", ["source", "email", "pick", "key"])
def test_nor_is_it_stored(desk: Desk, path: str, field: str):
    answer = desk.browser("admin").post(path, **{field: "a\0b", "role": "csm", "sure": "yes"})

    assert answer.status_code == 400
    assert desk.browser().sign_in("a\0b").status_code == 400


def test_nor_is_it_among_several_that_are_ticked(desk: Desk):
    browser = desk.browser("admin")
    sent = {"seal": browser.seal(), "pick": ["a\0b", "c"], "sure": "yes"}

    assert browser.http.post(f"{desk.url}/deliveries/replay", data=sent, timeout=30).status_code == 400
