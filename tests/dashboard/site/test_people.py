"""Whoever reads a page can read it: by axe's rules, in light and dark, on a phone and on a large screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.site import Site
from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk, Visit
from tests.dashboard.site.test_roles import filled

pytestmark = pytest.mark.browser
SERIOUS = {"serious", "critical"}
WIDE = """() => {
  const page = document.documentElement
  if (page.scrollWidth <= page.clientWidth) return []
  const inside = element => element.closest(".scroll, .menu")
  const out = element => element.getBoundingClientRect().right > page.clientWidth && !inside(element)
  const found = [...document.querySelectorAll("body *")].filter(out)
  return ["it scrolls", ...found.map(element => element.outerHTML.slice(0, 100))]
}"""
"""What of a page is beyond its window's edge, if that makes it scroll."""
LOOKS = [(1440, "light"), (360, "dark")]
"""Each width and each colour scheme once: what a page is made of does not depend on both together."""


def pages(site: Site) -> list[str]:
    """The address of every page that somebody signed in reads, with what stands for its parts."""
    files = (".csv", ".json", ".js", ".css", ".html", ".md", ".svg")
    found = {filled(path) for (method, path), right in site.rights.items() if method == "GET" and right}
    return sorted(path for path in found if not path.endswith(files))


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_serious_on_any_page(desk: Desk, visit: Visit, width: int, scheme: str):
    page = visit(desk, "admin", width=width, scheme=scheme)
    wrong = []
    for path in [*pages(desk.site), "/accounts?band=unknown", "/nowhere"]:
        page.goto(f"{desk.url}{path}")
        found = Axe().run(page).response["violations"]
        serious = [each for each in found if each["impact"] in SERIOUS]
        wrong += [(path, each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in serious]

    assert wrong == []


@pytest.mark.parametrize("width", [320, 768])
def test_no_page_is_wider_than_its_window(desk: Desk, visit: Visit, width: int):
    page = visit(desk, "admin", width=width)
    wide = []
    for path in pages(desk.site):
        page.goto(f"{desk.url}{path}")
        wide += [(path, each) for each in page.evaluate(WIDE)]

    assert wide == []


def test_a_page_works_without_scripts(desk: Desk, chromium):
    context = chromium.new_context(java_script_enabled=False)
    cookie = desk.browser("csm").http.cookies["seatsignal"]
    context.add_cookies([{"name": "seatsignal", "value": cookie, "url": desk.url}])
    page = context.new_page()
    page.goto(f"{desk.url}/accounts")
    page.get_by_role("combobox", name="Health").select_option("at_risk")
    page.get_by_role("button", name="Show").click()

    assert page.get_by_role("rowheader").all_inner_texts() == [f"Account {LEAVING}"]
    context.close()


@pytest.mark.parametrize(
    "path", ["/", f"/accounts/{LEAVING}", "/start", "/review", "/rules", "/deliveries", "/audit"]
)
def test_days_are_written_for_people_and_commands_are_no_backticks(desk: Desk, path: str):
    page = desk.browser("admin").get(path).text.partition("<main")[2]
    read = re.sub(r"<(option|textarea)[^>]*>.*?</\1>|<[^>]+>", "", page, flags=re.DOTALL)

    assert re.findall(r"\d{4}-\d\d-\d\d.{0,20}", read) == []
    assert "`" not in read
