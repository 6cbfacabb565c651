"""Approvals: a mail that waits is read as its customer would read it, with why, and decided once by name."""

import html
from urllib.parse import quote

import pytest
from sqlalchemy import update

from config.modes import Modes
from store.tables import approvals, notices
from tests import book
from tests.dashboard.site.conftest import Browser, Desk, address
from tests.owed import go_live, rows
from tests.worker.test_announce import Inbox
from worker.deliver import deliver


@pytest.fixture
def waiting(own_desk: Desk) -> Desk:
    """The desk of a book whose two letters wait for a person."""
    own_desk.deployment.modes = Modes()
    go_live(own_desk.database)
    with own_desk.database.write() as connection:
        due = update(notices).where(notices.c.destination == "mail")
        connection.execute(due.values(status="due", due_ms=1))
    assert sent(own_desk) == []
    return own_desk


def sent(desk: Desk) -> list[str]:
    """Deliver what may leave by mail, and return to whom."""
    inbox = Inbox()
    desk.deployment._destinations["mail"] = inbox
    deliver(desk.deployment, "mail")
    return inbox.written


def key(desk: Desk, template: str = "renewal") -> str:
    (found,) = [str(row.key) for row in rows(desk.database) if row.template == template]
    return found


def stands(desk: Desk, template: str = "renewal") -> tuple[str, str]:
    return next((row.status, row.reason) for row in rows(desk.database) if row.template == template)


def read(browser: Browser, path: str, **params: str) -> str:
    return html.unescape(browser.get(path, **params).text)


def test_a_mail_is_read_with_whom_it_is_for_and_why(waiting: Desk) -> None:
    browser = waiting.browser("manager")
    listed = read(browser, "/approvals")
    assert quote(key(waiting), safe="") in listed
    assert quote(key(waiting, "failed_payment"), safe="") in listed
    page = read(browser, "/approvals/mail", key=key(waiting))
    assert book.person(book.RENEWING) in page
    assert "Your Lumen Works subscription renews on August 30, 2026" in page
    assert "How to change or cancel" in page
    assert "To be approved: no rule of modes.yaml names it." in page
    assert "days to the end of the term" in page


def test_what_is_approved_leaves_once_and_it_is_known_who_said_so(waiting: Desk) -> None:
    browser = waiting.browser("manager")
    done = browser.post("/approvals/mail", key=key(waiting), decision="approved")
    assert "It is approved and leaves." in done.text
    again = browser.post("/approvals/mail", key=key(waiting), decision="rejected", reason="too late")
    assert f"was approved already, by {address('manager')}" in html.unescape(again.text)
    assert sent(waiting) == [book.person(book.RENEWING)]
    assert sent(waiting) == []
    assert stands(waiting, "failed_payment") == ("held", "approval")


def test_a_rejection_needs_a_reason_and_sends_nothing(waiting: Desk) -> None:
    browser = waiting.browser("manager")
    assert "Say why" in browser.post("/approvals/mail", key=key(waiting), decision="rejected").text
    assert stands(waiting) == ("held", "approval")
    browser.post("/approvals/mail", key=key(waiting), decision="rejected", reason="they have left")
    assert stands(waiting) == ("suppressed", "rejected")
    assert sent(waiting) == []


def test_a_draft_is_noted_as_sent_and_never_approved(waiting: Desk) -> None:
    with waiting.database.write() as connection:
        connection.execute(update(approvals).values(mode="draft"))
    browser = waiting.browser("manager")
    assert "I have sent it by hand" in browser.get("/approvals/mail", key=key(waiting)).text
    assert (
        "That is no decision." in browser.post("/approvals/mail", key=key(waiting), decision="approved").text
    )
    browser.post("/approvals/mail", key=key(waiting), decision="mailed")
    assert stands(waiting) == ("suppressed", "sent_by_hand")
    assert sent(waiting) == []


def test_who_sees_their_own_accounts_alone_decides_about_no_stranger_s(waiting: Desk) -> None:
    browser = waiting.browser("own")
    assert "Nothing waits for you." in browser.get("/approvals").text
    assert browser.get("/approvals/mail", key=key(waiting)).status_code == 404
    assert browser.post("/approvals/mail", key=key(waiting), decision="approved").status_code == 404
    assert stands(waiting) == ("held", "approval")
