"""Only what changed is written: compared with what is owed, else with what was written last."""

import pytest

from health.nouns import Notice, Receipt
from store import claims, outbox, settlement, states
from store.database import Database
from tests.owed import go_live, notice

LEASE_S = 30.0


@pytest.fixture
def database(emptied_database: Database) -> Database:
    go_live(emptied_database)
    return emptied_database


def state(key: str, payload: str, owner: str = "902", thread: str = "crm/a") -> Notice:
    return notice(key, thread, "crm", "state", owner=owner, payload=payload)


def plan(database: Database, *wanted: Notice) -> int:
    with database.write() as connection:
        new = outbox.plan(connection, None, states.unwritten(connection, wanted))
        outbox.make_due(connection, None)
    return new


def send(database: Database, outcome: str = "sent") -> None:
    with database.write() as connection:
        held = claims.claim(connection, "crm", 10, LEASE_S)
        claims.mark(connection, held.token, [n.id for n in held.notices], keyed=True)
        settlement.settle(connection, held.token, [(n, Receipt(n.key, outcome, "x")) for n in held.notices])


def test_what_was_written_is_not_written_again(database):
    assert plan(database, state("1", "red")) == 1
    send(database)
    assert plan(database, state("2", "red")) == 0
    assert plan(database, state("3", "green")) == 1
    send(database)
    assert plan(database, state("4", "red")) == 1


def test_what_is_owed_counts_before_what_was_written(database):
    plan(database, state("1", "red"))
    send(database)
    plan(database, state("2", "green"))
    assert plan(database, state("3", "green")) == 0
    assert plan(database, state("4", "red")) == 1
    assert plan(database, state("5", "red")) == 0


@pytest.mark.parametrize("outcome", ["rejected", "suppressed"])
def test_what_was_not_written_is_tried_again(database, outcome):
    plan(database, state("1", "red"))
    send(database, outcome)
    assert plan(database, state("2", "red")) == 1


def test_the_same_state_for_another_record_is_written(database):
    plan(database, state("1", "red"))
    send(database)
    assert plan(database, state("2", "red", owner="903")) == 1
    assert plan(database, state("3", "red", thread="crm/b")) == 1


def test_of_ten_thousand_only_the_changed_are_owed(database):
    book = [state(f"1/{n}", "red", thread=f"crm/{n}") for n in range(1_200)]
    assert plan(database, *book) == len(book)
    changed = [state(f"2/{n}", "green" if n % 10 == 0 else "red", thread=f"crm/{n}") for n in range(1_200)]
    assert plan(database, *changed) == 120
