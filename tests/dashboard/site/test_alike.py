"""Every figure is the same on its page, in the API and in CSV: page by page, from the router's own list."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest

from config.metrics import entries, load_metrics
from dashboard.api.callers import Scope, issue
from dashboard.app import create_app
from dashboard.listing import MOST, Listing, Shown
from dashboard.lists.registry import LISTINGS
from dashboard.pages.figures import PAGES
from dashboard.pages.review_parts import NUMBERS
from dashboard.site import Site
from health.nouns import BANDS
from tests.dashboard.api.conftest import ENOUGH, Program
from tests.dashboard.conftest import COMPANY, NOBODY, served
from tests.dashboard.site import demo
from tests.dashboard.site.alike_figures import figures_of
from tests.dashboard.site.conftest import Desk, add_colleagues
from tests.dashboard.site.reader import Page, Table, amount, number, shows
from tests.dashboard.site.three import Three, Values, said
from worker.figured import SPREAD, Wanted, figured


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    """The demo's company, as somebody who administers and a program see it."""
    made = demo.opened(tmp_path_factory.mktemp("alike"), api_calls_a_minute=ENOUGH)
    told = [name for name, entry in entries(load_metrics()).items() if not entry.no_value]
    figured(made, [Wanted(name, split) for name in told for split in ("", SPREAD)])  # all in one look
    add_colleagues(made.database)
    with made.database.write() as connection:
        token = issue(connection, "alike", tuple(Scope), 30, "a test") or ""
    site = Site(lambda: made)
    app = create_app(made.database, COMPANY, NOBODY, site=site)
    with served(app) as address:
        desk = Desk(address, app, site, made)
        yield Three(desk, desk.browser("admin"), Program(address, token))
    made.database.close()


# -- lists -------------------------------------------------------------------------------------------


def a_list(of: Listing) -> Callable[[Three], None]:
    """Return what compares a list: each row of its page, column by column."""

    def compare(three: Three) -> None:
        page, rows = three.page(f"/{of.name}?limit={MOST}"), three.rows(f"/{of.name}")
        assert rows or of.name in NOTHING, "else the book has become too small for this test"
        if rows:
            _alike(page.tables[-1], rows[:MOST], [column for column in of.columns if column.is_shown])
        above = ABOVE.get(of.name)
        if above:
            above(three, three.page(f"/{of.name}"), rows)

    return compare


NOTHING = {"gates"}
"""Lists of which the demo's company has no row."""


def _alike(table: Table, rows: list[dict[str, Any]], columns: list[Shown]) -> None:
    assert len(table.rows) == len(rows)
    picks = len(table.headings) - len(columns)
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, column in zip(cells[picks:], columns, strict=True):
            currency = str(row.get(column.currency) or "")
            assert shows(cell.text, column.kind, row[column.name], currency), (column.name, cell, row)


def _risk(_three: Three, page: Page, rows: list[dict[str, Any]]) -> None:
    """Revenue at risk by reason is that of the accounts at risk."""
    bars = page.table("Revenue at risk by reason").rows[:-1]
    total = sum(number(row[1].text) or 0 for row in bars)
    assert abs(total - sum(amount(row, "revenue_at_risk") for row in rows) / 100) <= len(bars)
    assert sum(int(number(row[0].text.rpartition(", ")[2]) or 0) for row in bars) == len(rows)


def _renewals(three: Three, page: Page, _rows: list[dict[str, Any]]) -> None:
    """Each window is the accounts that it leads to."""
    for label, accounts, unpaid, revenue in page.table("By window").rows:
        rows = three.rows(label.href)
        at_risk = sum(amount(row, "revenue_at_risk") for row in rows)
        assert number(accounts.text) == len(rows)
        assert number(unpaid.text) == len([row for row in rows if row["payment"] == "failed"])
        currency = dict(parse_qsl(label.href)).get("currency", "")
        assert shows(revenue.text, "money", at_risk, currency), label


ABOVE = {"risk": _risk, "renewals": _renewals}
"""What lists add up to, above them."""


# -- one page each -----------------------------------------------------------------------------------


