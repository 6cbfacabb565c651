"""What a destination still works on is known to whoever claims next, be it for a newer state."""

import pytest

from health.nouns import UNDER_WAY, Notice, Receipt
from store import claims, outbox, settlement
from store.database import Database, now_ms
from store.tables import notices
from tests.owed import go_live, notice

LEASE_S = 30.0
WAITS = ("retry", UNDER_WAY, "job-1")


@pytest.fixture
def database(emptied_database: Database) -> Database:
    go_live(emptied_database)
    return emptied_database


def plan(database: Database, *keys: str, kind: str = "state") -> None:
    with database.write() as connection:
        outbox.plan(connection, None, [notice(key, "desk/a", "desk", kind) for key in keys])
        outbox.make_due(connection, None)


def claimed(database: Database) -> tuple[claims.Claim, list[Notice]]:
    with database.write() as connection:
        connection.execute(notices.update().values(due_ms=now_ms()))
        held = claims.claim(connection, "desk", 10, LEASE_S)
        claims.mark(connection, held.token, [each.id for each in held.notices], keyed=True)
    return held, list(held.notices)


def settle(database: Database, outcome: str, reason: str = "", remote: str = "") -> None:
    held, found = claimed(database)
    with database.write() as connection:
        answers = [(each, Receipt(each.key, outcome, reason, remote)) for each in found]
        assert settlement.settle(connection, held.token, answers) == 1


def job(database: Database) -> str:
    [found] = claimed(database)[1]
    return found.job


def test_a_job_that_is_under_way_comes_with_the_next_attempt(database: Database) -> None:
    plan(database, "1")
    settle(database, *WAITS)
    assert job(database) == "job-1"


def test_and_with_a_newer_state_that_overtakes_it(database: Database) -> None:
    plan(database, "1")
    settle(database, *WAITS)
    plan(database, "2")
    assert job(database) == "job-1"


def test_the_last_of_several_counts_whatever_went_wrong_since(database: Database) -> None:
    plan(database, "1")
    settle(database, *WAITS)
    settle(database, "retry", UNDER_WAY, "job-2")
    settle(database, "retry", "status_500")
    assert job(database) == "job-2"


def test_once_the_record_was_written_no_job_is_left(database: Database) -> None:
    plan(database, "1")
    settle(database, *WAITS)
    settle(database, "sent")
    plan(database, "2")
    assert job(database) == ""


def test_messages_have_none(database: Database) -> None:
    plan(database, "1", kind="message")
    settle(database, *WAITS)
    assert job(database) == ""
