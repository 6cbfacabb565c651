"""Held letters on either database: what is decided once, what is warned of, what expires, what is counted."""

import pytest
from sqlalchemy import insert, update

from health.nouns import Notice
from store import approvals, outbox, returns
from store.approvals import APPROVED, EXPIRED, REJECTED
from store.database import Connection, Database, clock
from store.installation import secret
from store.returns import Return
from store.subjects import token
from store.tables import approvals as table
from store.tables import bodies, notices
from tests.owed import go_live, notice

HOUR_MS = 3_600_000
WORDS = b'{"subject": "s", "text": "t"}'


@pytest.fixture
def database(emptied_database: Database) -> Database:
    go_live(emptied_database)
    return emptied_database


def hold(connection: Connection, key: str, hours: int = 100, by_hours: int | None = None) -> Notice:
    """Let a letter be held for so many hours; after ``by_hours`` it would be too late for it."""
    outbox.plan(connection, None, [notice(key, destination="mail", template="renewal", owner="person")])
    mine = notices.c.key == key
    connection.execute(update(notices).where(mine).values(status="claimed"))
    (row,) = connection.execute(notices.select().where(mine))
    made = outbox.notice_of(row, "", WORDS)
    by_ms = None if by_hours is None else clock(connection) + by_hours * HOUR_MS
    approvals.hold(connection, made, "approval", "a_rule", hours, by_ms)
    connection.execute(update(notices).where(mine).values(status="held", reason="approval"))
    return made


def put(connection: Connection, **values: object) -> None:
    connection.execute(update(table).values(values))


def test_one_decision_is_taken_and_the_words_are_known_by_it(database):
    with database.write() as connection:
        made = hold(connection, "a")
        assert approvals.word(connection, made, WORDS) == ("", True)
        assert approvals.decide(connection, "a", APPROVED, "ann")
        assert not approvals.decide(connection, "a", REJECTED, "bob")
        assert approvals.word(connection, made, WORDS) == ("approved", True)
        assert approvals.word(connection, made, b"others") == ("", True)
        found = approvals.find(connection, made.id)
    assert found is not None
    assert (found.status, found.actor, found.rule) == ("due", "ann", "a_rule")


def test_a_letter_ends_with_its_last_day_and_not_later(database):
    with database.write() as connection:
        hold(connection, "a", hours=100)
        hold(connection, "b", hours=100, by_hours=10)
        hold(connection, "c", hours=5, by_hours=10)
        left = [(each.expires_ms - each.held_ms) / HOUR_MS for each in approvals.waiting(connection)]
    assert [round(each) for each in left] == [5, 10, 100]


def test_it_is_warned_of_once_and_expires_only_then(database):
    with database.write() as connection:
        hold(connection, "a", hours=1)
        assert approvals.warn(connection, 0) == []
        put(connection, expires_ms=1)
        assert approvals.overdue(connection) == []
        assert [each.key for each in approvals.warn(connection, 24)] == ["a"]
        assert approvals.warn(connection, 24) == []
        assert approvals.overdue(connection) == [], "a day from now"
        put(connection, expires_ms=1)
        assert approvals.overdue(connection) == ["a"]
        assert not approvals.decide(connection, "a", APPROVED, "ann")
        assert approvals.decide(connection, "a", EXPIRED, "system")
        assert approvals.overdue(connection) == []


def test_too_late_it_expires_though_nobody_was_told(database):
    with database.write() as connection:
        made = hold(connection, "a", by_hours=1)
        put(connection, expires_ms=1, leaves_by_ms=1)
        assert approvals.overdue(connection) == ["a"]
        assert approvals.word(connection, made, WORDS) == ("", False)


def test_a_warning_moves_no_last_day(database):
    with database.write() as connection:
        hold(connection, "a", by_hours=10)
        approvals.warn(connection, 24)
        (found,) = approvals.waiting(connection)
    assert round((found.expires_ms - found.held_ms) / HOUR_MS) == 10


def test_nobody_is_told_twice(database):
    with database.write() as connection:
        first, second = hold(connection, "a"), hold(connection, "b")
        assert approvals.untold(connection) == {first.id, second.id}
        approvals.told(connection, [first.id], "slack/#c/mails/1")
        assert approvals.untold(connection) == {second.id}


def sent(connection: Connection, key: str, decided_ms: int, decision: str = APPROVED) -> None:
    made = hold(connection, key)
    status = "sent" if decision == APPROVED else "suppressed"
    mine = notices.c.id == made.id
    connection.execute(update(notices).where(mine).values(status=status, settled_ms=1_000))
    decided = update(table).where(table.c.notice == made.id)
    connection.execute(decided.values(decision=decision, decided_ms=decided_ms))


def test_what_was_clean_is_counted_since_the_last_rejection(database):
    with database.write() as connection:
        sent(connection, "a", 1)
        sent(connection, "no", 2, REJECTED)
        sent(connection, "b", 3)
        sent(connection, "c", 4)
        hold(connection, "d")
        assert approvals.clean(connection, "renewal") == 2
        assert approvals.clean(connection, "failed_payment") == 0


@pytest.mark.parametrize(("at_ms", "clean"), [(999, 1), (1_000, 0)])
def test_what_came_back_since_is_not(database, at_ms, clean):
    with database.write() as connection:
        sent(connection, "a", 1)
        person = token(secret(connection), "dana@customer.example")
        connection.execute(update(notices).values(owner=person))
        returns.take(connection, "postmark", Return("1", "dana@customer.example", "bounced", at_ms))
        assert approvals.clean(connection, "renewal") == clean


def test_trust_is_kept_until_it_is_taken(database):
    with database.write() as connection:
        assert not approvals.is_trusted(connection, "renewal")
        approvals.trust(connection, "renewal")
        assert approvals.is_trusted(connection, "renewal")
        assert not approvals.is_trusted(connection, "failed_payment")
        approvals.distrust(connection, "renewal")
        assert not approvals.is_trusted(connection, "renewal")


def test_lately_has_the_newest_first_with_their_words(database):
    with database.write() as connection:
        made = [hold(connection, key) for key in "abc"]
        connection.execute(insert(bodies).values(hash="h", body=WORDS))
        connection.execute(update(notices).where(notices.c.id == made[2].id).values(body="h"))
        found = approvals.lately(connection, 2)
    assert [(each.key, each.body) for each in found] == [("c", WORDS), ("b", b"")]
