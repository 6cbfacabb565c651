"""Lists: the same rows as a page and as CSV, page after page, whatever they are sorted by."""

import csv
import io
import re

import pytest

from dashboard import listing
from dashboard.listing import Shown, plain
from dashboard.lists.registry import LISTINGS
from tests.book import ACCOUNTS, LEAVING
from tests.dashboard.site.conftest import Browser, Desk


def keys(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/accounts/([^"]+)"', page)


def exported(desk: Desk, path: str) -> list[dict[str, str]]:
    answer = desk.browser("admin").get(path)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("name", LISTINGS)
def test_the_page_shows_what_csv_holds(desk: Desk, name: str):
    page = desk.browser("admin").get(f"/{name}").text.partition('class="filters"')[2]  # above it may be sums

    rows = exported(desk, f"/{name}.csv")[: listing.PAGE]

    assert page.count('<th scope="row">') == len(rows)
    if any(column.name == "account" for column in LISTINGS[name].columns):
        shown = re.findall(r'href="/accounts/([^"?]+)"', page)
        assert shown == [row["account"] for row in rows]
    assert list(rows[0]) == [column.name for column in LISTINGS[name].columns] if rows else True


@pytest.mark.parametrize("sort", sorted({f"{d}{s}" for s in LISTINGS["accounts"].sorts for d in ("", "-")}))
def test_pages_follow_each_other_without_a_gap_or_a_repeat(desk: Desk, sort: str):
    browser, found, path = desk.browser("csm"), [], f"/accounts?sort={sort}&limit=5"
    for _ in range(10):
        page = browser.get(path).text
        found += keys(page)
        more = re.search(r'<a href="([^"]+)">More</a>', page)
        if more is None:
            break
        path = more[1].replace("&amp;", "&") + "&limit=5"

    whole = [row["account"] for row in exported(desk, f"/accounts.csv?sort={sort}")]
    assert found == whole
    assert sorted(found) == sorted(ACCOUNTS)


def test_a_list_is_narrowed_down(desk: Desk):
    browser = desk.browser("csm")

    assert keys(browser.get("/accounts", band="at_risk").text) == [LEAVING]
    assert keys(browser.get("/accounts", search="COUNT A1").text) == [
        key for key in keys(browser.get("/accounts").text) if key.startswith("a1")
    ]
    assert keys(browser.get("/accounts", search="%").text) == []
    assert "Nothing fits." in browser.get("/accounts", owner="nobody@seller.example").text


def test_counts_of_scores_lead_to_their_accounts(desk: Desk):
    browser = desk.browser("csm")
    found = re.findall(
        r'href="(/accounts\?score=[^"]+)">[^<]*</a>\s*</th><td class="n">(\d+)', cohorts(browser)
    )

    assert found
    assert [len(keys(browser.get(href).text)) for href, _ in found] == [int(count) for _, count in found]
    assert browser.get("/accounts", score="7 to 9").status_code == 400


def cohorts(browser: Browser) -> str:
    return re.sub(r"\s*\n\s*", "", browser.get("/cohorts").text)


@pytest.mark.parametrize(
    "params",
    [
        {"sort": "account; DROP TABLE accounts"},
        {"after": "nonsense"},
        {"after": "WzFd"},
        {"after": "WyJhIiwgMV0"},
        {"after": "WzEsIDllOTk5XQ"},
        {"limit": "0"},
        {"limit": "1000000"},
        {"limit": "\N{FULLWIDTH DIGIT ONE}"},
        {"band[]": "x"},
        {"search": "x" * 101},
    ],
)
def test_what_cannot_be_asked_is_said_and_breaks_nothing(desk: Desk, params: dict[str, str]):
    answer = desk.browser("csm").get("/accounts", **params)

    assert answer.status_code == 400
    assert next(iter(params)) in answer.text
    assert len(keys(answer.text)) == len(ACCOUNTS)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_spreadsheet_computes_what_a_name_says(start: str):
    written = plain(Shown("name", "Name"), {"name": f"{start}HYPERLINK(1)"})

    assert written.startswith("'")


def test_money_is_in_major_units_of_its_own_currency():
    column = Shown("mrr", "MRR", "money")

    assert plain(column, {"mrr": 123456, "currency": "EUR"}) == "1234.56"
    assert plain(column, {"mrr": 123456, "currency": "JPY"}) == "123456"
    assert plain(column, {"mrr": -5, "currency": "EUR"}) == "-0.05", "a figure is no formula"
    assert plain(column, {"mrr": None, "currency": "EUR"}) == ""
