"""First steps: what is missing is said in order, with what to do; done steps are ticked."""

import re

import pytest
from sqlalchemy import delete, update

from store import users
from store.tables import book, notices, source_status
from tests.dashboard.site.conftest import Desk
from tests.owed import go_live
from worker import first_run
from worker.deployment import Deployment
from worker.first_run import BOOK, DESTINATION, LIVE, PEOPLE, PLAN, SOURCE

STEPS = [SOURCE, BOOK, PLAN, DESTINATION, PEOPLE, LIVE]
SET_UP = {
    "SEATSIGNAL_SLACK_TOKEN": "xoxb-sandbox-token",
    "SEATSIGNAL_MAIL_HOST": "mail.example",
    "SEATSIGNAL_MAIL_SENDER": "success@seller.example",
}


def done(deployment: Deployment, planned: int = 0) -> dict[str, bool]:
    with deployment.database.read() as connection:
        return {each.name: each.is_done for each in first_run.steps(deployment, connection, planned)}


def test_the_steps_stand_in_the_order_in_which_they_are_done(desk: Desk):
    assert [*done(desk.deployment)] == STEPS


def test_each_step_is_done_by_what_it_asks_for(own_desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """An empty installation has everything to do; each thing that is set up ticks its own step alone."""
    deployment = own_desk.deployment
    with own_desk.database.write() as connection:
        kept = [dict(row._mapping) for row in connection.execute(book.select())]
        connection.execute(delete(book))
        connection.execute(update(source_status).values(pulled_ms=None))
        for each in users.everyone(connection):
            if each.role != "admin":
                users.disable(connection, each.id)
    assert done(deployment) == dict.fromkeys(STEPS, False)

    with own_desk.database.write() as connection:
        connection.execute(update(source_status).values(pulled_ms=5))
    assert done(deployment) == dict.fromkeys(STEPS, False) | {SOURCE: True}

    with own_desk.database.write() as connection:
        connection.execute(book.insert(), kept)
        for each in users.everyone(connection):
            users.enable(connection, each.id)
    for name, value in SET_UP.items():
        monkeypatch.setenv(name, value)
    assert done(deployment, planned=3) == dict.fromkeys(STEPS, True) | {LIVE: False}

    go_live(own_desk.database)
    assert done(deployment) == dict.fromkeys(STEPS, True)


def test_what_is_missing_is_named_with_what_to_set(desk: Desk):
    page = desk.browser("admin").get("/start").text

    assert "routed to and not set up: slack" in page
    assert "SEATSIGNAL_SLACK_TOKEN" in page
    assert page.count("✓ done") == sum(done(desk.deployment, planned=1).values())


def test_what_would_be_sent_is_shown_as_it_is_planned(own_desk: Desk):
    page = own_desk.browser("admin").get("/start").text
    assert re.search(r'<th scope="row">\+ alert</th><td>slack</td><td class="n">3\s*</td>', page)
    assert 'href="/accounts/a1"' in page

    with own_desk.database.write() as connection:
        connection.execute(update(notices).values(status="suppressed", reason="x", settled_ms=1))
    assert "Nothing waits to be sent" in own_desk.browser("admin").get("/start").text


def test_today_leads_there_until_it_is_live_and_only_who_may_act(own_desk: Desk):
    link = '<a href="/start">First steps</a></p>'
    assert link in own_desk.browser("admin").get("/").text
    assert link not in own_desk.browser("csm").get("/").text

    go_live(own_desk.database)
    assert link not in own_desk.browser("admin").get("/").text

    with own_desk.database.write() as connection:
        connection.execute(delete(book))
    assert link in own_desk.browser("admin").get("/").text, "nothing is judged"
