"""Today: what needs whoever reads it, with what to do about it and by when."""

import re
from datetime import date
from html import unescape
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from store import book, verdicts
from store.book import Wanted
from store.tables import accounts, flags
from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk, Visit
from worker.brief import brief
from worker.plays import by_weight, signal_of

TITLE = "Open alerts, and what to do"


def listed(page: str) -> list[list[str]]:
    """The rows of the table of open alerts, as text."""
    table = page.partition(f"<h2>{TITLE}</h2>")[2].partition("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in row] for row in cells]


def test_open_alerts_are_listed_the_most_urgent_first_with_their_play(desk: Desk):
    with desk.database.read() as connection:
        found = book.page(connection, Wanted(alerted=True, limit=10)).places
        standing = select(flags).join(accounts, accounts.c.id == flags.c.account)
        rows = connection.execute(standing.where(accounts.c.key == LEAVING, flags.c.state == "firing")).all()
        verdict = verdicts.verdict(connection, LEAVING)
        assert verdict is not None
        evidence = brief(desk.deployment, connection, verdict).flags[0].evidence
    first = by_weight(rows)[0]
    play = desk.deployment.plays[signal_of(first)]

    shown = listed(desk.browser("csm").get("/").text)

    assert [row[0] for row in shown] == [place.name for place in found] != []
    mine = shown[[place.key for place in found].index(LEAVING)]
    assert mine[1] == play.steps[0]
    assert mine[3].startswith(evidence)
    assert play.owner_role == "csm"
    assert mine[4:] == ["Ann Lee", "at risk", "new"]
    assert len({place.entry.priority for place in found}) > 1, "there is an order to see"


def test_what_is_silent_or_over_is_not_listed_and_the_rest_leads_to_the_same_rows(own_desk: Desk):
    browser = own_desk.browser("csm")
    names = [row[0] for row in listed(browser.get("/").text)]
    with own_desk.database.write() as connection:
        one = select(accounts.c.id).where(accounts.c.key == LEAVING).scalar_subquery()
        connection.execute(update(flags).where(flags.c.account == one).values(state="snoozed"))

    left = [row[0] for row in listed(browser.get("/").text)]

    assert len(left) == len(names) - 1
    csv = browser.get("/accounts.csv?alerted=yes").text.splitlines()[1:]
    assert sorted(line.split(",")[0] for line in csv) == sorted(left)
    with own_desk.database.write() as connection:
        connection.execute(update(flags).values(state="resolved"))
    assert listed(browser.get("/").text) == []
    assert "No alert is open." in browser.get("/").text


def test_a_play_whose_day_is_over_says_so(own_desk: Desk):
    with own_desk.database.write() as connection:
        connection.execute(update(flags).values(since=flags.c.opened))
        connection.execute(update(flags).where(flags.c.state == "firing").values(since=date(2026, 1, 5)))

    assert {row[2].endswith(", overdue") for row in listed(own_desk.browser("csm").get("/").text)} == {True}


def test_somebody_who_looks_after_nobody_else_sees_their_own_alone(desk: Desk):
    assert TITLE not in desk.browser("own").get("/").text


@pytest.mark.parametrize("width", [360, 1440])
def test_what_can_be_done_about_an_account_stands_before_why(visit: Visit, desk: Desk, width: int):
    page = visit(desk, "csm", f"/accounts/{quote(LEAVING, safe='')}", width=width)

    act = page.get_by_role("button", name="I take it on")
    why = page.get_by_role("heading", name="Why", exact=True)
    at, below = act.bounding_box(), why.bounding_box()

    assert at
    assert below
    assert at["y"] < below["y"] if width < 1180 else at["x"] > below["x"]
    html = page.content()
    assert html.index("I take it on") < html.index(">Why</h2>"), "as the keyboard reaches them"
