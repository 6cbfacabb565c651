"""What people changed of what we wrote: remembered, told, and given back."""

from dataclasses import replace

import pytest

from health.nouns import Edit, Notice, Receipt
from store import claims, edits, outbox, settlement
from store.claims import Claim
from store.database import Database
from tests.owed import notice, owe, pass_time, standing

WARM = Edit("reasons", "They are leaving", "Ask me first")
SAID = Edit("band", "at_risk", "healthy")


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def state(key: str, thread: str = "crm/1") -> Notice:
    return notice(key, thread, kind="state", payload=f'"{key}"')


def claimed(database: Database) -> Claim:
    """Claim what is due, word it, and mark it."""
    with database.write() as connection:
        held = claims.claim(connection, "sink", 50, 30)
        claims.keep_bodies(connection, held.token, [replace(n, body=n.key.encode()) for n in held.notices])
        claims.mark(connection, held.token, [n.id for n in held.notices], keyed=True)
    return held


def answer(database: Database, held: Claim, *found: Edit, outcome: str = "sent") -> None:
    answers = [(n, Receipt(n.key, outcome, edits=found)) for n in held.notices]
    with database.write() as connection:
        settlement.settle(connection, held.token, answers)


def told(database: Database, *edited: Edit, key: str) -> Notice:
    """Write a state of which these fields are left alone, and return it as it was claimed."""
    owe(database, state(key))
    held = claimed(database)
    answer(database, held, *edited)
    return held.notices[0]


def drifted(database: Database) -> dict[str, tuple[str, str, bool]]:
    with database.read() as connection:
        return {each.field: (each.ours, each.theirs, each.given_back) for each in edits.drifted(connection)}


def test_a_state_knows_what_was_written_before_it(database):
    assert told(database, key="a").before == ()
    assert told(database, key="b").before == (b"a",)
    owe(database, notice("message", "crm/1"))
    assert claimed(database).notices[0].before == ()


def test_it_knows_what_may_have_been_written_since(database):
    told(database, key="a")
    owe(database, state("lost"))
    answer(database, claimed(database), outcome="retry")
    owe(database, state("news"))
    pass_time(database, 900)
    assert standing(database)["lost"] == "replaced"
    assert claimed(database).notices[0].before == (b"a", b"lost")


def test_what_a_person_changed_is_told_until_it_agrees_again(database):
    told(database, WARM, SAID, key="a")
    with database.read() as connection:
        [since, _] = [each.since_ms for each in edits.drifted(connection)]
    assert drifted(database) == {
        "reasons": ("They are leaving", "Ask me first", False),
        "band": ("at_risk", "healthy", False),
    }
    told(database, WARM._replace(ours="They left"), key="b")
    assert drifted(database) == {"reasons": ("They left", "Ask me first", False)}
    with database.read() as connection:
        assert [each.since_ms for each in edits.drifted(connection)] == [since]
    told(database, key="c")
    assert drifted(database) == {}


def test_what_is_given_back_is_written_again_at_once(database):
    told(database, WARM, SAID, key="a")
    with database.write() as connection:
        assert edits.take(connection, field="reasons") == 1
        assert edits.take(connection, field="reasons") == 0, "doing it twice does it once"
    assert drifted(database)["reasons"][2]
    held = claimed(database)
    [again] = held.notices
    assert (again.payload, again.taken, again.before) == ('"a"', frozenset({"reasons"}), (b"a",))
    answer(database, held, SAID)
    assert [*drifted(database)] == ["band"]


def test_a_newer_state_that_is_owed_brings_what_is_given_back(database):
    told(database, WARM, key="a")
    owe(database, state("b"))
    with database.write() as connection:
        assert edits.take(connection, field="reasons") == 1
        assert outbox.account_of(connection) == {"sent": 1, "due": 1}
    assert claimed(database).notices[0].taken == {"reasons"}


def last_said(
    database: Database, after: str = "", limit: int = 9
) -> list[tuple[str, bytes, tuple[bytes, ...]]]:
    with database.read() as connection:
        found = edits.last_said(connection, "sink", after, limit)
    return [(each.thread, each.body, each.before) for each in found]


def test_what_was_said_last_is_known_of_records_to_which_nothing_is_owed(database):
    for thread in ("crm/1", "crm/2", "crm/3"):
        owe(database, state(f"a{thread}", thread))
        answer(database, claimed(database))
    told(database, key="b")
    owe(database, state("owed", "crm/2"))
    assert last_said(database) == [("crm/1", b"b", (b"b",)), ("crm/3", b"acrm/3", (b"acrm/3",))]
    assert last_said(database, "crm/1", 1) == [("crm/3", b"acrm/3", (b"acrm/3",))]
    with database.read() as connection:
        assert edits.written_to(connection) == ["sink"]
        assert edits.last_said(connection, "other", "", 9) == ()


def seen(database: Database, looked: Notice, *found: Edit) -> int:
    with database.write() as connection:
        return edits.keep_seen(connection, [(looked, found)])


def test_what_is_seen_is_drift_until_it_agrees_again(database):
    looked = told(database, key="a")
    assert seen(database, looked, WARM, SAID) == 2
    assert drifted(database) == {
        "reasons": ("They are leaving", "Ask me first", False),
        "band": ("at_risk", "healthy", False),
    }
    assert seen(database, looked, WARM._replace(theirs="Never mind")) == 1
    assert drifted(database) == {"reasons": ("They are leaving", "Never mind", False)}
    assert seen(database, looked) == 0
    assert drifted(database) == {}


def test_what_is_owed_or_written_meanwhile_is_looked_at_by_its_writer(database):
    looked = told(database, key="a")
    owe(database, state("b"))
    assert seen(database, looked, WARM) == 0
    answer(database, claimed(database))
    assert seen(database, looked, WARM) == 0
    assert drifted(database) == {}


def test_what_is_given_back_stays_so_until_it_is_written(database):
    looked = told(database, WARM, SAID, key="a")
    with database.write() as connection:
        edits.take(connection, field="reasons")
    answer(database, claimed(database), WARM, SAID, outcome="rejected")
    assert seen(database, looked) == 0
    assert drifted(database) == {"reasons": ("They are leaving", "Ask me first", True)}
