"""Saved views: a list as one looked at it, one click away, for oneself or for all."""

import re

import pytest
from playwright.sync_api import expect

from store.views import MOST
from tests.book import LEAVING
from tests.dashboard.site.conftest import Browser, Desk, Visit
from tests.dashboard.site.test_lists import keys

BACK = "/accounts?band=at_risk&sort=name"


def shown(browser: Browser, path: str = "/accounts") -> dict[str, str]:
    """The views above a list: address by name."""
    _, found, rest = browser.get(path).text.partition('aria-label="Saved views"')
    part = rest.partition("</nav>")[0] if found else ""
    return {n: a.replace("&amp;", "&") for a, n in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', part)}


def test_a_view_is_the_list_as_it_was(own_desk: Desk):
    browser = own_desk.browser("csm")

    saved = browser.post("/views", back=BACK, name="  In   danger ")

    assert "Saved: In danger." in saved.text
    assert shown(browser) == {"In danger": BACK}
    assert keys(browser.get(shown(browser)["In danger"]).text) == [LEAVING]
    assert 'aria-current="page">In danger' in browser.get(BACK).text
    assert shown(browser, "/risk") == {}, "it is of the other list"


def test_the_same_name_is_another_look_and_one_s_own_can_be_deleted(own_desk: Desk):
    browser = own_desk.browser("csm")
    browser.post("/views", back=BACK, name="Mine")
    browser.post("/views", back="/accounts?band=watch&sort=-priority", name="Mine")
    assert shown(browser) == {"Mine": "/accounts?band=watch&sort=-priority"}

    number = re.search(r'<option value="(\d+)">Mine', browser.get("/accounts").text)
    assert number
    assert "no view of yours" in own_desk.browser("admin").post("/views/delete", view=number[1]).text
    assert "It is deleted." in browser.post("/views/delete", view=number[1], back=BACK).text
    assert shown(browser) == {}


def test_a_manager_shares_with_all_and_nobody_else_does(own_desk: Desk):
    csm, manager, support = (own_desk.browser(role) for role in ("csm", "manager", "support"))

    csm.post("/views", back=BACK, name="Not shared", shared="yes")
    manager.post("/views", back=BACK, name="For all", shared="yes")
    manager.post("/views", back=BACK, name="For me")

    assert set(shown(support)) == {"For all"}
    assert set(shown(csm)) == {"For all", "Not shared"}
    assert "Delete a saved view" not in support.get("/accounts").text
    assert 'name="shared"' not in csm.get("/accounts").text


@pytest.mark.parametrize(
    ("back", "name", "words"),
    [
        (BACK, " ", "A name has"),
        (BACK, "x" * 61, "A name has"),
        ("/accounts?evil=1", "x", "evil"),
        ("https://evil.example/?band=watch", "<b>x</b>", "Saved: &lt;b&gt;x&lt;/b&gt;."),
    ],
)
def test_what_cannot_be_kept_is_said(own_desk: Desk, back: str, name: str, words: str):
    answer = own_desk.browser("csm").post("/views", back=back, name=name)

    assert answer.url.startswith(f"{own_desk.url}/accounts?")
    assert words in answer.text
    assert "<b>x</b>" not in answer.text


def test_nobody_keeps_views_without_end(own_desk: Desk):
    browser = own_desk.browser("csm")
    seal = browser.seal()
    for number in range(MOST):
        browser.post("/views", seal, back=BACK, name=f"View {number}")

    assert f"You have {MOST} views" in browser.post("/views", seal, back=BACK, name="One more").text
    assert "Saved: View 7." in browser.post("/views", seal, back=BACK, name="View 7").text
    assert len(shown(browser)) == MOST


@pytest.mark.browser
def test_save_a_view_and_come_back_to_it(own_desk: Desk, visit: Visit):
    page = visit(own_desk, "csm", "/accounts")
    page.get_by_role("combobox", name="Health").select_option("at_risk")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name", exact=False).last.fill("In danger")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_contain_text("Saved: In danger.")
    page.goto(f"{own_desk.url}/accounts")
    page.get_by_role("navigation", name="Saved views").get_by_role("link", name="In danger").click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
