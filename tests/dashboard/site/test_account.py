"""The page of an account: what it says is what `explain` says, and what is done there is done."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from cli.opened import judge_waiting
from health.alerts import OPEN
from store import flags, overrides, verdicts
from store.installation import business_day
from store.tables import answers, audit
from templates.filters import MINUS
from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk, address
from worker.brief import brief
from worker.pipeline import open_run
from worker.statement import check


def test_it_says_the_same_words_as_everywhere(desk: Desk):
    page = unescape(desk.browser("csm").get(f"/accounts/{LEAVING}").text)

    with desk.database.read() as connection:
        found = verdicts.verdict(connection, LEAVING)
        assert found is not None
        told = brief(desk.deployment, connection, found)
    for line in found.assessment.score.contributions:
        assert not line.points or line.reason in page
    for sentence in (*told.changes, *told.ahead):
        assert sentence in page
    assert f"100 and these lines are {found.assessment.score.points / 100:g}." in page
    assert [flag.evidence in page for flag in told.flags] == [True] * len(told.flags) != []


def test_a_second_verdict_of_a_day_hides_not_what_the_day_brought(own_desk: Desk):
    browser = own_desk.browser("csm")
    once = changed(browser.get(f"/accounts/{LEAVING}").text)

    open_run(own_desk.deployment, "full")
    judge_waiting(own_desk.deployment)

    assert once[:2] == ["What changed since", "May 31, 2026"]
    assert changed(browser.get(f"/accounts/{LEAVING}").text) == once


def changed(page: str) -> list[str]:
    """What a page of an account says that changed, and since when."""
    told = page[page.index("What changed") :].partition("</section>")[0]
    return [each.strip() for each in re.split(r"<[^>]+>", told) if each.strip()]


def test_measures_stand_under_each_other_and_a_change_has_its_sign(desk: Desk):
    page = desk.browser("csm").get(f"/accounts/{LEAVING}").text
    table = page.partition("<h2>Use and seats</h2>")[2].partition("</section>")[0]

    told = table.partition('href="/metrics/trend_pct"')[2].partition("</td>")[0]
    assert re.search(rf"[+{MINUS}±]\d+%", told)
    assert "no source tells" in table
    assert set(re.findall(r"<td[^>]*>", table)) == {'<td class="n">'}


def test_an_answer_is_taken_once_and_on_record(own_desk: Desk):
    browser = own_desk.browser("csm")

    silent = browser.post(
        f"/accounts/{LEAVING}/answer", said="snooze", days="7", detail="They call on Monday"
    )

    assert "It is silent" in silent.text
    with own_desk.database.read() as connection:
        said = connection.execute(select(answers.c.kind, answers.c.actor, answers.c.detail)).one()
        account = verdicts.verdict(connection, LEAVING)
        assert account is not None
        standing = flags.of(connection, [account.assessment.account])[account.assessment.account]
        recorded = connection.execute(select(audit.c.actor).where(audit.c.action == "alert_snoozed")).one()
    assert tuple(said) == ("snooze", address("csm"), "They call on Monday")
    assert {flag.state for flag in standing if flag.state in OPEN} == {"snoozed"}
    assert recorded.actor == address("csm")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"said": "snooze", "days": "7"}, "Say why"),
        ({"said": "snooze", "days": "9999", "detail": "x"}, "1 to 90 days"),
        ({"said": "snooze", "days": "-1", "detail": "x"}, "1 to 90 days"),
        ({"said": "done", "detail": "whatever"}, "what came of it"),
        ({"said": "shout"}, "no answer"),
    ],
)
def test_an_answer_that_cannot_be_taken_changes_nothing_and_says_why(
    desk: Desk, fields: dict[str, str], words: str
):
    answer = desk.browser("csm").post(f"/accounts/{LEAVING}/answer", **fields)

    assert words in answer.text
    with desk.database.read() as connection:
        assert connection.execute(select(answers)).first() is None


def test_a_band_is_set_by_hand_and_cleared(own_desk: Desk):
    browser = own_desk.browser("csm")
    with own_desk.database.read() as connection:
        today = business_day(connection)

    refused = browser.post(f"/accounts/{LEAVING}/band", band="healthy", reason="x", until="2020-01-01")
    assert "today or later" in refused.text
    put = browser.post(
        f"/accounts/{LEAVING}/band", band="healthy", reason="They signed <b>today</b>", until=str(today)
    )

    assert "They signed &lt;b&gt;today&lt;/b&gt;" in put.text
    assert "computed: at risk" in put.text
    with own_desk.database.read() as connection:
        assert [each.band for each in overrides.in_force(connection, today).values()] == ["healthy"]
    cleared = browser.post(f"/accounts/{LEAVING}/band/clear")
    assert "counts again" in cleared.text
    with own_desk.database.read() as connection:
        assert overrides.in_force(connection, today) == {}


def test_the_statement_is_one_that_verify_recomputes(desk: Desk):
    answer = desk.browser("support").get(f"/accounts/{LEAVING}/statement.json")

    assert answer.headers["content-disposition"] == f'attachment; filename="statement-{LEAVING}.json"'
    assert not check(answer.content).differences
