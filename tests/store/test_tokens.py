"""Tokens of programs: found by their hash while they count, and counted by the minute, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from dashboard.api.callers import Scope, TooOften, caller, issue
from store import tokens
from store.tables import audit
from store.tables import tokens as table

AGES_MS = 10**12


@pytest.fixture
def database(emptied_database, monkeypatch):
    monkeypatch.setattr(tokens, "MINUTE_MS", AGES_MS)  # no test sees the end of it
    return emptied_database


def made(database, name="board", days=30):
    with database.write() as connection:
        return issue(connection, name, (Scope.FIGURES, Scope.ACCOUNTS), days, "kim")


def test_a_token_is_found_by_itself_alone(database):
    token = made(database)

    found = caller(database, token, 10)

    assert found.token.name == "board"
    assert found.token.scopes == ("accounts", "figures")
    assert found.quota[:2] == (10, 9)
    assert caller(database, token[:-1], 10) is None
    assert caller(database, "", 10) is None


def test_a_name_is_free_again_once_its_token_is_revoked(database):
    assert made(database)
    assert made(database) is None
    with database.write() as connection:
        assert tokens.revoke(connection, "board")
        assert not tokens.revoke(connection, "board")
    assert made(database)
    with database.read() as connection:
        assert [each.counts for each in tokens.everyone(connection)] == [False, True]
        said = [(row.action, row.about, row.actor) for row in connection.execute(audit.select())]
    assert said == [("token_added", "board", "kim")] * 2


def test_it_ends(database):
    token = made(database, days=0)

    assert caller(database, token, 10) is None


@pytest.mark.parametrize("limit", [1, 5])
def test_however_many_ask_at_once_so_many_are_answered(database, limit):
    token = made(database)

    def ask(_: int) -> bool:
        try:
            return caller(database, token, limit) is not None
        except TooOften:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(16))) == limit


def test_whoever_is_refused_writes_nothing(database):
    token = made(database)
    assert caller(database, token, 1)
    for _ in range(3):
        with pytest.raises(TooOften):
            caller(database, token, 1)
    with database.read() as connection:
        assert connection.execute(table.select()).one().calls == 1


def test_a_minute_that_is_over_counts_no_more(database):
    token = made(database)
    assert caller(database, token, 1)
    with database.write() as connection:
        connection.execute(update(table).values(minute=table.c.minute - 1))

    assert caller(database, token, 1).quota.remaining == 0


def test_the_minute_is_one(emptied_database):
    assert 1 <= caller(emptied_database, made(emptied_database), 5).quota.left_s <= 60
