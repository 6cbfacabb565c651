"""Whoever has no mouse comes everywhere: each thing by Tab, in reading order, and sees where they are."""

import pytest
from playwright.sync_api import Page, expect

from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk, Visit
from tests.dashboard.site.test_people import pages

pytestmark = pytest.mark.browser
STOPS = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex="0"]'
LISTEN = """(stops) => {
  document.querySelectorAll("details").forEach(each => { each.open = true })
  const all = [...document.querySelectorAll(stops)].filter(each => each.checkVisibility() && !each.disabled)
  const seen = each => {
    const style = getComputedStyle(each), box = each.getBoundingClientRect()
    const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none"
    return marked && box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0
  }
  window.reached = []
  document.addEventListener("focusin", event => {
    const at = all.indexOf(event.target)
    if (at >= 0) window.reached.push([at, seen(event.target)])
  })
  const inner = all.filter(each => each.type === "date").length
  return {stops: all.map(each => each.outerHTML.slice(0, 90)), presses: all.length + 4 * inner}
}"""
"""Opens all that is folded, notes what is reached and whether one sees it; says what there is to reach."""
POSITIVE = 'document.querySelectorAll("[tabindex]:not([tabindex=\\"0\\"]):not([tabindex=\\"-1\\"])").length'
UNNAMED = """() => [...document.querySelectorAll(".filters select, .filters input")]
  .filter(each => !each.id || document.querySelectorAll(`#${CSS.escape(each.id)}`).length !== 1)
  .map(each => each.outerHTML.slice(0, 90))"""

CHOICE = """() => {
  const found = [...document.querySelectorAll(".filters select")].find(each => each.options.length > 1)
  return found ? [found.name, found.selectedIndex ? "Home" : "End"] : ["", ""]
}"""
"""The first thing that a page can be narrowed down by, and the key that chooses something else."""


def walked(page: Page) -> list[str]:
    """What is wrong with a walk through a page by Tab."""
    found = page.evaluate(LISTEN, STOPS)
    for _ in range(found["presses"]):
        page.keyboard.down("Tab")  # held down
    page.keyboard.up("Tab")
    reached = page.evaluate("window.reached")
    order = [at for at, _ in reached][: len(found["stops"])]
    wrong = [f"not seen: {found['stops'][at]}" for at, is_seen in reached if not is_seen]
    missed = [each for at, each in enumerate(found["stops"]) if at not in order]
    wrong += [f"not reached: {each}" for each in missed]
    if order != sorted(order):
        wrong.append(f"not in reading order: {order}")
    return wrong


def test_everything_on_every_page_is_reached_in_order_and_seen(desk: Desk, visit: Visit):
    page, wrong = visit(desk, "admin"), {}
    for path in pages(desk.site):
        page.goto(f"{desk.url}{path}")
        found = walked(page)
        if page.evaluate(POSITIVE):
            found.append("an order of its own")
        wrong |= {path: found} if found else {}

    assert wrong == {}


def test_a_page_is_skipped_to_and_left_again(desk: Desk, visit: Visit):
    page = visit(desk, "admin")
    for path in ("/", f"/accounts/{LEAVING}"):
        page.goto(f"{desk.url}{path}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main", path
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("!document.activeElement.closest('main')"), f"{path}: one cannot go back"


def test_whoever_narrows_a_page_down_stays_where_they_are(desk: Desk, visit: Visit):
    page, tried = visit(desk, "admin"), []
    for path in pages(desk.site):
        page.goto(f"{desk.url}{path}")
        assert page.evaluate(UNNAMED) == [], path
        name, key = page.evaluate(CHOICE)
        if name:
            page.locator(f".filters select[name={name}]").focus()
            page.evaluate("document.querySelector('main').dataset.old = 'yes'")
            with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
                page.keyboard.press(key)
            expect(page.locator("main[data-old]")).to_have_count(0)
            expect(page.locator(f".filters select[name={name}]")).to_be_focused()
            tried.append(path)

    assert len(tried) > 5, "else no page can be narrowed down any more"


def test_what_cannot_be_chosen_is_said_where_it_is_chosen(desk: Desk, visit: Visit):
    page = visit(desk, "manager", "/review")

    page.locator(".filters select").select_option("2026-06")

    expect(page.get_by_role("alert")).to_contain_text("no day of it is over yet")


def test_at_the_door_too(desk: Desk, visit: Visit):
    page = visit(desk, path="/sign-in")

    assert walked(page) == []
