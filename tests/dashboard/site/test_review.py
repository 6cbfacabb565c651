"""The review and experiments as pages, and what lists add up to above their rows."""

import csv
import io
import json
import re
from datetime import date, timedelta
from html import unescape

import msgspec
import pytest
from sqlalchemy import select, update

from config.experiments import load_experiments
from dashboard.pages.review import FORMS
from health.experiments import HELD_OUT, WRITTEN, Arm, Reading
from health.periods import period
from store import experiments
from store.experiments import Begun, Drawn
from store.installation import business_day
from store.tables import book
from templates.reports import report
from tests.book import ACCOUNTS
from tests.dashboard.site.conftest import Desk
from tests.dashboard.site.test_figures import cells
from worker.review import review

SO_FAR = "2026-Q2"


def test_the_review_says_what_the_report_says(desk: Desk):
    browser = desk.browser("manager")
    page = unescape(browser.get("/review", period=SO_FAR).text)

    with desk.database.read() as connection:
        made = review(desk.deployment, connection, period(SO_FAR))
    assert browser.get("/review.json", period=SO_FAR).json() == json.loads(msgspec.json.encode(made))
    assert browser.get("/review.html", period=SO_FAR).text == report("review", made, "html")
    assert browser.get("/review.md", period=SO_FAR).text == report("review", made, "markdown")
    lines = [*made.licences, *made.revenue, *made.use, *made.renewals, *made.over_a_year, *made.friction]
    for line in lines:
        assert f'href="/metrics/{line.figure}"' in page
        assert line.unknown in page
    for each in made.ranked:
        assert each.name in page
    assert made.ranked


def test_the_last_whole_month_is_reviewed_unless_another_is_chosen(desk: Desk):
    browser = desk.browser("manager")

    assert "<h1>Review of 2026-05</h1>" in browser.get("/review").text
    assert "<h1>Review of 2026-Q2</h1>" not in browser.get("/review").text
    assert "<h1>Review of 2026-Q2</h1>" in browser.get("/review", period="2026-Q2").text


@pytest.mark.parametrize("name", ["nonsense", "2026-13", "2031-01"])
@pytest.mark.parametrize("path", ["/review", "/review.json"])
def test_a_period_that_is_none_or_ahead_is_said(desk: Desk, path: str, name: str):
    answer = desk.browser("manager").get(path, period=name)

    assert answer.status_code == 400
    assert name in answer.text


def test_there_is_no_other_form(desk: Desk):
    assert desk.browser("manager").get("/review.pdf").status_code == 404


@pytest.mark.parametrize("path", ["/review", "/experiments", *(f"/review.{form}" for form in FORMS)])
def test_what_is_of_all_accounts_is_not_for_whoever_sees_their_own(desk: Desk, path: str):
    assert desk.browser("own").get(path).status_code == 403


# -- experiments -------------------------------------------------------------------------------------


def test_what_is_planned_is_shown(desk: Desk):
    page = unescape(desk.browser("csm").get("/experiments").text)

    for planned in load_experiments().values():
        assert planned.hypothesis in page
    assert "planned" in page


def test_nothing_is_said_of_outcomes_before_an_experiment_is_read(own_desk: Desk):
    planned = next(iter(load_experiments().values()))
    begun = Begun(
        name=planned.name,
        letter=planned.letter,
        hash=planned.hash,
        planned=msgspec.json.encode(planned).decode(),
        actor="ann",
        started_on=day_of(own_desk),
        stopped_on=None,
        stop_reason="",
        read_on=None,
        reading="",
    )
    with own_desk.database.write() as connection:
        experiments.start(connection, begun)
        experiments.draw(connection, planned.name, Drawn(1, HELD_OUT, "", begun.started_on), 1)
    running = own_desk.browser("csm").get("/experiments").text

    rows = cells(running, f"How far {planned.name} is")
    assert [row[:2] for row in rows] == [["held out", "1"], ["written", "0"]]
    assert f"What {planned.name} told" not in running

    told = Reading("better", Arm(10, 1), Arm(20, 5), 15.0, 2.5, 27.5, 0.012)
    kept = begun._replace(read_on=begun.started_on, reading=msgspec.json.encode(told).decode())
    with own_desk.database.write() as connection:
        experiments.keep_reading(connection, kept)
    page = unescape(own_desk.browser("csm").get("/experiments").text)

    assert "The difference is +15.0 points, likely +2.5 to +27.5." in page
    assert cells(page, f"The arms of {planned.name}") == [
        [HELD_OUT.replace("_", " "), "10", "1", "10%"],
        [WRITTEN, "20", "5", "25%"],
    ]


def day_of(of: Desk) -> date:
    with of.database.read() as connection:
        return business_day(connection)


# -- what lists add up to ----------------------------------------------------------------------------


def test_renewals_stand_in_the_nearest_window_and_lead_to_their_rows(desk: Desk):
    browser = desk.browser("csm")
    page = browser.get("/renewals").text

    windows = cells(page, "By window")
    links = re.findall(r'<th scope="row"><a href="(/renewals\?from=[^"]+)"', page)
    assert windows
    assert len(links) == len(windows)
    for link, (_, accounts, unpaid, _) in zip(links, windows, strict=True):
        rows = re.findall(r'href="/accounts/([^"?]+)"', browser.get(unescape(link)).text)
        assert len(rows) == int(accounts) >= int(unpaid)


def test_windows_leave_no_day_out(desk: Desk):
    windows = sorted(desk.deployment.policy.renewals.windows)
    day = day_of(desk)
    page = desk.browser("csm").get("/renewals").text

    ends = re.findall(r'href="/renewals\?from=([^&]+)&amp;until=([^"&]+)&amp;currency=', page)
    assert ends
    allowed = {(str(day + timedelta(first)), str(day + timedelta(last))) for first, last in spans(windows)}
    assert set(ends) <= allowed


def spans(windows: list[int]) -> list[tuple[int, int]]:
    return [(before + 1, until) for before, until in zip([-1, *windows], windows, strict=False)]


def test_revenue_at_risk_by_reason_counts_the_accounts_of_the_list(desk: Desk):
    browser = desk.browser("csm")
    page = browser.get("/risk").text

    assert "1 account at risk in all." in page
    assert 'href="/metrics/revenue_at_risk"' in page
    assert "Revenue at risk by reason" not in desk.browser("own").get("/risk").text
    bars = re.findall(r'<a href="(/risk\?main_reason=[^"]+)">([^<]+), (\d+) accounts?</a>', page)
    assert bars
    for href, reason, accounts in bars:
        rows = list(csv.DictReader(io.StringIO(browser.get(href.replace("?", ".csv?")).text)))
        assert [row["main_reason"] for row in rows] == [reason] * int(accounts)
        shown = re.findall(r'href="/accounts/([^"?]+)"', browser.get(href).text)
        assert shown == [row["account"] for row in rows]
    assert len(ACCOUNTS) > 1


def test_every_at_risk_account_is_under_one_reason_whatever_a_person_set(own_desk: Desk):
    """What a hand put at risk is in the list, so it is in the figure above it, too."""
    with own_desk.database.write() as connection:
        connection.execute(update(book).values(band="at_risk"))
        reasons = set(connection.execute(select(book.c.main_reason)).scalars())

    page = own_desk.browser("csm").get("/risk").text
    bars = re.findall(r"main_reason=[^\"]+\">[^<]+, (\d+) accounts?</a>", page)

    assert len(reasons) > 1
    assert len(bars) == len(reasons)
    assert sum(map(int, bars)) == len(ACCOUNTS)
