"""The main paths through the dashboard, as a colleague goes them in a browser."""

import csv
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from store.installation import business_day
from store.tables import answers
from tests.book import ACCOUNTS, LEAVING
from tests.dashboard.site.conftest import PASSWORD, Desk, Visit, address

pytestmark = pytest.mark.browser
NAME = f"Account {LEAVING}"


def test_sign_in_and_out(desk: Desk, visit: Visit):
    page = visit(desk, path="/risk")
    page.get_by_label("Address").fill(address("csm"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(f"{desk.url}/risk")
    page.get_by_text(address("csm")).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · Lumen Works")
    page.go_back()
    page.reload()
    expect(page).to_have_title("Sign in · Lumen Works")


def test_find_why_an_account_fell(desk: Desk, visit: Visit):
    page = visit(desk, "csm")

    page.get_by_role("link", name=NAME).first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    why = page.get_by_role("row", name="the customer said or did something that means leaving")
    expect(why.first).to_be_visible()
    expect(page.get_by_role("region", name="What stands open")).to_contain_text(
        "a ticket speaks of cancelling"
    )
    expect(page.get_by_role("heading", name="What would change it")).to_be_visible()


def test_search_and_narrow_down_without_loading_the_page_anew(desk: Desk, visit: Visit):
    page = visit(desk, "sales", "/accounts")
    page.evaluate("window.stays = true")

    page.get_by_role("combobox", name="Health").select_option("at_risk")

    expect(page.get_by_role("rowheader")).to_have_text([NAME])
    expect(page).to_have_url(
        f"{desk.url}/accounts?search=&band=at_risk&owner=&plan=&customer_type=&main_reason=&changed=&score=&alerted="
    )
    assert page.evaluate("window.stays") is True
    page.get_by_label("Find an account").fill("a1")
    page.get_by_label("Find an account").press("Enter")
    expect(page.get_by_role("rowheader")).to_have_count(3)


def test_snooze(own_desk: Desk, visit: Visit):
    page = visit(own_desk, "csm", f"/accounts/{LEAVING}")
    page.get_by_text("Snooze", exact=True).first.click()
    page.get_by_label("Why?").first.fill("They call on Monday")
    page.get_by_role("button", name="Snooze").click()

    expect(page.get_by_role("status")).to_contain_text("It is silent")
    expect(page.get_by_role("region", name="What stands open")).to_contain_text("snoozed")
    with own_desk.database.read() as connection:
        assert connection.execute(select(answers.c.detail)).scalar_one() == "They call on Monday"


def test_set_a_band_by_hand(own_desk: Desk, visit: Visit):
    with own_desk.database.read() as connection:
        until = business_day(connection) + timedelta(days=3)
    page = visit(own_desk, "manager", f"/accounts/{LEAVING}")
    page.get_by_text("Set the band by hand").click()
    form = page.locator("form", has=page.get_by_role("button", name="Set it"))
    form.get_by_label("Band").select_option("healthy")
    form.get_by_label("Why?").fill("They signed for two more years")
    form.get_by_label("Until").fill(str(until))
    form.get_by_role("button").click()

    expect(page.get_by_text("They signed for two more years")).to_be_visible()
    page.get_by_text("Let the computed band count again").click()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("status")).to_contain_text("counts again")


def test_export(desk: Desk, visit: Visit):
    page = visit(desk, "support", "/accounts")

    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()

    with download.value.path().open(encoding="utf-8") as file:
        assert sorted(row["account"] for row in csv.DictReader(file)) == sorted(ACCOUNTS)


def test_whoever_may_only_read_is_offered_nothing_else(desk: Desk, visit: Visit):
    page = visit(desk, "support", f"/accounts/{LEAVING}")

    expect(page.get_by_role("button", name="I take it on")).to_have_count(0)
    expect(page.get_by_role("link", name="Approvals")).to_have_count(0)


def test_every_page_is_walked_by_keyboard(desk: Desk, visit: Visit):
    page = visit(desk, "csm")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.url}/accounts?band=at_risk")
