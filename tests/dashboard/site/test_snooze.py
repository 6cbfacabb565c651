"""Many alerts at once: each is snoozed as by itself, and what could not be is told by name."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from dashboard.pages.snooze import MOST
from store.tables import answers, flags
from tests.book import ACCOUNTS, LEAVING
from tests.dashboard.site.conftest import Browser, Desk, Visit

QUIET = next(key for key in ACCOUNTS if key != LEAVING)


def snooze(browser: Browser, *picks: str, **fields: str) -> "tuple[int, str, str]":
    """Send the form, and return the status, the address and the page."""
    sent = {"seal": browser.seal(), "days": "7", "reason": "They call on Monday", **fields}
    answer = browser.http.post(f"{browser.url}/accounts/snooze", data={**sent, "pick": picks}, timeout=30)
    return answer.status_code, answer.url.removeprefix(browser.url), answer.text


def snoozed(desk: Desk) -> list[str]:
    with desk.database.read() as connection:
        assert {*connection.execute(select(answers.c.kind)).scalars()} <= {"snooze"}
        return list(connection.execute(select(flags.c.state).where(flags.c.state == "snoozed")).scalars())


def test_what_was_ticked_is_snoozed_and_what_could_not_be_is_told_by_name(own_desk: Desk):
    status, _, page = snooze(own_desk.browser("csm"), LEAVING, QUIET, "no such", back="/risk")

    assert status == 200
    assert "Snoozed: 1." in page
    assert "Not snoozed: 2" in page
    assert re.search(rf"Account {QUIET}</a></th>\s*<td>No alert of", page)
    assert re.search(r"no such</th>\s*<td>there is no such account", page)
    assert snoozed(own_desk)


def test_one_comes_back_to_the_list_as_it_was(own_desk: Desk):
    _, where, page = snooze(
        own_desk.browser("csm"), LEAVING, LEAVING, back="/accounts?band=at_risk&sort=name"
    )

    assert where.startswith("/accounts?band=at_risk&sort=name&done=Snoozed%3A%201.&said=")
    assert "Snoozed: 1." in page
    assert 'aria-sort="ascending"' in page


@pytest.mark.parametrize(
    ("picks", "fields", "words"),
    [
        ((), {}, "Tick the accounts first."),
        ((LEAVING,), {"reason": "  "}, "Say why in a few words"),
        ((LEAVING,), {"days": "0"}, "no time to snooze"),
        ((LEAVING,), {"days": "3650"}, "no time to snooze"),
        (tuple(f"x{n}" for n in range(MOST + 1)), {}, f"At most {MOST} at once."),
    ],
)
def test_what_is_not_complete_changes_nothing(
    desk: Desk, picks: "tuple[str]", fields: dict[str, str], words: str
):
    _, where, page = snooze(desk.browser("csm"), *picks, **fields)

    assert where.startswith("/accounts?wrong=")
    assert words in page
    assert not snoozed(desk)


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/sign-out", ""])
def test_one_goes_back_to_a_list_and_nowhere_else(desk: Desk, back: str):
    assert snooze(desk.browser("csm"), back=back)[1].startswith("/accounts?wrong=")


def test_nobody_snoozes_what_they_may_not_see(own_desk: Desk):
    _, _, page = snooze(own_desk.browser("own"), LEAVING)

    assert "there is no such account" in page
    assert f"Account {LEAVING}" not in page
    assert not snoozed(own_desk)


def test_whoever_may_only_read_can_tick_nothing(desk: Desk):
    assert 'name="pick"' not in desk.browser("support").get("/accounts").text
    assert 'name="pick"' not in desk.browser("csm").get("/renewals").text
    assert 'name="pick"' in desk.browser("csm").get("/accounts").text


@pytest.mark.browser
def test_tick_and_snooze(own_desk: Desk, visit: Visit):
    page = visit(own_desk, "csm", "/risk")
    page.get_by_role("checkbox").check()
    page.get_by_label("Why?").fill("They call on Monday")
    page.get_by_role("button", name="Snooze").click()

    expect(page.get_by_role("status")).to_contain_text("Snoozed: 1.")
    expect(page).to_have_title("At risk · Lumen Works")
