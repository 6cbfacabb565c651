"""Users: whoever administers lets colleagues in and out; a password is shown once, and never kept."""

import re

import pytest
from sqlalchemy import select

from dashboard.access import Right, Viewer
from store import users
from store.tables import audit
from store.users import User
from tests.dashboard.site.conftest import Browser, Desk, address

NEW = "dora@seller.example"


def user(desk: Desk, email: str) -> User:
    with desk.database.read() as connection:
        found = users.find(connection, email)
    assert found is not None
    return found


def acts(desk: Desk) -> list[tuple[str, str, str]]:
    query = select(audit.c.action, audit.c.about, audit.c.detail).order_by(audit.c.id)
    with desk.database.read() as connection:
        rows = connection.execute(query.where(audit.c.actor == address("admin")))
        return [tuple(row) for row in rows]


def told(page: str) -> str:
    """The password that a page tells."""
    found = re.search(r"<li>(\S{20})</li>", page)
    assert found
    return found[1]


def test_a_colleague_is_let_in_with_a_password_that_is_shown_once(own_desk: Desk):
    admin = own_desk.browser("admin")

    answer = admin.post("/users/add", email=" Dora@Seller.example ", role="sales", own_only="yes")

    password = told(answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert password not in answer.url
    assert password not in user(own_desk, NEW).password
    assert (user(own_desk, NEW).role, user(own_desk, NEW).own_only) == ("sales", True)
    assert "Today" in Browser(own_desk.url).sign_in(NEW, password).text
    assert acts(own_desk) == [("user_added", NEW, "sales")]
    assert password not in admin.get("/users").text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"email": address("csm"), "role": "csm"}, "There is a user"),
        ({"email": "nobody", "role": "csm"}, "must have an @"),
        ({"email": NEW, "role": "emperor"}, "A role is one of"),
        ({"email": NEW, "role": "admin", "own_only": "yes"}, "An admin acts on all accounts"),
    ],
)
def test_who_cannot_be_let_in_is_not_and_why_is_said(own_desk: Desk, fields: dict[str, str], why: str):
    with own_desk.database.read() as connection:
        before = users.everyone(connection)

    assert why in own_desk.browser("admin").post("/users/add", **fields).text

    with own_desk.database.read() as connection:
        assert users.everyone(connection) == before
    assert acts(own_desk) == []


def test_what_a_colleague_may_changes_at_once(own_desk: Desk):
    support, admin = own_desk.browser("support"), own_desk.browser("admin")
    assert support.get("/identity").status_code == 403

    assert "Saved" in admin.post("/users/change", email=address("support"), role="manager").text

    assert support.get("/identity").status_code == 200
    assert acts(own_desk) == [("user_changed", address("support"), "manager, all accounts")]


def test_who_is_locked_out_is_out_at_once_until_there_is_another_password(own_desk: Desk):
    csm, admin = own_desk.browser("csm"), own_desk.browser("admin")
    assert csm.get("/").url.endswith("/")

    assert "Locked out" in admin.post("/users/lock", email=address("csm")).text
    assert "/sign-in" in csm.get("/").url
    assert "locked out" in admin.get("/users/one", email=address("csm")).text

    password = told(admin.post("/users/password", email=address("csm")).text)
    assert "Today" in Browser(own_desk.url).sign_in(address("csm"), password).text
    assert [each[0] for each in acts(own_desk)] == ["user_removed", "password_changed"]


def test_sessions_are_seen_and_ended(own_desk: Desk):
    csm, admin = own_desk.browser("csm"), own_desk.browser("admin")
    assert "a test" in admin.get("/users/one", email=address("csm")).text

    assert "Every session has ended" in admin.post("/users/sessions", email=address("csm"), every="yes").text

    assert "/sign-in" in csm.get("/").url
    assert "Nowhere." in admin.get("/users/one", email=address("csm")).text
    assert acts(own_desk) == [("sessions_ended", address("csm"), "1")]


def test_one_session_is_ended_and_no_other(own_desk: Desk):
    first, second, admin = own_desk.browser("csm"), own_desk.browser("csm"), own_desk.browser("admin")
    others = own_desk.browser("support")
    with own_desk.database.read() as connection:
        ids = [each.id for each in users.sessions_of(connection, user(own_desk, address("csm")).id)]
        (theirs,) = users.sessions_of(connection, user(own_desk, address("support")).id)
    page = admin.get("/users/one", email=address("csm")).text
    assert set(re.findall(r'name="pick" value="(\d+)"', page)) == {str(each) for each in ids}

    def end(*pick: str) -> str:
        sent = {"seal": admin.seal(), "email": address("csm"), "pick": pick}
        return admin.http.post(f"{admin.url}/users/sessions", data=sent, timeout=30).text

    assert "tick the sessions first" in end()
    assert "has ended" in end(str(min(ids)), str(theirs.id), "x")

    assert "/sign-in" in first.get("/").url
    assert "/sign-in" not in second.get("/").url
    assert "/sign-in" not in others.get("/").url
    assert acts(own_desk) == [("sessions_ended", address("csm"), "1")]


@pytest.mark.parametrize(("path", "fields"), [("lock", {}), ("change", {"role": "csm"})])
def test_the_last_who_administers_stays(own_desk: Desk, path: str, fields: dict[str, str]):
    admin = own_desk.browser("admin")

    refused = admin.post(f"/users/{path}", email=address("admin"), **fields)
    assert "the only one left who administers" in refused.text
    assert (user(own_desk, address("admin")).role, user(own_desk, address("admin")).is_disabled) == (
        "admin",
        False,
    )

    admin.post("/users/change", email=address("manager"), role="admin")
    admin.post(f"/users/{path}", email=address("admin"), **fields)
    now = user(own_desk, address("admin"))
    assert now.is_disabled or now.role == "csm"


@pytest.mark.parametrize("path", ["lock", "password", "sessions", "change"])
def test_of_nobody_it_is_said_that_there_is_none(own_desk: Desk, path: str):
    fields = {"email": "nobody@seller.example", "role": "csm", "every": "yes"}
    answer = own_desk.browser("admin").post(f"/users/{path}", **fields)

    assert "There is no user nobody@seller.example" in answer.text
    assert own_desk.browser("admin").get("/users/one", email="nobody@seller.example").status_code == 404


@pytest.mark.parametrize("right", Right)
def test_who_sees_their_own_accounts_alone_acts_on_no_others(right: Right):
    one = User(
        1, NEW, "admin", own_only=False, password="", zone="UTC", language="en",
        is_disabled=False,
    )  # fmt: skip

    assert Viewer(one, 1, "").may(right)
    own = Viewer(one._replace(own_only=True), 1, "")
    assert own.may(right) == (right not in {Right.IDENTIFY, Right.OPERATE, Right.ADMINISTER})
