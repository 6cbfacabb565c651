"""What gates stopped, and the record: page after page, narrowed down, and no account of a stranger's."""

import re
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from store import audit
from store.tables import accounts, book, flags
from tests.dashboard.site.conftest import Browser, Desk, address


def stop(desk: Desk, count: int = 12) -> None:
    """Let gates stop a signal of each account, on two days and by two gates."""
    with desk.database.write() as connection:
        ids = list(connection.execute(select(accounts.c.id).order_by(accounts.c.id).limit(count)).scalars())
        for at, account in enumerate(ids):
            made = {"gate": "fleet" if at % 2 else "holiday", "since": date(2026, 5, 30 + at % 2)}
            made |= {"account": account, "kind": "at_risk", "reason": "idle_7", "term": f"t{at}"}
            connection.execute(insert(flags).values(state="ok", why="suppressed", **made))


def pages(browser: Browser, path: str, limit: int) -> list[str]:
    """The first cell of each row, page after page."""
    found, at = [], f"{path}{'&' if '?' in path else '?'}limit={limit}"
    for _ in range(20):
        page = browser.get(at).text
        found += re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]*)', page)
        more = re.search(r'<a href="([^"]+)">More</a>', page)
        if more is None:
            return found
        at = more[1].replace("&amp;", "&") + f"&limit={limit}"
    raise AssertionError("it has no end")


@pytest.mark.parametrize("limit", [1, 5, 12, 50])
def test_what_gates_stopped_follows_page_by_page(own_desk: Desk, limit: int):
    stop(own_desk)

    found = pages(own_desk.browser("csm"), "/gates", limit)

    assert sorted(found) == sorted(f"Account a{number}" for number in range(12))
    late = {f"Account {each}" for each in keys(own_desk, "fleet")}
    assert set(found[:6]) == late, "the latest first"


def keys(desk: Desk, gate: str) -> list[str]:
    query = select(accounts.c.key).join(flags, flags.c.account == accounts.c.id).where(flags.c.gate == gate)
    with desk.database.read() as connection:
        return list(connection.execute(query).scalars())


def test_one_gate_is_asked_for(own_desk: Desk):
    stop(own_desk)
    browser = own_desk.browser("csm")

    found = pages(browser, "/gates?gate=holiday&signal=idle_7", 4)

    assert sorted(found) == sorted(f"Account {each}" for each in keys(own_desk, "holiday"))
    assert "No gate stops anything" in browser.get("/gates", signal="none").text
    assert ">holiday</option>" in browser.get("/gates").text


def test_who_sees_their_own_accounts_alone_sees_no_stranger_s_signal(own_desk: Desk):
    stop(own_desk)

    assert "Account a" not in own_desk.browser("own").get("/gates").text
    assert "Account a" not in own_desk.browser("own").get("/gates.csv").text

    with own_desk.database.write() as connection:
        connection.execute(update(book).where(book.c.account == 1).values(csm_email=address("own")))
        mine = connection.execute(select(accounts.c.name).where(accounts.c.id == 1)).scalar_one()
    assert pages(own_desk.browser("own"), "/gates", 50) == [mine]


@pytest.mark.parametrize("path", ["/gates", "/audit"])
@pytest.mark.parametrize(
    "after", ["nonsense", "W10", "WzFd" * 9, "WyIyMDI2LTA2LTAxIl0", "bnVsbA", "WzllOTld"]
)
def test_a_place_that_is_none_is_said(desk: Desk, path: str, after: str):
    answer = desk.browser("admin").get(path, after=after)

    assert answer.status_code == 400
    assert "after: is no place" in answer.text


def test_the_record_is_looked_through(own_desk: Desk):
    with own_desk.database.write() as connection:
        for number in range(7):
            audit.record(connection, "tried", f"thing{number}", "detail", actor=f"who{number % 2}")
    admin = own_desk.browser("admin")

    of_one = admin.get("/audit", actor="who1").text
    assert re.findall(r"thing\d", of_one) == ["thing5", "thing3", "thing1"]
    assert re.findall(r"thing\d", admin.get("/audit", action="tried", actor="who0").text) == [
        "thing6",
        "thing4",
        "thing2",
        "thing0",
    ]
    assert "who1" in admin.get("/audit", about="thing3").text
    assert "Nothing of that kind" in admin.get("/audit", about="thing").text
    assert len(pages(admin, "/audit?action=tried", 3)) == 7


@pytest.mark.parametrize("role", ["csm", "sales", "support", "manager", "own"])
def test_the_record_is_for_whoever_administers(desk: Desk, role: str):
    for path in ("/audit", "/audit.csv"):
        assert desk.browser(role).get(path).status_code == 403
