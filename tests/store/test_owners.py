"""Whose accounts are whose, what was told to whom, and calls that come again, on either database."""

from datetime import date

import pytest
from sqlalchemy import insert, update

from health.answers import ACKNOWLEDGE, ASSIGN, DONE, SNOOZE, Answer
from health.nouns import Flag, Why
from health.records import Account
from store import answers, features, flags, inbox, owners, sources, told
from store.database import Database, clock
from store.owners import Called
from store.tables import accounts, notices
from tests.store.test_identity import land

ANN, BOB = "ann.lee@seller.example", "bob.ray@seller.example"
DAY = date(2026, 6, 1)
ALERT = {"destination": "slack", "thread": "t", "template": "alert", "kind": "message", "status": "sent"}


@pytest.fixture
def database(emptied_database: Database) -> Database:
    """Accounts that customer success and sales look after, as two sources tell."""
    with emptied_database.write() as connection:
        for source in ("billing", "desk"):
            sources.register(connection, source)
    said = [
        Account("a1", name="Mill", csm_email="Ann.Lee@Seller.example"),
        Account("a2", name="Mill", csm_email=BOB, sales_email=ANN),
        Account("a3", csm_email=BOB),
        Account("a4", name="Lane"),
    ]
    land(emptied_database, "billing", said)
    with emptied_database.write() as connection:
        features.refresh(connection, 0, 100, ())
        connection.execute(update(accounts).where(accounts.c.key != "a4").values(judged_run=1))
    return emptied_database


def at(database: Database) -> int:
    with database.read() as connection:
        return clock(connection)


def owned(database: Database, *addresses: str) -> list[str]:
    with database.read() as connection:
        ids = owners.owned(connection, addresses)
        return [row.key for row in features.held(connection, ids).values()]


@pytest.mark.parametrize(
    ("addresses", "found"),
    [
        ([], []),
        ([ANN], ["a1", "a2"]),
        ([BOB], ["a2", "a3"]),
        ([ANN, BOB], ["a1", "a2", "a3"]),
        (["%"], []),
        ([""], []),
    ],
)
def test_accounts_are_of_those_who_look_after_them_however_sources_spell_it(database, addresses, found):
    assert owned(database, *addresses) == found


def test_an_account_that_was_given_away_is_no_more_of_whoever_had_it(database):
    land(database, "billing", [Account("a1", name="Mill", csm_email=BOB)])
    with database.write() as connection:
        features.refresh(connection, 0, 100, ())
    assert owned(database, ANN) == ["a2"]


def test_what_was_judged_has_a_key_and_a_name(database):
    with database.read() as connection:
        assert owners.called(connection) == [Called("a1", "Mill"), Called("a2", "Mill"), Called("a3", "a3")]


def test_a_call_is_the_first_of_its_desk_once_and_is_never_pulled(database):
    seen = []
    for source, event in [("desk:a", "Ev1"), ("desk:a", "Ev1"), ("desk:b", "Ev1"), ("desk:a", "Ev2")]:
        with database.write() as connection:
            seen.append(inbox.is_first(connection, source, event))
    assert seen == [True, False, True, True]
    with database.read() as connection:
        assert inbox.called(connection) == []


def test_flags_are_those_of_some_accounts(database):
    with database.write() as connection:
        some = [Flag(n, "at_risk", "usage_drop", "t", "firing", Why.FIRST) for n in (1, 2, 3)]
        flags.keep(connection, 1, some)
        found = flags.of(connection, [1, 3, 9])
    assert set(found) == {1, 3}


def test_what_was_told_of_late_is_told_with_whom_it_was_told_to(database):
    now = at(database)
    told_to = [
        ("u1", "ann", 1, now),
        ("u2", "ann", 1, now),
        ("u3", "bob", 1, now),
        ("u4", "ann", 2, now - 9_000),
    ]
    with database.write() as connection:
        rows = [
            ALERT | {"key": key, "owner": owner, "account": account, "settled_ms": at}
            for key, owner, account, at in told_to
        ]
        connection.execute(
            insert(notices), [*rows, rows[0] | {"key": "u5", "account": 3, "template": "digest"}]
        )
        found = told.told_since(connection, now - 5_000)
    assert sorted(found) == [("ann", 1), ("bob", 1)]


def test_taken_on_is_acknowledged_or_done_since_then(database):
    with database.write() as connection:
        for account, kind in ((1, ACKNOWLEDGE), (2, DONE), (3, SNOOZE), (3, ASSIGN)):
            answers.keep(connection, account, answers.ALERT, Answer(kind, "U01ANN", DAY), (), call=None)
        answers.keep(connection, 4, answers.EXPANSION, Answer(DONE, "U01ANN", DAY), (), call=None)
    now = at(database)
    with database.read() as connection:
        assert answers.taken_since(connection, [1, 2, 3, 4], now - 60_000) == {1, 2}
        assert answers.taken_since(connection, [2], now - 60_000) == {2}
        assert answers.taken_since(connection, [1, 2], now + 60_000) == set()


def test_whoever_looks_after_an_account_is_named_once_in_small_letters(database):
    land(database, "desk", [Account("d1", csm_email="no address")])
    with database.read() as connection:
        assert owners.addresses(connection) == {ANN, BOB}
