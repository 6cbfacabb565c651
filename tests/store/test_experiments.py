"""Experiments as stored: a name is used once, one runs with a letter, an arm is kept for good."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from store import experiments
from store.experiments import Begun, Drawn
from store.tables import accounts
from tests.owed import notice, owe, pass_time

DAY = date(2026, 6, 1)
BEGUN = Begun("limit", "approaching_limit", "abc", "{}", "kim", DAY, None, "", None, "")


@pytest.fixture
def database(emptied_database):
    with emptied_database.write() as connection:
        connection.execute(insert(accounts), [{"id": n, "key": f"a{n}"} for n in (1, 2, 3)])
    return emptied_database


def start(database, begun=BEGUN):
    with database.write() as connection:
        return experiments.start(connection, begun)


def stop(database, name="limit"):
    with database.write() as connection:
        return experiments.stop(connection, name, DAY, "enough")


def test_a_name_is_used_once_and_one_runs_with_a_letter(database):
    assert start(database)
    assert not start(database, BEGUN._replace(letter="another"))
    assert not start(database, BEGUN._replace(name="second"))
    assert start(database, BEGUN._replace(name="third", letter="another"))
    assert (stop(database), stop(database)) == (True, False)
    assert not start(database)
    assert start(database, BEGUN._replace(name="second"))
    with database.read() as connection:
        assert experiments.running(connection, "approaching_limit").name == "second"
        assert experiments.running(connection, "unheard_of") is None
        assert set(experiments.begun(connection)) == {"limit", "second", "third"}
        assert experiments.begun(connection)["limit"] == BEGUN._replace(stopped_on=DAY, stop_reason="enough")


def test_what_it_told_is_kept_once(database):
    start(database)
    read = BEGUN._replace(read_on=DAY, reading="first")
    with database.write() as connection:
        assert experiments.keep_reading(connection, read)
        assert not experiments.keep_reading(connection, read._replace(reading="second"))
        assert experiments.found(connection, "limit") == read
        assert experiments.found(connection, "unheard_of") is None


def draw(database, *drawn):
    with database.write() as connection:
        for each in drawn:
            experiments.draw(connection, "limit", each, 1)


def test_an_arm_is_drawn_once(database):
    start(database)
    first, second = Drawn(1, "held_out", "a", DAY), Drawn(2, "written", "", DAY)
    draw(database, first, second)
    with pytest.raises(IntegrityError):
        draw(database, first._replace(arm="written"))
    with database.read() as connection:
        assert experiments.drawn(connection, "limit") == [first, second]
        assert [experiments.arm(connection, "limit", account) for account in (1, 2, 3)] == [
            "held_out",
            "written",
            "",
        ]
        assert experiments.in_arms(connection, "limit") == {"held_out": 1, "written": 1}


def letter(key, account, template="approaching_limit"):
    return replace(notice(key, template=template), account=account)


def test_whoever_was_owed_a_letter_lately_counts_once(database):
    owed = [letter(key, account) for key, account in (("a", 1), ("b", 1), ("c", 2), ("d", 3))]
    owe(database, *owed, letter("e", 3, "renewal"))
    pass_time(database, 31 * 86_400, ["d"])
    with database.read() as connection:
        assert experiments.owed_lately(connection, "approaching_limit", 30) == 2
        assert experiments.owed_lately(connection, "approaching_limit", 32) == 3
