"""Charts of pages: each is drawn of what whoever asks may see, and stands beside the same numbers."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from dashboard.pages import charts as pages
from store import book, kept
from templates import charts
from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk, Visit, copy, opened
from tests.dashboard.site.test_figures import cells

SHOWN = {
    "/licences": "/charts/mrr.svg",
    "/renewals": "/charts/windows.svg",
    "/cohorts": "/charts/scores.svg",
    "/cohorts?by=plan": "/charts/bands.svg",
    f"/accounts/{LEAVING}": f"/accounts/{LEAVING}/score.svg",
}
"""A page of each chart."""


@pytest.fixture(scope="module")
def drawn(judged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose MRR was told on two days."""
    for desk in opened(copy(judged, tmp_path_factory.mktemp("drawn")), judged):
        desk.browser("csm").get("/licences")
        with desk.database.write() as connection:
            today = kept.kept(connection, ["mrr"])["mrr", ""]
            kept.note(connection, today._replace(as_of=date(2026, 5, 31)), 400)
        yield desk


def pictures(page: str) -> list[str]:
    """The address of each picture of a page, in every look that it is asked for in."""
    return [unescape(each) for each in re.findall(r'(?:src|srcset)="(/[^"]+\.svg\?[^"]*)"', page)]


@pytest.mark.parametrize("path", SHOWN)
def test_every_picture_of_a_page_is_drawn_and_has_words(drawn: Desk, path: str):
    browser = drawn.browser("csm")
    page = browser.get(path).text

    found = pictures(page)
    assert any(each.startswith(SHOWN[path]) for each in found)
    for each in found:
        answer = browser.get(each)
        assert answer.status_code == 200, each
        assert answer.headers["content-type"] == "image/svg+xml", each
        assert answer.text.startswith("<svg"), each
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', page)
    assert len(alts) == len(found) // 4
    assert all(len(each) > 20 for each in alts)


def test_a_picture_is_sent_once_until_it_is_another(drawn: Desk):
    browser, path = drawn.browser("csm"), f"{SHOWN['/cohorts']}?of="
    first = browser.get(path)
    again = browser.http.get(
        f"{drawn.url}{path}", headers={"If-None-Match": first.headers["etag"]}, timeout=30
    )
    dark = browser.get(f"{path}&scheme=dark")

    assert (again.status_code, again.content) == (304, b"")
    assert dark.status_code == 200
    assert dark.headers["etag"] != first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("path", [*sorted(set(SHOWN.values()))])
def test_of_accounts_of_others_nothing_is_drawn(drawn: Desk, path: str):
    assert drawn.browser("own").get(path, of="EUR").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/charts/nonsense.svg", 404),
        ("/charts/mrr.svg?of=XXX", 404),
        ("/charts/bands.svg?of=csm_email", 404),
        ("/charts/scores.svg?scheme=pink", 400),
        ("/charts/scores.svg?size=9999999", 400),
    ],
)
def test_what_is_no_chart_is_none(drawn: Desk, path: str, status: int):
    assert drawn.browser("csm").get(path).status_code == status


def test_without_the_extra_pages_draw_what_they_can(drawn: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dashboard.pictures.can_draw", lambda: False)
    browser = drawn.browser("csm")

    for path in SHOWN:
        assert pictures(browser.get(path).text) == [], path
    assert "<polyline" in browser.get("/licences").text
    assert "How scores lie" in browser.get("/cohorts").text
    assert browser.get("/charts/scores.svg").status_code == 404


def test_what_cannot_be_drawn_is_no_picture_and_breaks_no_page(drawn: Desk, monkeypatch: pytest.MonkeyPatch):
    broken = {"mark": "nonsense", "secret": "4711"}
    monkeypatch.setattr(pages, "CHARTS", {"scores": lambda *_: broken})

    answer = drawn.browser("csm").get("/charts/scores.svg")

    assert answer.status_code == 404
    assert "4711" not in answer.text
    assert drawn.browser("csm").get("/cohorts").status_code == 200


def test_a_table_says_what_a_picture_shows(drawn: Desk):
    with drawn.database.read() as connection:
        counts = book.scores(connection, None)
        in_bands = book.bands(connection, None)
        stands = book.stands(connection, "plan", None)

    page = drawn.browser("csm").get("/cohorts", by="plan").text
    shown = [(row[0], row[1]) for row in cells(page, "How scores lie")]
    assert shown == [(f"{at} to {at + 5}", str(count)) for at, count in sorted(counts.items())]
    assert sum(counts.values()) == sum(count for band, count in in_bands.items() if band != "unknown") > 0
    of_plans = cells(page, "Bands of each cohort")
    assert sum(int(cell) for row in of_plans for cell in row[1:]) == sum(each.accounts for each in stands) > 0


@pytest.mark.browser
@pytest.mark.parametrize("scheme", charts.SCHEMES)
@pytest.mark.parametrize(("width", "size"), [(1440, "wide"), (360, "narrow")])
def test_a_browser_asks_for_the_look_that_its_reader_needs(
    drawn: Desk, visit: Visit, scheme: str, width: int, size: str
):
    page = visit(drawn, "csm", "/cohorts", width=width, scheme=scheme)
    picture = page.locator("figure.chart img").first
    picture.scroll_into_view_if_needed()

    asked = picture.evaluate("async element => { await element.decode(); return element.currentSrc }")
    assert ("scheme=dark" in asked) == (scheme == "dark")
    assert ("size=narrow" in asked) == (size == "narrow")