def today(three: Three) -> None:
    """How many accounts are in each band, and the beginnings of two lists."""
    page, rows = three.page("/"), three.rows("/accounts")
    bands = Counter(row["band"] for row in rows)
    shown = {each.label.lower().replace(" ", "_"): number(each.text) for each in page.figures}
    assert {band: shown[band] for band in BANDS} == {band: bands[band] for band in BANDS}
    at_risk = three.rows("/risk")[:10]
    assert at_risk
    for cells, row in zip(page.table("At risk, the most urgent first").rows, at_risk, strict=True):
        kinds = {0: ("text", "name"), 2: ("points", "health"), 3: ("change", "moved")}
        assert all(shows(cells[at].text, kind, row[name]) for at, (kind, name) in kinds.items()), row
    changed = three.rows("/accounts?changed=yes")[:10]
    shown_rows = page.rows("Another band than yesterday")
    assert [cells[0].text for cells in shown_rows] == [row["name"] for row in changed]


def account(three: Three) -> None:
    """Accounts: what is most and least urgent, and somebody between."""
    rows = three.rows("/accounts")
    for row in (rows[0], rows[len(rows) // 2], rows[-1]):
        _account(three, row)


_AMOUNTS = {entries(load_metrics())[name].title: name for name in ("mrr", "revenue_at_risk")}


def _account(three: Three, row: dict[str, Any]) -> None:
    path = f"/accounts/{row['account']}"
    page, told = three.page(path), three.one(path)
    shown = {each.label: each.text for each in page.figures}
    currency = str(row["currency"] or "")
    assert told["health"] == row["health"]
    assert shows(shown["Health"], "band", told["band"])
    assert shows(shown["Score of 100"], "points", told["health"])
    assert shows(shown["Since yesterday"], "change", row["moved"])
    assert shows(shown["Weight that is known"], "percent", 100 * told["coverage"])
    if told["facts"]["days_to_anchor"] is not None:
        assert shows(shown["Act by"], "day", row["anchor_on"])
    for title, name in _AMOUNTS.items():
        assert shows(shown[title], "money", row[name], currency)
    lines = sorted(each["points"] for each in told["contributions"] if each["points"])
    bars = [number(cells[1].text) for cells in page.table("Why").rows[:-1]]
    assert bars == pytest.approx(lines, abs=0.0501)
    open_ = [(said(cells[0].text), cells[1].text) for cells in page.rows("What stands open")]
    standing = [each for each in three.program.rows("/signals", account=row["account"]) if not each["gate"]]
    standing = [each for each in standing if each["state"] not in {"ok", "resolved"}]
    assert Counter(evidence for _, evidence in open_) == Counter(each["evidence"] for each in standing)
    _use(page, told)


def _use(page: Page, told: Values) -> None:
    """The measures that a page shows are the inputs of the verdict."""
    for cells in page.table("Use and seats").rows:
        name = cells[0].href.removeprefix("/metrics/")
        value = told["inputs"].get(name)
        if isinstance(value, int | float):
            assert number(cells[1].text) == pytest.approx(value, abs=0.501), name


def tried(three: Three) -> None:
    """Experiments: how far each is, and what it told."""
    page, rows = three.page("/experiments"), three.rows("/experiments")
    assert {row["state"] for row in rows} == {"running", "read"}
    for row in rows:
        far = page.table(f"How far {row['name']} is")
        told = three.one(f"/experiments/{row['name']}")
        for (name, drawn, needed), arm in zip(far.rows, ("held_out", "written"), strict=True):
            assert name.text == said(arm)
            assert number(drawn.text) == row[f"{arm}_drawn"] == told["arms"][arm]["drawn"]
            assert number(needed.text) == row[f"{arm}_needed"] == told["arms"][arm]["needed"]
        if row["state"] == "read":
            _arms(page.table(f"The arms of {row['name']}"), told["reading"], row)


def _arms(table: Table, reading: Values, row: Values) -> None:
    assert [reading[each] for each in ("verdict", "points", "low", "high")] == [
        row[each] for each in ("verdict", "points", "low", "high")
    ]
    for (_, accounts, met, _share), arm in zip(table.rows, ("held_out", "written"), strict=True):
        assert (number(accounts.text), number(met.text)) == (reading[arm]["accounts"], reading[arm]["met"])


def sources(three: Three) -> None:
    """Sources: through which day each is complete, and how much of it is ours."""
    table, rows = three.page("/sources").table("How each source stands"), three.rows("/sources")
    assert rows
    assert table.column("Source") == [row["name"] for row in rows]
    for cells, row in zip(table.rows, rows, strict=True):
        shown = dict(zip(table.headings, cells, strict=True))
        assert shows(shown["Complete through"].text, "day", row["complete_through"])
        assert shows(shown["Accounts that are ours"].text, "percent", row["match_pct"])


_RULE = {
    "Flags": ("number", "flags"),
    "Said to be none": ("number", "dismissed"),
    "Closed": ("number", "closed"),
    "Precision": ("percent", "precision_pct"),
    "Agreed": ("percent", "agreed_pct"),
    "Recall": ("percent", "recall_pct"),
    "Days ahead": ("number", "lead_days"),
}
_BAND = {"Accounts": ("number", "accounts"), "Weight that is known": ("percent", "known_pct")}


def rules(three: Three) -> None:
    """Rules: how right each was, and how much of each band is known."""
    page = three.page("/rules")
    how = [
        (page.table("How right each rule was"), three.rows("/rules"), _RULE),
        (page.table("How much is known"), three.rows("/coverage"), _BAND),
    ]
    for table, rows, columns in how:
        assert rows
        assert table.csv
        for cells, row in zip(table.rows, rows, strict=True):
            shown = dict(zip(table.headings, cells, strict=True))
            assert all(shows(shown[at].text, kind, row[name]) for at, (kind, name) in columns.items()), row


_CHAPTERS = {
    "Licences": "licences",
    "Revenue": "revenue",
    "Use": "use",
    "Renewals": "renewals",
    "Over a year": "over_a_year",
    "What tickets are about, per 100 accounts": "friction",
}


def review(three: Three) -> None:
    """The review: its page says what it says as JSON, which programs are given in place of rows."""
    page, told = three.page("/review"), three.browser.get("/review.json").json()
    assert any(told[name] for name in _CHAPTERS.values())
    for title, name in _CHAPTERS.items():
        lines = told[name]
        for cells, line in zip(page.rows(title), lines, strict=True):
            kind = (
                "money"
                if line["unit"] == "money" and line["currency"]
                else NUMBERS.get(line["unit"], "tenths")
            )
            for cell, at in ((1, "value"), (2, "before"), (4, "year_ago")):
                value = line[at]
                assert value is None or shows(cells[cell].text, kind, value, line["currency"]), line


# -- all of them -------------------------------------------------------------------------------------

ENTRIES = ("mrr", "utilisation_pct", "active_licences_by_plan", "validation_failures", "idle_days")
"""Entries of the catalogue: an amount, a measure with bands, figures by parts, days."""
ALIKE: Mapping[str, Callable[[Three], None]] = {
    "/": today,
    "/accounts/{key}": account,
    "/experiments": tried,
    "/sources": sources,
    "/rules": rules,
    "/review": review,
    "/metrics/{name}": figures_of(*(f"/metrics/{name}" for name in ENTRIES), "/metrics/mrr?by=plan"),
    **{f"/{each.name}": a_list(each) for each in LISTINGS.values()},
    **{each.path: figures_of(each.path) for each in PAGES},
    "/cohorts": figures_of("/cohorts", "/cohorts?by=plan"),
}
UNLIKE = {
    "/metrics": "it says what figures mean, and none of what they come to",
    "/me": "one's own settings and sessions",
    "/approvals": "letters that wait for a person: who reads them may act on them",
    "/approvals/mail": "one such letter",
    "/identity": "records that wait for a person",
    "/deliveries": "what waits and what failed, for who runs it; /metrics of monitoring counts it",
    "/settings": "how the installation is set up; secrets are not for programs",
    "/users": "colleagues: none of a program's business",
    "/users/one": "one of them",
    "/tokens": "who may ask the API is not told by the API",
    "/start": "how far the installation is set up",
}
"""Pages that are shown alone, and why."""
FILES = (".csv", ".json", ".svg", ".{form}")


def test_every_page_is_compared_or_says_why_not(three: Three):
    asked = three.desk.site.rights.items()
    pages = {path for (method, path), right in asked if method == "GET" and right is not None}
    assert {path for path in pages if not path.endswith(FILES)} == {*ALIKE, *UNLIKE}
    assert not {*ALIKE} & {*UNLIKE}


@pytest.mark.parametrize("path", ALIKE)
def test_a_page_the_api_and_csv_say_the_same(three: Three, path: str):
    ALIKE[path](three)
