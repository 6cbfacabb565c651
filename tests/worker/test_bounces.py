"""Reports of letters: one counts if it names a letter of ours and whom that was for, once."""

import pytest

from health.nouns import Notice
from store import outbox, returns, subjects
from store.database import Database
from tests.integrations.mail.reported import DANA, HARD, complaint, delivery
from worker.bounces import take_reports

OTHER = "sam.reed@customer.example"


@pytest.fixture
def written(emptied_database: Database) -> tuple[Database, str]:
    """A database in which Dana was written a letter, and the letter's key."""
    with emptied_database.write() as connection:
        tokens = subjects.remember(connection, {DANA: "Dana Quill", OTHER: "Sam Reed"})
        key = f"letter/renewal/a1/{tokens[DANA]}/s-1"
        letter = Notice(key, "mail", "message", "letter/a1", 0, "renewal", tokens[DANA], "{}")
        outbox.plan(connection, None, [letter])
    return emptied_database, key


def suppressed(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return {each.email: each.kind for each in returns.suppressions(connection)}


def test_a_letter_that_came_back_is_remembered_once(written):
    database, key = written
    mails = [delivery(HARD, key=key)] * 2
    assert take_reports(database, mails) == {"bounced": 1, "known": 1}
    assert take_reports(database, mails[:1]) == {"known": 1}
    assert suppressed(database) == {DANA: "bounced"}


def test_a_complaint_weighs_more(written):
    database, key = written
    assert take_reports(database, [delivery(HARD, key=key), complaint(key)]) == {
        "bounced": 1,
        "complained": 1,
    }
    with database.read() as connection:
        (subject,) = {each.subject for each in returns.suppressions(connection)}
        assert returns.suppressed(connection, subject) == "complained"


def test_what_may_pass_next_time_suppresses_nobody(written):
    database, key = written
    assert take_reports(database, [delivery(HARD | {"Status": "4.2.2"}, key=key)]) == {"delayed": 1}
    assert suppressed(database) == {}


def test_a_forged_report_suppresses_nobody(written):
    database, key = written
    forged = [
        delivery(HARD | {"Final-Recipient": f"rfc822; {OTHER}"}, key=key),  # a letter to somebody else
        delivery(HARD, key=f"{key}2"),  # a letter that there is not
        complaint(key, address=OTHER),
        complaint("letter/renewal/a1/guess/s-1"),
    ]
    assert take_reports(database, forged) == {"unrelated": 4}
    assert suppressed(database) == {}


def test_whatever_else_arrives_is_counted_and_left(written):
    database, _ = written
    assert take_reports(database, [b"", b"\xff\x00", b"Subject: lunch?\n\nnoon?"]) == {"no_report": 3}
    assert suppressed(database) == {}
