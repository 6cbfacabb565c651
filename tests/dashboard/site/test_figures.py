"""Pages of figures: every link leads somewhere, and page, CSV and command say the same."""

import csv
import io
import re
from datetime import date
from html import unescape

import pytest

from config.metrics import entries, load_metrics
from dashboard.lists.registry import LISTINGS
from dashboard.pages.figures import PAGES
from dashboard.pages.trends import line
from dashboard.pages.world import TILES, country, laid_out, world
from store import kept
from store.kept import Kept
from templates.views import View, World
from tests.book import ACCOUNTS, LEAVING
from tests.dashboard.site.conftest import Desk
from worker.figured import SPREAD, Wanted, figured

METRICS = entries(load_metrics())


def cells(page: str, title: str) -> list[list[str]]:
    """The rows of a table of a page, as text."""
    table = page.partition(f"<h2>{title}</h2>")[2].partition("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    return [
        [_text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows
    ]


def _text(cell: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", cell)).strip()


UNEXPLAINED = {"/expansions", "/gates", "/audit"}
"""Pages without a figure, or without a row in this book, so that no heading is shown."""


@pytest.mark.parametrize(
    "path",
    [*(each.path for each in PAGES), *(f"/{name}" for name in LISTINGS), f"/accounts/{LEAVING}", "/review"],
)
def test_whatever_a_page_explains_has_a_page(desk: Desk, path: str):
    browser = desk.browser("admin")
    page = browser.get(path)

    assert page.status_code == 200
    names = set(re.findall(r'href="/metrics/([^"?]+)"', page.text))
    assert names or path in UNEXPLAINED
    assert names <= METRICS.keys()


@pytest.mark.parametrize("name", METRICS)
def test_every_entry_is_explained(desk: Desk, name: str):
    page = desk.browser("csm").get(f"/metrics/{name}")

    assert page.status_code == 200
    text, entry = unescape(page.text), METRICS[name]
    assert entry.title in text
    assert " ".join(entry.formula.split()) in text
    for words in (*entry.pitfalls, *(band.word for bands in entry.bands.values() for band in bands)):
        assert " ".join(words.split()) in text


def test_a_name_that_is_none_is_not_found(desk: Desk):
    assert desk.browser("csm").get("/metrics/nonsense").status_code == 404
    assert "is none of" in desk.browser("csm").get("/metrics/mrr", by="nonsense").text


def test_a_figure_is_the_same_on_its_page_in_csv_and_as_it_is_told(desk: Desk):
    told = figured(desk.deployment, [Wanted("mrr", "plan")])[0]

    rows = cells(desk.browser("csm").get("/metrics/mrr", by="plan").text, "Today")
    table = list(csv.DictReader(io.StringIO(desk.browser("csm").get("/figures.csv?name=mrr&by=plan").text)))

    assert told.rows
    assert [row[0] for row in rows] == [row["segment"] for row in table] == [row.segment for row in told.rows]
    assert [float(row["amount"]) * 100 for row in table] == [row.value for row in told.rows]
    assert {row["currency"] for row in table} == {row.currency for row in told.rows}


def test_csv_without_a_name_holds_every_figure(desk: Desk):
    table = csv.DictReader(io.StringIO(desk.browser("csm").get("/figures.csv").text))

    named = {row["figure"] for row in table}
    wanted = [Wanted(name) for name, entry in METRICS.items() if not entry.no_value]
    assert named == {each.name for each in figured(desk.deployment, wanted) if each.rows}


def test_pages_of_figures_follow_each_other_without_a_gap(desk: Desk):
    browser, found, path = desk.browser("csm"), [], "/figures?limit=1"
    table = csv.DictReader(io.StringIO(browser.get("/figures.csv").text))
    wanted = [(row["title"], row["segment"], row["part"]) for row in table][:12]

    for _ in range(60):
        page = unescape(browser.get(path).text)
        found += re.findall(r'<tr>\s*<th scope="row"><a href="/metrics/[^"]+">([^<]+)</a>', page)
        more = re.search(r'<a href="([^"]+)">More</a>', page)
        if more is None or len(found) >= len(wanted):
            break
        path = f"{more[1]}&limit=1"

    assert found == [title for title, _, _ in wanted]


@pytest.mark.parametrize("after", ["nonsense 0", "mrr", "mrr -1"])
def test_where_no_page_ended_none_goes_on(desk: Desk, after: str):
    answer = desk.browser("csm").get("/figures", after=after)

    assert answer.status_code == 400
    assert "after: is no" in answer.text


@pytest.mark.parametrize("named", ["name", "by"])
def test_of_a_figure_that_there_is_not_nothing_is_listed(desk: Desk, named: str):
    answer = desk.browser("csm").get("/figures", **{named: "nonsense"})

    assert answer.status_code == 200
    assert "Nothing is told of it yet." in answer.text


def test_the_worst_accounts_lead_to_their_pages(desk: Desk):
    told = figured(desk.deployment, [Wanted("utilisation_pct", SPREAD)])[0]

    page = desk.browser("csm").get("/metrics/utilisation_pct").text

    assert told.worst
    assert re.findall(r'href="/accounts/([^"]+)"', page) == [each.account for each in told.worst]


def test_nobody_is_late_who_owes_nothing(desk: Desk):
    told = figured(desk.deployment, [Wanted("overdue_days", SPREAD)])[0]

    rows = cells(desk.browser("csm").get("/friction").text, "Late to pay: to interview")

    assert any(not each.value for each in told.worst)
    assert [row[0] for row in rows] == [each.name for each in told.worst if each.value]


def test_cohorts_are_split_by_what_is_chosen(desk: Desk):
    page = desk.browser("csm").get("/cohorts", by="plan").text

    assert 'value="plan" selected' in page
    assert {row[0] for row in cells(page, "MRR of each cohort")} == {
        row.segment for row in figured(desk.deployment, [Wanted("mrr", "plan")])[0].rows
    }


def counted(page: str) -> set[str]:
    """Of how many accounts a page says that its figures are."""
    return set(re.findall(r"of ([\d,]+) accounts", page))


@pytest.mark.parametrize("path", [*(each.path for each in PAGES), "/metrics/mrr"])
def test_whoever_sees_their_own_accounts_is_told_of_no_other(desk: Desk, path: str):
    assert counted(desk.browser("csm").get(path).text) == {str(len(ACCOUNTS))}

    own = desk.browser("own").get(path).text

    assert counted(own) == {"0"}
    assert 'href="/accounts/' not in own


def test_nor_do_rows_count_what_they_may_not_see(desk: Desk):
    table = [*csv.DictReader(io.StringIO(desk.browser("own").get("/figures.csv").text))]

    assert {row["accounts"] for row in table} <= {"0"}


# -- the map -----------------------------------------------------------------------------------------


def test_every_tile_is_a_country_and_stands_alone():
    assert [code for code in TILES if country(code) == code] == []
    assert len(set(TILES.values())) == len(TILES) == len([*laid_out()])


def test_the_map_says_what_it_shows():
    shown = next(iter(world("Failures", {"DE": 40.0, "FR": 10.0, "unknown": 90.0})))

    assert isinstance(shown, World)
    assert "Germany 40.0 %; France 10.0 %" in shown.words
    shades = {tile.code: tile.shade for tile in shown.tiles}
    assert (shades["DE"], shades["FR"], shades["US"]) == (4, 1, 0)


def test_there_is_no_map_of_nothing():
    assert list(world("Failures", {"unknown": 90.0})) == []


# -- trends ------------------------------------------------------------------------------------------


def test_a_trend_is_drawn_from_the_days_on_which_it_was_told_and_for_all_accounts_alone(own_desk: Desk):
    browser = own_desk.browser("csm")
    assert "A line is drawn from the second day on" in browser.get("/licences").text

    with own_desk.database.write() as connection:
        today = kept.kept(connection, ["mrr"])["mrr", ""]
        kept.note(connection, today._replace(as_of=date(2026, 5, 31)), 400)
    page = unescape(browser.get("/licences").text)

    told = figured(own_desk.deployment, [Wanted("mrr")])[0].rows[0]
    assert told.value is not None
    amount = f"{told.value / 100:,.0f}"
    assert f"from {amount} to {amount} EUR" in page
    assert "/charts/mrr.svg" in page
    assert "/charts/mrr.svg" not in own_desk.browser("own").get("/licences").text


def test_a_line_begins_at_nothing_and_shows_what_is_aimed_at():
    drawn = line("MRR", "EUR", {date(2026, 5, 1): 100_00, date(2026, 5, 11): 150_00}, 200.0)

    assert drawn.points == "0.00,20.00 100.00,10.00"
    assert drawn.level == 0
    assert drawn.words == "from 100 to 150 EUR, to be 200 EUR"


def test_of_days_only_the_last_stay(own_desk: Desk):
    days = [date(2026, 5, day) for day in range(1, 6)]
    with own_desk.database.write() as connection:
        for day in days:
            kept.note(connection, Kept("mrr", "", day, "", "{}"), 3)
        assert [each.as_of for each in kept.noted(connection, "mrr")] == days[-3:]
        assert not kept.noted(connection, "active_licences")


def test_the_map_is_drawn_and_said(desk: Desk):
    parts = tuple(world("Where validations fail", {"DE": 40.0, "FR": 10.0}))

    page = bytes(desk.site.page(View(title="Validations", parts=parts)).body).decode()

    said = "Map of the world, the largest first: Germany 40.0 %; France 10.0 %."
    assert f'role="img" aria-label="{said}"' in page
    assert page.count("<rect") == len(TILES)
    assert "style=" not in page
