"""A note that something is expected gates what is seen of use, for as long as it says, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cli.opened import judge_waiting
from store import verdicts
from store.tables import audit
from tests.book import ACCOUNTS, DAY, LEAVING
from tests.dashboard.site.conftest import Desk, address
from worker.pipeline import open_run


def judge(desk: Desk) -> None:
    open_run(desk.deployment, "touched")
    judge_waiting(desk.deployment)


def gates(desk: Desk, key: str) -> dict[str, str]:
    """The gate of each signal of an account; empty where none stopped it."""
    with desk.database.read() as connection:
        found = verdicts.verdict(connection, key)
    assert found is not None
    return {each.kind: each.gate for each in found.assessment.signals}


def test_it_gates_the_score_of_an_account_and_lets_what_is_said_pass(own_desk: Desk):
    csm = own_desk.browser("csm")
    assert gates(own_desk, LEAVING) == {"cancel_ticket": "", "band": ""}

    until = DAY + timedelta(days=30)
    answer = csm.post(f"/accounts/{LEAVING}/expected", reason="a  summer break", until=str(until))
    assert "Noted" in answer.text
    judge(own_desk)

    assert gates(own_desk, LEAVING) == {"cancel_ticket": "", "band": "expected"}
    page = csm.get(f"/accounts/{LEAVING}").text
    assert "a summer break" in page
    assert "(gate: expected)" in page
    assert set(gates(own_desk, ACCOUNTS[0]).values()) <= {""}
    assert acts(own_desk) == [("expected", LEAVING, f"until {until}")]


def test_what_is_no_longer_expected_gates_no_more(own_desk: Desk):
    csm = own_desk.browser("csm")
    csm.post(f"/accounts/{LEAVING}/expected", reason="a break", until=str(DAY))
    judge(own_desk)
    page = csm.get(f"/accounts/{LEAVING}").text
    picked = page.partition('name="pick" value="')[2].partition('"')[0]

    assert "Tick what" in csm.post(f"/accounts/{LEAVING}/expected/end").text
    assert "Tick what" in csm.post(f"/accounts/{ACCOUNTS[0]}/expected/end", pick=picked).text
    assert "counts no more" in csm.post(f"/accounts/{LEAVING}/expected/end", pick=picked).text
    judge(own_desk)

    assert gates(own_desk, LEAVING) == {"cancel_ticket": "", "band": ""}
    assert "a break" not in csm.get(f"/accounts/{LEAVING}").text
    assert [each[0] for each in acts(own_desk)] == ["expected", "expected_no_more"]


@pytest.mark.parametrize(
    ("reason", "until"),
    [
        ("", str(DAY)),
        ("x" * 201, str(DAY)),
        ("why", ""),
        ("why", "soon"),
        ("why", str(DAY - timedelta(days=1))),
        ("why", str(DAY + timedelta(days=367))),
    ],
)
def test_a_reason_and_an_end_are_needed(desk: Desk, reason: str, until: str):
    browser = desk.browser("csm")

    browser.post(f"/accounts/{LEAVING}/expected", reason=reason, until=until)

    assert 'id="expected"' not in browser.get(f"/accounts/{LEAVING}").text


def test_nobody_says_so_of_an_account_that_is_not_theirs(own_desk: Desk):
    answer = own_desk.browser("own").post(f"/accounts/{LEAVING}/expected", reason="why", until=str(DAY))

    assert answer.status_code == 404
    assert acts(own_desk) == []


def acts(desk: Desk) -> list[tuple[str, str, str]]:
    query = select(audit.c.action, audit.c.about, audit.c.detail).where(audit.c.actor == address("csm"))
    with desk.database.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(audit.c.id))]
